import {
  functionTool,
  isResponsesError,
  outputTextOf,
  type ResponsesOptions,
  responsesClient,
  run,
  type SessionOptions,
  type WebSocketConstructor,
} from '@agentproto/client/responses';
import { createReferenceServer, type ReferenceServer, VirtualClock } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket as NodeWs } from 'ws';
import { failureOf } from '../scripted-server.ts';
import { type Connected, type ScriptedSockets, scriptedSockets } from '../scripted-sockets.ts';
import { endOf, messageEvents, messageOf, numbered, responseIn } from './scripted.ts';

type Frame = { type?: string; input?: unknown; previous_response_id?: string } & Record<string, unknown>;
type Sockets = ScriptedSockets<Frame>;

const SOCKET_MS = 400;
const PLATFORMS: [string, { WebSocket?: WebSocketConstructor }][] = [
  ["the platform's WebSocket", {}],
  ['ws', { WebSocket: NodeWs as unknown as WebSocketConstructor }],
];

const connect = (server: { url: string }, options: ResponsesOptions = {}, session: SessionOptions = {}) =>
  responsesClient(`${server.url}/v1`, { model: 'm', ...options }).connect(session);

/** A whole response; its id says which one it is. */
function saying(text: string, id = 'resp_1') {
  const end = endOf('completed', { output: [messageOf(text)] });
  return numbered([...messageEvents(text), end]).map((event) =>
    'response' in event ? { ...event, response: { ...(event['response'] as object), id } } : event,
  );
}
const answers = (server: Connected, { input }: Frame, count: number) =>
  server.say(...saying(`you said ${String(input)}`, `resp_${server.number}_${count}`));
const errorFrame = (code: string, status = 400) => ({
  type: 'error',
  status,
  error: { type: 'invalid_request', code, message: 'no', param: null },
});

describe.each(PLATFORMS)('over %s', (_, platform) => {
  const clock = new VirtualClock();
  let reference: ReferenceServer;
  beforeAll(async () => {
    reference = await createReferenceServer({ apiKey: 'sesame', clock, responses: { socketMs: SOCKET_MS } });
  });
  afterAll(() => reference.close());
  const client = (protocol: string, auth: ResponsesOptions['auth'] = 'sesame', more: ResponsesOptions = platform) =>
    responsesClient(reference.urls[protocol]!, { ...more, auth, model: 'gpt-5', strict: true });

  test.each(['responses@2026-04-24', 'responses@openai'])('%s gives the same events as over HTTP', async (protocol) => {
    await using one = client(protocol);
    await using session = await one.connect();
    const types: string[][] = [];
    for (const stream of [session.stream('Hello you'), one.stream('Hello you')]) {
      const seen: string[] = [];
      for await (const { type } of stream) seen.push(type);
      types.push(seen);
      expect(stream.outputText).toBe('Hello you');
      expect((await stream.final()).status).toBe('completed');
    }
    expect(types[0]).toEqual(types[1]);
  });

  test('2026-01-15, which has no WebSocket, is a typed error', async () => {
    await using one = client('responses@2026-01-15');
    expect(await failureOf(one.connect())).toMatchObject({ code: 'CONNECTION_FAILED', nothingSent: true });
  });

  test('a wrong key is refused, and a new one asked for', async () => {
    const asked: boolean[] = [];
    await using one = client('responses@openai', ({ refresh }) => (asked.push(refresh), refresh ? 'sesame' : 'old'));
    await using session = await one.connect();
    expect(outputTextOf(await session.create('x'))).toBe('x');
    expect(asked).toEqual([false, true]);
    await using other = client('responses@openai', 'wrong-key');
    expect(await failureOf(other.connect())).toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  test('chains what is not stored, as long as the connection lasts', async () => {
    await using one = client('responses@openai');
    await using session = await one.connect();
    const first = await session.create({ input: 'one', store: false });
    const second = await session.create({ input: 'two', store: false, previous_response_id: first.id });
    expect(second.previous_response_id).toBe(first.id);
    await using another = await one.connect();
    const error = await failureOf(another.create({ input: 'two', previous_response_id: second.id }));
    expect(isResponsesError(error, 'previous_response_not_found')).toBe(true);
    // The socket goes on after an error.
    expect(outputTextOf(await another.create('three'))).toBe('three');
  });

  test('goes on after the server has closed the connection, whose time is up', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    // The same in all else, the length of its parameters included.
    const WebSocket = new Proxy((platform.WebSocket ?? globalThis.WebSocket) as WebSocketConstructor, {
      construct(Socket, args: ConstructorParameters<WebSocketConstructor>) {
        const socket = new Socket(...args);
        socket.addEventListener('close', () => resolve());
        return socket;
      },
    });
    await using one = client('responses@openai', 'sesame', { WebSocket });
    await using session = await one.connect();
    await session.create('x');
    await clock.advance(SOCKET_MS);
    await closed;
    expect(outputTextOf(await session.create('y'))).toBe('y');
  });

  test('runs the loop of tools, with and without storage', async () => {
    const tools = ['get_weather', 'get_time'].map((name) =>
      functionTool({ name, parameters: { type: 'object' }, run: () => 'sunny' }),
    );
    await using one = client('responses@openai');
    for (const store of [true, false]) {
      await using session = await one.connect();
      const result = await run(session, { model: 'two-tools', input: 'do both', store }, { tools });
      expect(result).toMatchObject({ outputText: 'Both are done', turns: 2 });
    }
  });
});

describe('the frame', () => {
  test('is the request with its type first, and nothing of HTTP', async () => {
    await using server: Sockets = await scriptedSockets(answers);
    await using session = await connect(server, { headers: { 'x-one': '1' }, auth: 'token-of-mine' });
    await session.create({ input: [{ role: 'user', content: 'x' }], store: false } as never);
    expect(server.turns).toEqual([
      [
        {
          type: 'response.create',
          model: 'm',
          input: [{ type: 'message', role: 'user', content: 'x' }],
          store: false,
        },
      ],
    ]);
    expect(Object.keys(server.turns[0]![0]!)[0]).toBe('type');
    expect(server.handshakes).toMatchObject([
      { path: '/v1/responses', headers: { 'x-one': '1', authorization: 'Bearer token-of-mine' } },
    ]);
  });

  test.each([
    ['background', { input: 'x', background: true }, {}],
    ['stream_options', { input: 'x', stream_options: { include_obfuscation: false } }, {}],
    ['stream', { input: 'x', stream: true }, {}],
    ['retry', 'x', { retry: false }],
  ])('%s has no place there', async (name, input, options) => {
    await using server: Sockets = await scriptedSockets(answers);
    await using session = await connect(server);
    expect(() => session.stream(input as never, options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(name) }),
    );
  });
});

describe('one response at a time', () => {
  test('further ones wait in the order in which they are read', async () => {
    const waiting: (() => void)[] = [];
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      waiting.push(() => answers(connected, frame, count));
    });
    await using session = await connect(server);
    const done: string[] = [];
    const all = ['a', 'b', 'c'].map(async (text) => done.push(outputTextOf(await session.create(text))));
    for (let turn = 0; turn < 3; turn++) {
      while (waiting.length === turn) await new Promise((resolve) => setImmediate(resolve));
      expect(server.turns[0]).toHaveLength(turn + 1);
      waiting[turn]!();
    }
    await Promise.all(all);
    expect(done).toEqual(['you said a', 'you said b', 'you said c']);
  });

  test('one that is aborted while it waits is never sent', async () => {
    let finish = () => {};
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      if (frame.input === 'a') finish = () => answers(connected, frame, count);
      else answers(connected, frame, count);
    });
    await using session = await connect(server);
    const abort = new AbortController();
    const first = session.create('a');
    const second = failureOf(session.create('b', { signal: abort.signal }));
    const third = session.create('c');
    abort.abort('enough');
    expect(await second).toMatchObject({ code: 'ABORTED', reason: 'enough' });
    while (!server.turns[0]?.length) await new Promise((resolve) => setImmediate(resolve));
    finish();
    await first;
    expect(outputTextOf(await third)).toBe('you said c');
    expect(server.turns[0]!.map(({ input }) => input)).toEqual(['a', 'c']);
  });

  test('what comes late of the one before is not taken for the next', async () => {
    const told: string[] = [];
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      if (count === 2) connected.say(saying('a', 'resp_1_1').at(-2), saying('a', 'resp_1_1').at(-1));
      answers(connected, frame, count);
    });
    await using session = await connect(server, { onDeviation: ({ kind }) => told.push(kind) });
    await session.create('a');
    expect(outputTextOf(await session.create('b'))).toBe('you said b');
    expect(told).toEqual(['event-after-end']);
  });
});

describe('errors', () => {
  test('an error frame is the answer to a request that is refused', async () => {
    await using server: Sockets = await scriptedSockets((connected, frame, count) =>
      frame.input === 'bad' ? connected.say(errorFrame('no_such_model', 404)) : answers(connected, frame, count),
    );
    await using session = await connect(server);
    const error = await failureOf(session.create('bad'));
    expect(error).toMatchObject({ code: 'RESPONSES_ERROR', errorCode: 'no_such_model', status: 404, reason: 'no' });
    expect(outputTextOf(await session.create('good'))).toBe('you said good');
    expect(server.turns).toHaveLength(1);
  });

  test('after an error in the middle, the end of the response has the last word, if it comes', async () => {
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      if (count > 2) return answers(connected, frame, count);
      connected.say(...saying('x', `resp_${count}`).slice(0, 5), errorFrame('server_error', 500));
      if (count === 1) connected.say(endOf('failed', { error: { code: 'server_error', message: 'oh' } }));
    });
    await using session = await connect(server);
    expect(await session.create('a')).toMatchObject({ status: 'failed', error: { message: 'oh' } });
    expect(await failureOf(session.create('b'))).toMatchObject({
      code: 'RESPONSES_ERROR',
      errorCode: 'server_error',
      partial: { output: [{ content: [{ text: 'x' }] }] },
    });
    expect(outputTextOf(await session.create('c'))).toBe('you said c');
  });

  test.each([
    ['a close', 1000],
    ['a close of a server that stumbled', 1011],
    ['a broken connection', 1006],
  ])('%s before the end is truncation, and the next request has a socket of its own', async (_, code) => {
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      if (connected.number > 1) return answers(connected, frame, count);
      connected.say(...saying('Hel').slice(0, 5));
      if (code === 1006) connected.socket.terminate();
      else connected.socket.close(code);
    });
    await using session = await connect(server, {}, { reconnect: { baseMs: 1 } });
    const stream = session.stream('x');
    expect(await failureOf(stream.final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
      cause: { code: 'CONNECTION_FAILED' },
      ...(code !== 1006 && { events: 5, partial: { id: 'resp_1' } }),
    });
    expect(outputTextOf(await session.create('y'))).toBe('you said y');
  });

  test('a connection that ends before any answer is not met by sending again', async () => {
    await using server: Sockets = await scriptedSockets(({ socket }) => socket.close(1011));
    await using session = await connect(server);
    expect(await failureOf(session.create('x'))).toMatchObject({ code: 'CONNECTION_FAILED', nothingSent: false });
    expect(server.turns).toEqual([[expect.anything()]]);
  });

  test('the limit of a connection is met by another one, with the same request', async () => {
    await using server: Sockets = await scriptedSockets((connected, frame, count) => {
      if (connected.number > 1) return answers(connected, frame, count);
      connected.say(errorFrame('websocket_connection_limit_reached'));
      connected.socket.close(1000);
    });
    await using session = await connect(server);
    expect(outputTextOf(await session.create('x'))).toBe('you said x');
    expect(server.turns.map((turns) => turns.map(({ input }) => input))).toEqual([['x'], ['x']]);
  });

  test('silence ends by the idle timeout, and leaves the socket', async () => {
    await using server: Sockets = await scriptedSockets((connected, frame, count) =>
      connected.number > 1 ? answers(connected, frame, count) : connected.say(...saying('x').slice(0, 5)),
    );
    await using session = await connect(server);
    const stream = session.stream('x', { timeouts: { idleMs: 100 } });
    expect(await failureOf(stream.final())).toMatchObject({ code: 'IDLE_TIMEOUT', limitMs: 100 });
    expect(stream.outputText).toBe('x');
    await server.closed(1);
    expect(outputTextOf(await session.create('y'))).toBe('you said y');
  });

  test('nothing at all ends by its own timeout', async () => {
    await using server: Sockets = await scriptedSockets(() => {});
    await using session = await connect(server);
    const options = { timeouts: { firstEventMs: 50 } };
    expect(await failureOf(session.create('x', options))).toMatchObject({ code: 'FIRST_EVENT_TIMEOUT' });
  });

  test('abort, leaving the loop and close look like abort, and close the socket', async () => {
    await using server: Sockets = await scriptedSockets(({ say }) => say(...saying('x').slice(0, 5)));
    await using session = await connect(server);
    const abort = new AbortController();
    const aborted = session.stream('a', { signal: abort.signal });
    const read = (async () => {
      for await (const { type } of aborted) if (type === 'response.output_text.delta') abort.abort('enough');
    })();
    expect(await failureOf(read)).toMatchObject({ code: 'ABORTED', reason: 'enough' });
    const left = session.stream('b');
    for await (const _ of left) break;
    expect(await failureOf(left.final())).toMatchObject({ code: 'ABORTED' });
    expect(await server.closed(2)).toEqual([1000, 1000]);
    const closed = session.stream('c');
    const ending = failureOf(closed.final());
    while (server.turns.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await session.close();
    expect(await ending).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(session.create('d'))).toMatchObject({ code: 'ABORTED' });
  });

  test('a frame that is no event is passed over, and told', async () => {
    const told: string[] = [];
    await using server: Sockets = await scriptedSockets(({ socket, say }) => {
      const [first, ...rest] = saying('x');
      say('no JSON', first);
      socket.send(Buffer.from(JSON.stringify({ type: 'acme:x', sequence_number: 0 })));
      say(...rest);
    });
    await using session = await connect(server, { onDeviation: ({ kind }) => told.push(kind) });
    expect(outputTextOf(await session.create('x'))).toBe('x');
    expect(told).toEqual(['not-an-event', 'binary-frame']);
  });
});

test('run sends all again where the server has forgotten what it did not store', async () => {
  const weather = functionTool({ name: 'weather', parameters: { type: 'object' }, run: () => 'blue' });
  const call = {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'weather',
    arguments: '{}',
    status: 'completed',
  };
  await using server: Sockets = await scriptedSockets((connected, frame) => {
    if (frame.previous_response_id) connected.say(errorFrame('previous_response_not_found'));
    else if (Array.isArray(frame.input)) connected.say(...saying('It is blue.', 'resp_2'));
    else
      connected.say(
        { type: 'response.created', response: responseIn('in_progress') },
        endOf('completed', { output: [call] }),
      );
  });
  await using session = await connect(server);
  const result = await run(session, { input: 'sky?', store: false }, { tools: [weather] });
  expect(result).toMatchObject({ outputText: 'It is blue.', turns: 2 });
  expect(server.turns[0]!.map(({ input, previous_response_id: previous }) => [input, previous])).toEqual([
    ['sky?', undefined],
    [[expect.objectContaining({ type: 'function_call_output' })], 'resp_1'],
    [
      [
        { type: 'message', role: 'user', content: 'sky?' },
        call,
        { type: 'function_call_output', call_id: 'call_1', output: 'blue' },
      ],
      undefined,
    ],
  ]);
});
