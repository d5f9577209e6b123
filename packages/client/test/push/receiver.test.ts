import type { A2AVersion } from '@agentproto/client/a2a';
import { type Dropped, pushReceiver, type PushReceiverOptions, type StreamResponse } from '@agentproto/client/a2a/push';
import { describe, expect, test } from 'vitest';
import { artifactOf, statusOf, taskIn } from '../scripted-server.ts';

const TOKEN = 'token-of-the-test';

/** A receiver, what it took and dropped, and a way to call it. */
function receiving(options: Partial<PushReceiverOptions> = {}) {
  const events: StreamResponse[] = [];
  const dropped: Dropped[] = [];
  const errors: unknown[] = [];
  const receiver = pushReceiver({
    token: TOKEN,
    onEvent: (event) => void events.push(event),
    onDropped: (drop) => dropped.push(drop),
    onError: (error) => errors.push(error),
    ...options,
  });
  const call = (body: unknown, init: RequestInit = {}) =>
    receiver.fetch(
      new Request('http://h/', {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/a2a+json', 'x-a2a-notification-token': TOKEN, ...init.headers },
      }),
    );
  const reasons = () => dropped.map(({ reason }) => reason);
  return { receiver, events, dropped, errors, call, reasons };
}

/** The event of a state, at a second. */
const at = (state: string, second: number) => ({
  statusUpdate: {
    taskId: 't1',
    contextId: 'c1',
    status: { state: `TASK_STATE_${state}`, timestamp: `2026-01-01T00:00:0${second}.000Z` },
  },
});

describe('who may call it', () => {
  test('nobody is said: no receiver', () => {
    expect(() => pushReceiver({ onEvent: () => {} })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => pushReceiver({ onEvent: () => {}, token: [] })).toThrow(/insecure/);
    expect(() => pushReceiver({ onEvent: () => {}, insecure: true, limits: { bodyMs: 0 } })).toThrow(/limits.bodyMs/);
  });

  const basic = { scheme: 'Basic', credentials: 'dTpw' };
  const bearer = { scheme: 'Bearer', credentials: 'secret' };
  test.each<[string, Partial<PushReceiverOptions>, Record<string, string>, number]>([
    ['the token', {}, {}, 204],
    ['another token', {}, { 'x-a2a-notification-token': 'token-of-the-tesT' }, 401],
    ['a token that goes on', {}, { 'x-a2a-notification-token': `${TOKEN}x` }, 401],
    ['no token', {}, { 'x-a2a-notification-token': '' }, 401],
    ['the old of two tokens', { token: ['new', TOKEN] }, {}, 204],
    ['bearer', { authentication: bearer }, { authorization: 'bearer secret' }, 204],
    ['bearer, and the token is wrong', { authentication: bearer, token: 'x' }, { authorization: 'Bearer secret' }, 401],
    ['no bearer beside the token', { authentication: bearer }, {}, 401],
    ['another bearer', { authentication: bearer }, { authorization: 'Bearer Secret' }, 401],
    ['one of two schemes', { authentication: [bearer, basic] }, { authorization: 'Basic dTpw' }, 204],
    ['a check of its own', { token: [], verify: ({ headers }) => headers.get('x') === 'y' }, { x: 'y' }, 204],
    ['a check of its own that fails', { verify: async () => false }, {}, 401],
    ['anybody', { token: [], insecure: true }, { 'x-a2a-notification-token': '' }, 204],
  ])('%s', async (_, options, headers, status) => {
    const { call, events } = receiving(options);
    const response = await call(at('WORKING', 1), { headers });
    expect(response.status).toBe(status);
    expect(events).toHaveLength(status === 204 ? 1 : 0);
    if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/./);
  });

  test('authorization is enough without the token beside it, as @a2a-js/sdk sends it', async () => {
    const { receiver, events } = receiving({ authentication: bearer });
    const post = (authorization: string) => {
      const headers = { 'content-type': 'application/json', authorization };
      return receiver.fetch(
        new Request('http://h/', { method: 'POST', headers, body: JSON.stringify(at('WORKING', 1)) }),
      );
    };
    expect((await post('Bearer wrong')).status).toBe(401);
    expect((await post('Bearer secret')).status).toBe(204);
    expect(events).toHaveLength(1);
  });

  test('a body is not read before its sender is known', async () => {
    const { receiver } = receiving();
    let read = 0;
    const body = new ReadableStream({ pull: () => void read++ }, { highWaterMark: 0 });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } };
    expect((await receiver.fetch(new Request('http://h/', init as RequestInit))).status).toBe(401);
    expect(read).toBe(0);
  });
});

describe('what is refused', () => {
  test('methods, types, bodies', async () => {
    const { call, receiver, events, errors } = receiving({ limits: { bodyBytes: 1_000, bodyMs: 30 } });
    const get = await receiver.fetch(new Request('http://h/'));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await call(at('WORKING', 1), { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await call('{')).status).toBe(400);
    expect((await call('[]')).status).toBe(400);
    expect((await call({ statusUpdate: { taskId: 't1' } })).status).toBe(400);
    expect((await call(artifactOf('x'.repeat(1_000)))).status).toBe(413);
    expect(await (await call(artifactOf('x'.repeat(1_000)))).text()).toBe('expected a body of at most 1000 bytes');
    const streamed = (stream: ReadableStream) => call('', { body: stream, duplex: 'half' } as RequestInit);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(600)) });
    expect((await streamed(endless)).status).toBe(413);
    expect((await streamed(new ReadableStream())).status).toBe(408);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    expect((await streamed(broken)).status).toBe(400);
    const latin = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array([0x22, 0xe4, 0x22]));
        controller.close();
      },
    });
    expect((await streamed(latin)).status).toBe(400);
    expect([events, errors]).toEqual([[], []]);
  });

  test('tasks that nobody waits for', async () => {
    const { call, events } = receiving({ expects: async (taskId) => taskId === 't2' });
    expect((await call(at('WORKING', 1))).status).toBe(404);
    expect(events).toEqual([]);
  });

  test('an event that the application cannot take is sent again', async () => {
    let fails = true;
    const taken: StreamResponse[] = [];
    const { call, errors, reasons } = receiving({
      onEvent: async (event) => {
        if (fails) throw new Error('database is away');
        taken.push(event);
      },
    });
    expect((await call(at('WORKING', 1))).status).toBe(500);
    expect(errors).toMatchObject([{ message: 'database is away' }]);
    fails = false;
    expect((await call(at('WORKING', 1))).status).toBe(204);
    expect((await call(at('WORKING', 1))).status).toBe(204);
    expect([taken.length, reasons()]).toEqual([1, ['duplicate']]);
  });
});

describe('what comes again, or too late', () => {
  test('states: in order, each once', async () => {
    const { call, events, reasons } = receiving();
    const sent = [
      taskIn('TASK_STATE_SUBMITTED', { status: at('SUBMITTED', 1).statusUpdate.status }),
      at('WORKING', 2),
      at('WORKING', 2),
      at('INPUT_REQUIRED', 4),
      at('WORKING', 3),
      at('WORKING', 5),
      at('COMPLETED', 5),
      at('COMPLETED', 5),
      at('WORKING', 6),
      artifactOf('late'),
    ];
    for (const event of sent) expect((await call(event)).status).toBe(204);
    expect(events).toEqual([sent[0], sent[1], sent[3], sent[5], sent[6]]);
    expect(reasons()).toEqual(['duplicate', 'stale', 'duplicate', 'after-end', 'after-end']);
  });

  test('a last snapshot after the end is news; without times only what follows itself is a duplicate', async () => {
    const { call, events, reasons } = receiving();
    const [working, asks, done] = ['WORKING', 'INPUT_REQUIRED', 'COMPLETED'].map((s) => statusOf(`TASK_STATE_${s}`));
    const snapshot = taskIn('TASK_STATE_COMPLETED', { artifacts: [] });
    for (const event of [working, working, asks, working, done, snapshot]) await call(event);
    expect(events).toEqual([working, asks, working, done, snapshot]);
    expect(reasons()).toEqual(['duplicate']);
  });

  test('pieces: the same text may follow itself; a whole artifact that comes again says nothing', async () => {
    const { call, events, reasons } = receiving();
    const ha = artifactOf('ha', { append: true });
    for (const event of [artifactOf('x'), artifactOf('x'), ha, ha, artifactOf('x')]) await call(event);
    expect(events).toEqual([artifactOf('x'), ha, ha, artifactOf('x')]);
    expect(reasons()).toEqual(['duplicate']);
  });

  test('a piece whose sender had left before it was answered, and sends it again', async () => {
    const gates: (() => void)[] = [];
    const { call, events, reasons } = receiving({
      onEvent: (event) => {
        events.push(event);
        return new Promise<void>((resolve) => gates.push(resolve));
      },
    });
    const ha = artifactOf('ha', { append: true });
    const leaving = new AbortController();
    const first = call(ha, { signal: leaving.signal });
    await expect.poll(() => gates.length).toBe(1);
    leaving.abort();
    gates[0]!();
    expect((await first).status).toBe(204);
    expect((await call(ha)).status).toBe(204);
    expect([events.length, reasons()]).toEqual([1, ['duplicate']]);
    // Now it knows, so that the next one is a piece of its own; and here the repetition comes while it is worked at.
    const again = call(ha);
    await expect.poll(() => gates.length).toBe(2);
    const repeated = call(ha);
    await new Promise((resolve) => setTimeout(resolve, 100));
    gates[1]!();
    expect([(await again).status, (await repeated).status]).toEqual([204, 204]);
    expect([events.length, reasons()]).toEqual([2, ['duplicate', 'duplicate']]);
  });

  test('direct answers by their id', async () => {
    const { call, events, reasons } = receiving();
    const message = (messageId: string) => ({ message: { messageId, role: 'ROLE_AGENT', parts: [{ text: 'hi' }] } });
    for (const id of ['m1', 'm1', 'm2']) await call(message(id));
    expect(events).toEqual([message('m1'), message('m2')]);
    expect(reasons()).toEqual(['duplicate']);
  });

  test('the events of a task wait for each other, those of another do not; too many are told to come later', async () => {
    const order: string[] = [];
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    const { call } = receiving({
      limits: { waiting: 2 },
      onEvent: async (_, { taskId }) => {
        order.push(`${taskId} begins`);
        if (taskId === 't1' && order.length === 1) await held;
        order.push(`${taskId} ends`);
      },
    });
    const other = { statusUpdate: { taskId: 't2', contextId: 'c1', status: { state: 'TASK_STATE_WORKING' } } };
    const calls = [call(at('WORKING', 1)), call(at('WORKING', 2))];
    await expect.poll(() => order).toEqual(['t1 begins']);
    expect((await call(other)).status).toBe(204);
    const refused = await call(at('WORKING', 3));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    go();
    await Promise.all(calls);
    expect(order).toEqual(['t1 begins', 't2 begins', 't2 ends', 't1 ends', 't1 begins', 't1 ends']);
  });

  test('only the latest tasks are kept in mind', async () => {
    const { call, events } = receiving({ limits: { tasks: 2 } });
    const of = (taskId: string) => ({
      ...statusOf('TASK_STATE_WORKING'),
      statusUpdate: { ...at('WORKING', 1).statusUpdate, taskId },
    });
    for (const id of ['a', 'b', 'c', 'c', 'b', 'a']) await call(of(id));
    expect(events.map(({ statusUpdate }) => statusUpdate!.taskId)).toEqual(['a', 'b', 'c', 'a']);
  });
});

test('what senders do otherwise is mended, and told once; unknown events are passed over', async () => {
  const told: { kind: string; row: string; operation: string }[] = [];
  const { call, events, dropped } = receiving({
    onDeviation: ({ kind, row, operation }) => told.push({ kind, row, operation }),
  });
  const { task } = taskIn('TASK_STATE_WORKING');
  await call(task);
  await call({ taskStatusUpdate: statusOf('TASK_STATE_COMPLETED').statusUpdate });
  expect((await call({ somethingNew: {} })).status).toBe(204);
  expect(events).toEqual([{ task }, statusOf('TASK_STATE_COMPLETED')]);
  expect(dropped).toEqual([{ reason: 'unknown-event', taskId: undefined, event: undefined }]);
  const operation = 'push notification';
  expect(told).toEqual(
    ['bare-payload', 'member-name', 'unknown-event'].map((kind) => ({ kind, row: 'A2A10-DELIV-003', operation })),
  );
});

test.each<[A2AVersion, object]>([
  [
    '0.3',
    {
      kind: 'task',
      id: 't1',
      contextId: 'c1',
      status: { state: 'completed' },
      artifacts: [{ artifactId: 'a1', parts: [{ kind: 'text', text: 'x' }] }],
    },
  ],
  [
    '0.2',
    {
      kind: 'task',
      id: 't1',
      contextId: 'c1',
      status: { state: 'completed' },
      artifacts: [{ artifactId: 'a1', parts: [{ kind: 'text', text: 'x' }] }],
    },
  ],
  [
    '0.1',
    {
      id: 't1',
      sessionId: 'c1',
      status: { state: 'completed' },
      artifacts: [{ artifactId: 'a1', parts: [{ type: 'text', text: 'x' }] }],
    },
  ],
])('what an agent of A2A %s calls it with', async (version, body) => {
  const told: unknown[] = [];
  const { call, events, reasons } = receiving({ version, onDeviation: (deviation) => told.push(deviation) });
  expect((await call(body, { headers: { 'content-type': 'application/json' } })).status).toBe(204);
  expect((await call(body)).status).toBe(204);
  expect(events).toEqual([
    {
      task: {
        id: 't1',
        contextId: 'c1',
        status: { state: 'TASK_STATE_COMPLETED' },
        artifacts: [{ artifactId: 'a1', parts: [{ text: 'x' }] }],
      },
    },
  ]);
  expect(reasons()).toEqual(['duplicate']);
  expect(told).toEqual([]);
  expect((await call({ kind: 'nothing' })).status).toBe(204);
  expect(reasons()).toEqual(['duplicate', 'unknown-event']);
});
