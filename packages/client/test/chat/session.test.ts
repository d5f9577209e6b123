import {
  type ChatOptions,
  type ChatRequest,
  type ChatSession,
  chatClient,
  type StreamEvent,
  type WebSocketConstructor,
} from '@agentproto/client/chat';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket as NodeWs } from 'ws';
import {
  call,
  DONE,
  delta,
  doneOf,
  failureOf,
  saidIn,
  type ScriptedSockets,
  scriptedSockets,
} from './scripted-agent.ts';

const connect = (server: ScriptedSockets, options: ChatOptions = {}) => chatClient(server.url, options).connect();
const textOf = async (session: ChatSession, text: string) => (await session.turn(text).final()).content;

describe.each<[string, WebSocketConstructor | undefined]>([
  ["the platform's WebSocket", undefined],
  ['ws', NodeWs as unknown as WebSocketConstructor],
])('a conversation over %s', (_, WebSocket) => {
  const options: ChatOptions = WebSocket ? { WebSocket } : {};

  test('many turns on one socket, each with an id of its own', async () => {
    await using server = await scriptedSockets(({ say }, turn) => say(delta(`you said ${saidIn(turn)}`), doneOf(turn)));
    await using session = await connect(server, options);
    for (const text of ['one', 'two', 'three']) {
      const { content, requestContext } = await session
        .turn({ messages: [{ role: 'user', content: text }], thread_id: 'a' })
        .final();
      expect(content).toBe(`you said ${text}`);
      expect(requestContext).toEqual({ thread_id: 'a', turn_id: expect.any(String) });
    }
    expect(server.turns).toHaveLength(1);
    expect(new Set(server.turns[0]!.map((turn) => turn['turn_id'])).size).toBe(3);
    expect(server.handshakes).toMatchObject([{ path: '/api/chat-ws' }]);
    await session.close();
    expect(await server.closed(1)).toEqual([1000]);
  });

  test('headers and a token go with the upgrade', async () => {
    await using server = await scriptedSockets(
      ({ say }) => say(DONE),
      ({ authorization }) => authorization === 'Bearer new',
    );
    await using agent = chatClient(server.url, {
      ...options,
      headers: { 'x-one': '1' },
      auth: ({ refresh }) => (refresh ? 'new' : 'old'),
    });
    const session = await agent.connect({ headers: { 'x-two': '2' } });
    await session.turn('x').final();
    expect(server.handshakes.map(({ headers }) => headers)).toMatchObject([
      { authorization: 'Bearer old' },
      { authorization: 'Bearer new', 'x-one': '1', 'x-two': '2' },
    ]);
  });

  test('a refused or missing server: at once, and typed', async () => {
    await using server = await scriptedSockets(
      () => {},
      () => false,
    );
    const { url } = server;
    expect(await failureOf(connect(server, options))).toMatchObject({ code: 'CONNECTION_FAILED', nothingSent: true });
    expect(server.handshakes).toHaveLength(1);
    await server[Symbol.asyncDispose]();
    const error = await failureOf(chatClient(`${url}/?key=s3cret`, options).connect());
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect((error as Error).message).not.toContain('s3cret');
  });

  test('break closes the socket, because nothing else stops the server; the next turn opens another', async () => {
    await using server = await scriptedSockets(({ say, number }) =>
      say(delta(`socket ${number}`), ...(number > 1 ? [DONE] : [])),
    );
    await using session = await connect(server, options);
    const stream = session.turn('x');
    for await (const _ of stream) break;
    expect(await server.closed(1)).toEqual([1000]);
    expect(stream.partial().content).toBe('socket 1');
    expect(await textOf(session, 'y')).toBe('socket 2');
  });
});

describe('one turn at a time', () => {
  test('further ones wait in the order in which they are first read', async () => {
    const waiting: (() => void)[] = [];
    await using server = await scriptedSockets(({ say }, turn) => {
      waiting.push(() => say(delta(saidIn(turn)!), doneOf(turn)));
    });
    await using session = await connect(server);
    const streams = ['a', 'b', 'c'].map((text) => session.turn(text));
    const order: string[] = [];
    const finals = [1, 0, 2].map(async (index) => order.push((await streams[index]!.final()).content));
    for (let turn = 0; turn < 3; turn++) {
      while (waiting.length === turn) await new Promise((resolve) => setImmediate(resolve));
      expect(server.turns[0]).toHaveLength(turn + 1);
      waiting[turn]!();
    }
    await Promise.all(finals);
    expect(order).toEqual(['b', 'a', 'c']);
  });

  test('a turn within the loop of the one before goes on once that has arrived', async () => {
    await using server = await scriptedSockets(({ say }, turn) =>
      say(
        ...(saidIn(turn) === 'x' ? [{ type: 'tool_calls', tool_calls: [call('t1')] }] : [delta('inner')]),
        doneOf(turn),
      ),
    );
    await using session = await connect(server);
    const seen: unknown[] = [];
    for await (const event of session.turn('x')) {
      if (event.type === 'tool_calls') seen.push(await textOf(session, 'y'));
      seen.push(event.type);
    }
    expect(seen).toEqual(['inner', 'tool_calls', 'done']);
  });

  test('one that is aborted while it waits is never sent, and does not hold up the others', async () => {
    let finish = () => {};
    await using server = await scriptedSockets(({ say }, turn) => {
      if (saidIn(turn) === 'a') finish = () => say(doneOf(turn));
      else say(delta(saidIn(turn)!), doneOf(turn));
    });
    await using session = await connect(server);
    const controller = new AbortController();
    const first = session.turn('a').final();
    const second = failureOf(session.turn('b', { signal: controller.signal }).final());
    const third = textOf(session, 'c');
    controller.abort('enough');
    expect(await second).toMatchObject({ code: 'ABORTED', reason: 'enough' });
    while (server.turns[0]!.length === 0) await new Promise((resolve) => setImmediate(resolve));
    finish();
    await first;
    expect(await third).toBe('c');
    expect(server.turns[0]!.map(saidIn)).toEqual(['a', 'c']);
  });
});

describe('errors', () => {
  /** Fails every turn that says so, with what follows a failure. */
  const failing = (waitMs = 0, after?: StreamEvent | ((turn: ChatRequest) => object)) =>
    scriptedSockets(async ({ say }, turn, count) => {
      if (saidIn(turn) !== 'fail') return say(delta(`turn ${count}`), doneOf(turn));
      say(delta('half'), { type: 'error', error: 'agent exploded' });
      if (!after) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      say(typeof after === 'function' ? after(turn) : after);
    });

  test('a turn that fails leaves the socket usable', async () => {
    await using server = await failing();
    await using session = await connect(server);
    const stream = session.turn('fail');
    const types: string[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { type } of stream) types.push(type);
      })(),
    );
    expect(types).toEqual(['text_delta', 'error']);
    expect(error).toMatchObject({ code: 'CHAT_TURN_FAILED', detail: 'agent exploded', partial: { content: 'half' } });
    expect(await textOf(session, 'x')).toBe('turn 2');
    expect(server.turns).toHaveLength(1);
  });

  test.each<[string, number, StreamEvent | ((turn: ChatRequest) => object)]>([
    ['soon, and says nothing more', 20, DONE],
    ['late, and says whose it is', 500, doneOf],
  ])('a `done` that comes after the error %s does not end the next turn', async (_, waitMs, done) => {
    await using server = await failing(waitMs, done);
    const kinds: string[] = [];
    await using session = await connect(server, { onDeviation: ({ kind }) => kinds.push(kind) });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    for (const expected of ['turn 2', 'turn 4']) {
      expect(await failureOf(session.turn('fail').final())).toMatchObject({ code: 'CHAT_TURN_FAILED' });
      const next = textOf(session, 'x');
      await vi.advanceTimersByTimeAsync(waitMs);
      expect(await next).toBe(expected);
    }
    expect(kinds).toContain('done-after-error');
    expect(server.turns).toHaveLength(1);
  });

  test('leaving at the error keeps the socket', async () => {
    await using server = await failing();
    await using session = await connect(server);
    for await (const { type } of session.turn('fail')) if (type === 'error') break;
    expect(await textOf(session, 'x')).toBe('turn 2');
    expect(server.turns).toHaveLength(1);
  });

  test('a bare `done` is one: servers that keep silent send it', async () => {
    await using server = await scriptedSockets(({ say }, turn, count) =>
      say(count === 1 ? doneOf(turn) : { type: 'done' }),
    );
    await using session = await connect(server);
    await session.turn('x').final();
    expect(await session.turn('y').final()).toMatchObject({ content: '', metaData: {} });
  });

  test('a frame that is no JSON fails its turn; the session goes on with another socket', async () => {
    await using server = await scriptedSockets(({ say, number }, turn) =>
      say(
        ...(number === 1 ? [delta('half'), '{"type":"done","meta_data":{"n":NaN}}'] : [delta('whole'), doneOf(turn)]),
      ),
    );
    await using session = await connect(server);
    const stream = session.turn('x');
    expect(await failureOf(stream.final())).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: 'JSON',
      where: expect.stringContaining('frame 2'),
    });
    expect(stream.partial().content).toBe('half');
    expect(await textOf(session, 'y')).toBe('whole');
    expect(server.turns).toHaveLength(2);
  });

  test('frames that are no event, binary ones, and those outside of a turn', async () => {
    await using server = await scriptedSockets(({ socket, say }, turn, count) => {
      say('5', { type: 'agent_message' });
      socket.send(Buffer.from(JSON.stringify(delta(`turn ${count}`))));
      say(doneOf(turn), delta('stray'), 'nonsense');
    });
    const kinds: string[] = [];
    await using session = await connect(server, { onDeviation: ({ kind }) => kinds.push(kind) });
    expect(await textOf(session, 'x')).toBe('turn 1');
    while (kinds.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(kinds).toEqual(['not-an-event', 'unknown-event', 'binary-frame', 'event-after-end']);
    expect(await textOf(session, 'y')).toBe('turn 2');
    expect(server.turns).toHaveLength(1);
  });

  test('a frame above the limit fails its turn only', async () => {
    await using server = await scriptedSockets(({ say }, turn, count) =>
      say(delta('x'.repeat(server.turns.length === 1 && count === 1 ? 2_000 : 1)), doneOf(turn)),
    );
    await using session = await connect(server, { limits: { eventBytes: 1_000 } });
    expect(await failureOf(session.turn('x').final())).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: expect.stringContaining('1000 bytes'),
    });
    expect(await textOf(session, 'y')).toBe('x');
  });

  test('a consumer that is slow gets all, in order', async () => {
    const count = 5_000;
    await using server = await scriptedSockets(({ say }, turn) =>
      say(...Array.from({ length: count }, (_, index) => delta(`${index} `)), doneOf(turn)),
    );
    await using session = await connect(server);
    const stream = session.turn('x');
    let read = 0;
    for await (const _ of stream) if (++read % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stream.reply?.content).toBe(Array.from({ length: count }, (_, index) => `${index} `).join(''));
  });
});

test('a consumer that does not read fills no memory: its turn fails in the end, after what was kept', async () => {
  const frame = JSON.stringify(delta('x'));
  await using server = await scriptedSockets(({ say }) => say(...Array<string>(20_000).fill(frame)));
  await using session = await connect(server);
  const stream = session.turn('x');
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  expect(await server.closed(1)).toEqual([4009]);
  const error = await failureOf(stream.final());
  expect(error).toMatchObject({ code: 'MALFORMED_RESPONSE', expected: expect.stringContaining('nobody took') });
  expect(stream.partial().content.length).toBeGreaterThan(10_000);
});

describe('the end of a session', () => {
  test('close ends the turn under way and those that wait', async () => {
    await using server = await scriptedSockets(() => {});
    const session = await connect(server);
    const failures = ['a', 'b'].map((text) => failureOf(session.turn(text).final()));
    while (server.turns[0]!.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await session.close();
    for (const failure of failures) expect(await failure).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(session.turn('c').final())).toMatchObject({ code: 'ABORTED' });
    expect(await server.closed(1)).toEqual([1000]);
  });

  test('a client that is closed closes its sessions', async () => {
    await using server = await scriptedSockets(({ say }) => say(DONE));
    const agent = chatClient(server.url);
    const session = await agent.connect();
    await session.turn('x').final();
    await agent[Symbol.asyncDispose]();
    expect(await server.closed(1)).toEqual([1000]);
    expect(await failureOf(session.turn('x').final())).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(agent.connect())).toMatchObject({ code: 'ABORTED' });
  });

  test.each([
    ['firstEventMs', 'FIRST_EVENT_TIMEOUT', []],
    ['idleMs', 'IDLE_TIMEOUT', [delta('x')]],
    ['totalMs', 'TOTAL_TIMEOUT', [delta('x')]],
  ])('a turn that takes longer than %s fails, and its socket is closed', async (name, code, events) => {
    await using server = await scriptedSockets(({ say }) => say(...events));
    await using session = await connect(server);
    expect(await failureOf(session.turn('x', { timeouts: { [name]: 50 } }).final())).toMatchObject({
      code,
      limitMs: 50,
    });
    expect(await server.closed(1)).toEqual([1000]);
  });

  test('nothing is waited for without a limit: the upgrade, a token', async () => {
    await using server = await scriptedSockets(() => {});
    const auth = () => new Promise<string>(() => {});
    const agent = chatClient(server.url, { auth, timeouts: { connectMs: 50 } });
    expect(await failureOf(agent.connect())).toMatchObject({ code: 'CONNECT_TIMEOUT', limitMs: 50 });
    expect(await failureOf(agent.connect({ signal: AbortSignal.timeout(10) }))).toMatchObject({ code: 'ABORTED' });
  });
});
