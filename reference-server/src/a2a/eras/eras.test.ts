import * as v01 from '@agentproto/rules/a2a/0.1';
import * as v02 from '@agentproto/rules/a2a/0.2';
import * as v03 from '@agentproto/rules/a2a/0.3';
import type { Script, Step } from '@agentproto/script';
import { decodeSse } from '@agentproto/wire/sse';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../../webhooks/receiver.test.kit.ts';
import type { ReferenceServer } from '../../server.ts';
import { startServer } from '../caller.test.kit.ts';

type Json = Record<string, unknown>;
interface Spoken {
  revision: string;
  binding: string;
  valid(name: string, value: unknown): unknown[];
  /** A message with a script, as the request of a send. */
  send(script: Script, more?: Json): Json;
  names: { send: string; stream: string; get: string; cancel: string; subscribe: string };
  /** Of the schema: what a stream's event is, and a task. */
  event: string;
  task: string;
}

const message = (script: Script, more: Json = {}) => ({
  kind: 'message',
  messageId: 'm-1',
  role: 'user',
  parts: [{ kind: 'text', text: 'hello' }],
  metadata: { 'agentproto/script': script },
  ...more,
});
const slashed = {
  send: 'message/send',
  stream: 'message/stream',
  get: 'tasks/get',
  cancel: 'tasks/cancel',
  subscribe: 'tasks/resubscribe',
};
const kind = (revision: string, { validate }: typeof v03 | typeof v02): Spoken => ({
  revision,
  binding: 'JSONRPC',
  valid: validate as Spoken['valid'],
  send: (script, more) => ({ message: message(script, more) }),
  names: slashed,
  event: 'StreamEvent',
  task: 'Task',
});
let sent = 0;
const ERAS: Spoken[] = [
  kind('0.3', v03),
  {
    revision: '0.3',
    binding: 'HTTP+JSON',
    valid: v03.validate as Spoken['valid'],
    send(script, more = {}) {
      const { kind: _kind, parts: _parts, role: _role, ...rest } = message(script, more);
      return { message: { ...rest, role: 'ROLE_USER', content: [{ text: 'hello' }] } };
    },
    names: {
      send: 'POST /v1/message:send',
      stream: 'POST /v1/message:stream',
      get: 'GET /v1/tasks/{id}',
      cancel: 'POST /v1/tasks/{id}:cancel',
      subscribe: 'POST /v1/tasks/{id}:subscribe',
    },
    event: 'ProtoStreamResponse',
    task: 'ProtoTask',
  },
  kind('0.2', v02),
  {
    revision: '0.1',
    binding: 'JSONRPC',
    valid: v01.validate as Spoken['valid'],
    send: (script, { taskId, contextId, ...more } = {}) => ({
      id: taskId ?? `task-${++sent}`,
      sessionId: contextId ?? 's-1',
      message: {
        role: 'user',
        parts: [{ type: 'text', text: 'hello' }],
        metadata: { 'agentproto/script': script },
        ...more,
      },
    }),
    names: { ...slashed, send: 'tasks/send', stream: 'tasks/sendSubscribe' },
    event: 'StreamEvent',
    task: 'Task',
  },
];

function speak({ url }: ReferenceServer, { revision, names }: Spoken, base = `${url}/a2a/${revision}`) {
  const ask = (name: string, params: Json): Promise<Response> => {
    const [, verb, path] = /^([A-Z]+) (.*)$/.exec(name) ?? [];
    const id = typeof params['id'] === 'string' ? params['id'] : '';
    const query = params['historyLength'] === undefined ? '' : `?historyLength=${String(params['historyLength'])}`;
    const headers = { 'content-type': 'application/json' };
    if (path === undefined)
      return fetch(base, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: name, params }),
      });
    return fetch(`${base}${path.replace('{id}', id)}${verb === 'GET' ? query : ''}`, {
      method: verb!,
      ...(verb === 'POST' && { headers, body: JSON.stringify(path.includes('{id}') ? {} : params) }),
    });
  };
  const read = (name: string, body: Json): Json => {
    if (name.includes(' ')) return body;
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 7 });
    return (body['result'] ?? { error: body['error'] }) as Json;
  };
  return {
    async call(operation: keyof Spoken['names'], params: Json): Promise<Json> {
      const response = await ask(names[operation], params);
      expect(response.headers.get('content-type')).toBe('application/json');
      return read(names[operation], (await response.json()) as Json);
    },
    async *stream(operation: 'stream' | 'subscribe', params: Json): AsyncGenerator<Json> {
      const response = await ask(names[operation], params);
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      for await (const { data } of decodeSse(response.body!)) yield read(names[operation], JSON.parse(data) as Json);
    },
  };
}

const taskOf = (result: Json): Json => (result['task'] ?? result) as Json;
/** What a state, in whichever spelling, is called in a script. */
const stateOf = ({ status }: Json): string =>
  (status as { state: string }).state
    .replace('TASK_STATE_', '')
    .toLowerCase()
    .replaceAll('_', '-')
    .replace('cancelled', 'canceled');
const statusIn = (event: Json): Json | undefined => {
  const update = (event['statusUpdate'] ?? event) as Json;
  return update['status'] && (event['kind'] ?? 'status-update') === 'status-update' ? update : undefined;
};
const all = async (events: AsyncIterable<Json>): Promise<Json[]> => {
  const list: Json[] = [];
  for await (const event of events) list.push(event);
  return list;
};

const STORY: Script = {
  steps: [
    { status: 'on it' },
    { text: 'one ' },
    { text: 'two' },
    {
      artifact: { id: 'table', parts: [{ data: { n: 1 } }, { url: 'https://example.com/a', mediaType: 'image/png' }] },
    },
    { end: 'completed', text: 'done' },
  ],
};

describe.each(ERAS)('A2A $revision over $binding', (era) => {
  const start = () => startServer({ protocols: [`a2a@${era.revision}`] });

  test('a task is sent, and read again; both are as the revision writes them', async () => {
    const client = speak(await start(), era);
    const result = taskOf(await client.call('send', era.send(STORY)));
    expect(era.valid(era.task, result)).toEqual([]);
    expect(stateOf(result)).toBe('completed');
    const again = await client.call('get', { id: result['id'] as string, historyLength: 5 });
    expect(era.valid(era.task, again)).toEqual([]);
    expect(again).toMatchObject({ id: result['id'], artifacts: result['artifacts'], status: result['status'] });
    expect(again['history']).toHaveLength(2);
  });

  test('a stream has every update, and its last one is final', async () => {
    const client = speak(await start(), era);
    const events = await all(client.stream('stream', era.send(STORY)));
    for (const event of events) expect(era.valid(era.event, event)).toEqual([]);
    const statuses = events.map(statusIn).filter((one) => one !== undefined);
    expect(statuses.map(stateOf).at(-1)).toBe('completed');
    expect(statuses.map(({ final }) => final ?? false)).toEqual(
      statuses.map((_, index) => index === statuses.length - 1),
    );
    expect(statusIn(events.at(-1)!)).toBeDefined();
  });

  test('a task at work is canceled, for who follows it as well', async () => {
    const client = speak(await start(), era);
    const events = client.stream('stream', era.send({ steps: [{ text: 'a' }, { hold: { until: 'cancel' } }] }));
    const first = taskOf((await events.next()).value as Json);
    const id = String(first['id'] ?? first['taskId']);
    const follower = client.stream('subscribe', { id });
    await follower.next();
    expect(stateOf(await client.call('cancel', { id }))).toBe('canceled');
    for (const rest of [await all(events), await all(follower)]) {
      expect(statusIn(rest.at(-1)!)).toMatchObject({ final: true });
      expect(stateOf(statusIn(rest.at(-1)!)!)).toBe('canceled');
    }
  });

  test('a task that waits goes on with the next message', async () => {
    const client = speak(await start(), era);
    const script: Script = {
      steps: [{ end: 'input-required', text: 'and?' }],
      turns: [{ steps: [{ text: 'so' }, { end: 'completed' }] }],
    };
    const { id: taskId, contextId, sessionId = contextId } = taskOf(await client.call('send', era.send(script)));
    const follow = era.send(script, { taskId, contextId: sessionId, metadata: {} });
    expect(taskOf(await client.call('send', follow))).toMatchObject({ id: taskId, artifacts: [{}] });
    const refused = await client.call('send', follow);
    expect((refused['error'] ?? refused) as Json).toMatchObject({ code: era.revision === '0.1' ? -32_009 : -32_004 });
  });

  test('errors have the codes of the revision', async () => {
    const client = speak(await start(), era);
    const unknown = await client.call('get', { id: 'no-such-task' });
    expect(unknown['error'] ?? unknown).toMatchObject({ code: -32_001, message: 'Task not found: no-such-task' });
    const bad = await client.call('send', { message: {} });
    expect(bad['error'] ?? bad).toMatchObject({ code: -32_602 });
  });

  test('a step that its wire cannot show is refused', async () => {
    const client = speak(await start(), era);
    const refused = await client.call('send', era.send({ steps: [{ reason: 'because' }] }));
    expect(refused['error'] ?? refused).toMatchObject({
      code: -32_602,
      data: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }, {}],
    });
  });
});

describe('A2A 0.1', () => {
  const era = ERAS.at(-1)!;

  test('direct messages, and states that came later, are refused rather than shown otherwise', async () => {
    const client = speak(await startServer({ protocols: ['a2a@0.1'] }), era);
    const steps: Step[] = [{ reply: [{ text: 'pong' }] }, { end: 'rejected' }, { end: 'auth-required' }];
    for (const step of steps)
      expect((await client.call('send', era.send({ steps: [step] })))['error']).toMatchObject({
        data: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }, {}],
      });
  });

  test('artifacts are known by their index, and nothing says a history that nobody asked for', async () => {
    const client = speak(await startServer({ protocols: ['a2a@0.1'] }), era);
    const events = await all(client.stream('stream', era.send(STORY)));
    const artifacts = events.flatMap(({ artifact }) => (artifact ? [artifact as Json] : []));
    expect(artifacts.map(({ name, index, append }) => [name, index, append])).toEqual([
      ['answer', 0, false],
      // It has said its name.
      [undefined, 0, true],
      ['table', 1, false],
    ]);
    const task = await client.call('get', { id: String(events[0]!['id']) });
    expect(task).not.toHaveProperty('history');
    expect(task).toMatchObject({ sessionId: 's-1', artifacts: [{ index: 0 }, { index: 1 }] });
  });

  test('a task that takes long is answered while it works', async () => {
    const server = await startServer({ protocols: ['a2a@0.1'], a2a: { blockingMs: 5 } });
    const client = speak(server, era);
    const { id } = await client.call(
      'send',
      era.send({ steps: [{ hold: { until: 'signal', signal: 'go' } }, { end: 'completed' }] }),
    );
    expect(stateOf(await client.call('get', { id: String(id) }))).toBe('working');
    server.signal('go');
    await all(client.stream('subscribe', { id: String(id) })).catch(() => {});
    expect(stateOf(await client.call('get', { id: String(id) }))).toBe('completed');
  });

  test('a task has one webhook, which is told the task; without one it is null', async () => {
    const server = await startServer({
      protocols: ['a2a@0.1'],
      a2a: { capabilities: { pushNotifications: true } },
      webhooks: { loopback: true },
    });
    const rpc = async (method: string, params: Json) => {
      const response = await fetch(server.urls['a2a@0.1']!, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      return (await response.json()) as { result?: Json; error?: Json };
    };
    const hook = await startReceiver();
    await rpc('tasks/send', { ...era.send({ steps: [{ end: 'input-required' }] }), id: 'mine' });
    expect((await rpc('tasks/pushNotification/get', { id: 'mine' })).result).toEqual({
      id: 'mine',
      pushNotificationConfig: null,
    });
    const pushNotificationConfig = { url: hook.url, token: 't' };
    await rpc('tasks/pushNotification/set', { id: 'mine', pushNotificationConfig: { url: `${hook.url}/first` } });
    expect((await rpc('tasks/pushNotification/set', { id: 'mine', pushNotificationConfig })).result).toEqual({
      id: 'mine',
      pushNotificationConfig,
    });
    expect((await rpc('tasks/pushNotification/get', { id: 'mine' })).result).toEqual({
      id: 'mine',
      pushNotificationConfig,
    });
    await rpc('tasks/cancel', { id: 'mine' });
    const [call] = await hook.has(1);
    expect(JSON.parse(call!.body)).toMatchObject({ id: 'mine', sessionId: 's-1', status: { state: 'canceled' } });
    expect((await rpc('tasks/sendSubscribe', era.send(STORY))).error).toMatchObject({ code: -32_006 });
  });

  test("a task id of somebody else's is taken, and says nothing of the task", async () => {
    const server = await startServer({ protocols: ['a2a@0.1'], identities: { a: 'key-a', b: 'key-b' } });
    const as = async (key: string, params: Json) => {
      const response = await fetch(server.urls['a2a@0.1']!, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/send', params }),
      });
      return (await response.json()) as { result?: Json; error?: Json };
    };
    const params = { ...era.send({ steps: [{ end: 'input-required' }] }), id: 'same' };
    expect((await as('key-a', params)).result).toMatchObject({ id: 'same' });
    expect((await as('key-b', params)).error).toMatchObject({
      code: -32_602,
      message: 'Invalid parameters: id: expected one that is not taken',
    });
  });
});

describe('cards', () => {
  const card = async (server: ReferenceServer, path: string): Promise<Json> =>
    (await (await fetch(server.url + path)).json()) as Json;

  test.each([
    ['0.3', '/.well-known/agent-card.json', v03, { protocolVersion: '0.3.0', preferredTransport: 'JSONRPC' }],
    ['0.2', '/.well-known/agent.json', v02, { protocolVersion: '0.2.6', preferredTransport: 'JSONRPC' }],
    ['0.1', '/.well-known/agent.json', v01, { capabilities: { streaming: true, pushNotifications: false } }],
  ])('%s has its own, at the root and at home', async (revision, path, { validate }, members) => {
    const server = await startServer({ protocols: [`a2a@${revision}`] });
    const found = await card(server, path);
    expect(validate('AgentCard', found)).toEqual([]);
    expect(found).toMatchObject({ ...members, url: `${server.url}/a2a/${revision}` });
    expect(await card(server, `/a2a/${revision}${path}`)).toEqual(found);
  });

  test('0.3 names both of its bindings', async () => {
    const server = await startServer({ protocols: ['a2a@0.3'] });
    const url = `${server.url}/a2a/0.3`;
    expect(await card(server, '/.well-known/agent-card.json')).toMatchObject({
      additionalInterfaces: [
        { url, transport: 'JSONRPC' },
        { url, transport: 'HTTP+JSON' },
      ],
    });
  });

  test('agent.json answers GET, HEAD and OPTIONS', async () => {
    const server = await startServer({ protocols: ['a2a@0.1'] });
    const url = `${server.url}/.well-known/agent.json`;
    const [get, head, options] = await Promise.all(['GET', 'HEAD', 'OPTIONS'].map((method) => fetch(url, { method })));
    expect([get!.status, head!.status, options!.status]).toEqual([200, 200, 204]);
    expect(head!.headers.get('content-length')).toBe(get!.headers.get('content-length'));
    expect(options!.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  test('of a server that speaks all, one card lists 1.0 and 0.3, and agent.json 0.2 and 0.1', async () => {
    const server = await startServer({ apiKey: 'key' });
    const newest = await card(server, '/.well-known/agent-card.json');
    expect(v03.validate('AgentCard', newest)).toEqual([]);
    expect(newest['supportedInterfaces']).toMatchObject([
      { url: `${server.url}/a2a/1.0`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: `${server.url}/a2a/1.0`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      { url: `${server.url}/a2a/0.3`, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      { url: `${server.url}/a2a/0.3`, protocolBinding: 'HTTP+JSON', protocolVersion: '0.3' },
      { url: `${server.url}/a2a/0.2`, protocolBinding: 'JSONRPC', protocolVersion: '0.2' },
      { url: `${server.url}/a2a/0.1`, protocolBinding: 'JSONRPC', protocolVersion: '0.1' },
    ]);
    expect(newest).toMatchObject({ protocolVersion: '0.3.0', url: `${server.url}/a2a/0.3` });
    const older = await card(server, '/.well-known/agent.json');
    expect(v02.validate('AgentCard', older)).toEqual([]);
    expect(v01.validate('AgentCard', older)).toEqual([]);
    expect(older).toMatchObject({
      protocolVersion: '0.2.6',
      url: `${server.url}/`,
      authentication: { schemes: ['Bearer', 'apiKey'] },
    });
  });

  test('0.2 has the extended card beside its url', async () => {
    const server = await startServer({
      protocols: ['a2a@0.2'],
      apiKey: 'key',
      a2a: { extendedCard: { description: 'Known.' } },
    });
    const url = `${server.url}/a2a/agent/authenticatedExtendedCard`;
    expect((await fetch(url)).status).toBe(401);
    const known = await fetch(url, { headers: { authorization: 'Bearer key' } });
    expect(known.status).toBe(200);
    expect(await known.json()).toMatchObject({ description: 'Known.', supportsAuthenticatedExtendedCard: true });
  });
});

describe('the root of a server that speaks all', () => {
  test.each(ERAS)('$revision over $binding is there', async (era) => {
    const server = await startServer();
    const client = speak(server, era, `${server.url}${era.binding === 'JSONRPC' ? '/' : ''}`);
    const task = taskOf(await client.call('send', era.send(STORY)));
    expect(stateOf(task)).toBe('completed');
    expect(stateOf(await client.call('get', { id: String(task['id']) }))).toBe('completed');
  });

  test('a method that several have is answered by the revision that made the task', async () => {
    const server = await startServer();
    const oldest = speak(server, ERAS.at(-1)!, `${server.url}/`);
    await oldest.call('send', { ...ERAS.at(-1)!.send(STORY), id: 'mine' });
    expect(await oldest.call('get', { id: 'mine' })).toMatchObject({ sessionId: 's-1' });
    const newer = speak(server, ERAS[0]!, `${server.url}/`);
    const { id } = await newer.call('send', ERAS[0]!.send(STORY));
    expect(await newer.call('get', { id: String(id) })).toMatchObject({ kind: 'task' });
  });
});

test('extensions are named in the header of the revision', async () => {
  const uri = 'https://example.com/ext';
  const server = await startServer({
    protocols: ['a2a@0.3'],
    a2a: { capabilities: { streaming: true, extensions: [{ uri, required: true }] } },
  });
  const send = (headers: Record<string, string>) =>
    fetch(server.urls['a2a@0.3']!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'message/send', params: ERAS[0]!.send(STORY) }),
    });
  const named = await send({ 'X-A2A-Extensions': uri });
  expect(named.headers.get('x-a2a-extensions')).toBe(uri);
  const { error } = (await (await send({ 'A2A-Extensions': uri })).json()) as { error: Json };
  expect(error).toMatchObject({ code: -32_004, message: `X-A2A-Extensions: expected the required extension ${uri}` });
});
