import { VirtualClock } from '@agentproto/script';
import type { Script } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, brief, caller, messageOf, startServer } from './caller.test.kit.ts';
import type { Opened } from './caller.test.kit.ts';

const until = (name: string) => ({ hold: { until: 'signal', signal: name } }) as const;
const briefs = async (stream: Opened) => (await stream.rest()).map(brief);

describe.each(BINDINGS)('streams over %s', (binding) => {
  const begin = async (options = {}) => {
    const server = await startServer(options);
    return { server, agent: caller(server, binding) };
  };

  test('a task comes first, then its updates in order, and the stream ends with it', async () => {
    const { agent } = await begin();
    const script: Script = {
      steps: [
        { status: 'On it' },
        { text: 'a' },
        { text: 'b' },
        { artifact: { id: 'x', parts: [{ text: '1' }] } },
        { artifact: { append: true, parts: [{ text: '2' }] } },
        { end: 'completed', text: 'Done' },
      ],
    };
    const events = await (await agent.stream(script)).rest();
    expect(events.map(brief)).toEqual([
      'task working',
      'status working On it',
      'answer: a',
      'answer+ b',
      'x: 1',
      'x+ 2',
      'status completed Done',
    ]);
    expect(events.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    const task = events[0]?.event.task;
    for (const { event } of events.slice(1)) {
      expect(event.statusUpdate ?? event.artifactUpdate).toMatchObject({
        taskId: task?.id,
        contextId: task?.contextId,
      });
    }
    expect(events.map(({ event }) => event.artifactUpdate?.lastChunk)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
      true,
      undefined,
    ]);
    const last = await agent.get(task?.id ?? '');
    expect(last.status).toEqual(events.at(-1)?.event.statusUpdate?.status);
    expect(last.artifacts).toEqual([
      { artifactId: 'answer', parts: [{ text: 'ab' }] },
      { artifactId: 'x', parts: [{ text: '12' }] },
    ]);
  });

  test('the first event does not wait for the agent', async () => {
    const { agent, server } = await begin();
    const stream = await agent.stream({ steps: [until('go'), { text: 'late' }] });
    expect(brief((await stream.next())!)).toBe('task working');
    server.signal('go');
    expect(await briefs(stream)).toEqual(['answer: late', 'status completed']);
  });

  test('a direct reply is the only event', async () => {
    const { agent } = await begin();
    expect(await briefs(await agent.stream('@direct pong'))).toEqual(['message pong']);
  });

  test('ends where the agent asks for something, and the follow-up begins with the same task', async () => {
    const { agent } = await begin();
    const script: Script = {
      steps: [{ text: 'hm' }, { end: 'input-required', text: 'Which?' }],
      turns: [{ steps: [{ text: 'ah' }, { end: 'auth-required' }] }],
    };
    const first = await (await agent.stream(script)).rest();
    expect(first.map(brief)).toEqual(['task working', 'answer: hm', 'status input_required Which?']);
    const taskId = first[0]?.event.task?.id ?? '';
    const second = await (await agent.stream({ taskId })).rest();
    expect(second.map(brief)).toEqual(['task working', 'answer: ah', 'status auth_required']);
    expect(second[0]?.event.task?.id).toBe(taskId);
    // The first update of the turn says that the task works again, which the task itself says here.
    expect(second.map(({ id }) => id)).toEqual(['3', '4', '5']);
  });

  test('a crash in the middle fails the task on the stream', async () => {
    const { agent } = await begin();
    expect(await briefs(await agent.stream({ steps: [{ text: 'a' }, { throw: 'x' }] }))).toEqual([
      'task working',
      'answer: a',
      'status failed The agent crashed.',
    ]);
  });

  test('subscribing begins with the task as it is, and misses nothing after that', async () => {
    const { agent, server } = await begin();
    const texts = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ text: `${from + i} ` }));
    const task = await agent.task(
      { steps: [...texts(0, 50), until('go'), ...texts(50, 200)] },
      { returnImmediately: true },
    );
    const early = await agent.subscribe(task.id);
    const first = await early.next();
    server.signal('go');
    const late = await agent.subscribe(task.id).catch(() => undefined);
    const expected = Array.from({ length: 250 }, (_, i) => `${i} `).join('');
    for (const [head, stream] of [[first, early] as const, [await late?.next(), late] as const]) {
      if (!head || !stream) continue;
      let text = head.event.task?.artifacts?.[0]?.parts[0]?.text ?? '';
      for (const { event } of await stream.rest()) text += event.artifactUpdate?.artifact.parts[0]?.text ?? '';
      expect(text).toBe(expected);
    }
  });

  test('two subscribers get the same events, and one that leaves disturbs nobody', async () => {
    const { agent, server } = await begin();
    const task = await agent.task(
      { steps: [{ status: 'Working' }, until('one'), { text: '1' }, until('two'), { text: '2' }] },
      { returnImmediately: true },
    );
    const [a, b, c] = await Promise.all([agent.subscribe(task.id), agent.subscribe(task.id), agent.subscribe(task.id)]);
    for (const stream of [a, b, c]) expect(brief((await stream.next())!)).toBe('task working');
    server.signal('one');
    expect(brief((await c.next())!)).toBe('answer: 1');
    c.leave();
    server.signal('two');
    const rest = ['answer: 1', 'answer+ 2', 'status completed'];
    expect(await briefs(a)).toEqual(rest);
    expect(await briefs(b)).toEqual(rest);
  });

  test('a task goes on when its only stream is left', async () => {
    const { agent, server } = await begin();
    const stream = await agent.stream({ steps: [until('go'), { text: 'done' }] });
    const id = (await stream.next())?.event.task?.id ?? '';
    stream.leave();
    server.signal('go');
    await expect
      .poll(() => agent.get(id))
      .toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [{ parts: [{ text: 'done' }] }] });
  });

  test('Last-Event-ID continues with exactly the events after it', async () => {
    const { agent, server } = await begin();
    const stream = await agent.stream({
      steps: [{ text: 'a' }, { text: 'b' }, { text: 'c' }, until('go'), { text: 'd' }],
    });
    const taskId = (await stream.next())?.event.task?.id ?? '';
    const seen = await stream.next();
    stream.leave();
    const from = (id: string | undefined) => agent.subscribe(taskId, { headers: { 'last-event-id': id ?? '' } });
    const [next, all, odd] = await Promise.all([from(seen?.id), from('0'), from('not mine')]);
    const heads = [await next.next(), await all.next(), await odd.next()].map((event) => brief(event!));
    expect(heads).toEqual(['answer+ b', 'answer: a', 'task working']);
    server.signal('go');
    expect(await briefs(next)).toEqual(['answer+ c', 'answer+ d', 'status completed']);
    const rest = await all.rest();
    expect(rest.map(brief)).toEqual(['answer+ b', 'answer+ c', 'answer+ d', 'status completed']);
    expect(rest.map(({ id }) => id)).toEqual(['2', '3', '4', '5']);
  });

  test('an interrupted task can be subscribed to, and its next turn is seen', async () => {
    const { agent } = await begin();
    const task = await agent.task('@input Which?');
    const plain = await agent.subscribe(task.id);
    expect(brief((await plain.next())!)).toBe('task input_required');
    // The question was frame 1: who has seen it waits for what comes next, who has not gets it and is done.
    const missed = await agent.subscribe(task.id, { headers: { 'last-event-id': '0' } });
    expect(await briefs(missed)).toEqual(['status input_required Which?']);
    const seen = await agent.subscribe(task.id, { headers: { 'last-event-id': '1' } });
    await agent.task({ taskId: task.id, parts: [{ text: 'this' }] });
    const turn = ['status working', 'answer: this', 'status completed'];
    expect(await briefs(plain)).toEqual(turn);
    expect(await briefs(seen)).toEqual(turn);
  });

  test('a Last-Event-ID from the future ends with the task', async () => {
    const { agent, server } = await begin();
    const task = await agent.task({ steps: [until('go')] }, { returnImmediately: true });
    const stream = await agent.subscribe(task.id, { headers: { 'last-event-id': '999' } });
    server.signal('go');
    expect(await briefs(stream)).toEqual([]);
  });

  test('a finished task, and an unknown one, cannot be subscribed to', async () => {
    const { agent } = await begin();
    const { id } = await agent.task('x');
    expect(await agent.failure('SubscribeToTask', { id })).toMatchObject({ reason: 'UNSUPPORTED_OPERATION' });
    expect(await agent.failure('SubscribeToTask', { id: 'none' })).toMatchObject({ reason: 'TASK_NOT_FOUND' });
    expect(
      await agent.failure('SendStreamingMessage', { message: { ...messageOf('x'), taskId: 'none' } }),
    ).toMatchObject({ reason: 'TASK_NOT_FOUND' });
  });

  test('without the capability there are no streams', async () => {
    for (const capabilities of [{ streaming: false }, {}]) {
      const { agent, server } = await begin({ a2a: { capabilities } });
      expect(await (await fetch(`${server.url}/.well-known/agent-card.json`)).json()).toMatchObject({ capabilities });
      expect(await agent.failure('SendStreamingMessage', { message: messageOf('x') })).toMatchObject({
        reason: 'UNSUPPORTED_OPERATION',
      });
      expect(await agent.failure('SubscribeToTask', { id: 'none' })).toMatchObject({ reason: 'UNSUPPORTED_OPERATION' });
    }
  });

  test('silence is filled with comments, between whole events', async () => {
    const clock = new VirtualClock();
    const { agent, server } = await begin({ clock, keepAliveMs: 1_000 });
    const { response, leave } = await agent.stream({ steps: [{ text: 'a' }, until('go')] });
    const reader = response.body!.getReader();
    let text = '';
    const more = async (enough: (text: string) => boolean) => {
      while (!enough(text)) text += new TextDecoder().decode((await reader.read()).value);
    };
    await more((so) => so.includes('id: 1'));
    expect(text).not.toMatch(/^:/m);
    // The turn's limit, the hold, and the silence.
    await clock.sleeping(3);
    await clock.advance(1_000);
    await more((so) => /^:/m.test(so));
    expect(text).toMatch(/\n\n: keep-alive\n\n$/);
    server.signal('go');
    leave();
  });
});

describe('the head of a stream', () => {
  test('says what it is, and that nobody may keep it', async () => {
    const server = await startServer();
    for (const binding of BINDINGS) {
      const { response } = await caller(server, binding).stream('x');
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('cache-control')).toBe('no-store');
      await response.body?.cancel();
    }
  });
});
