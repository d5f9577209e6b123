import { once } from 'node:events';
import { connect } from 'node:net';
import { VirtualClock } from '@agentproto/script';
import type { WireFault } from '@agentproto/script';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { assistant, brief, briefs, clientOf, logOf, runsIn, scripted, startServer, user } from './client.test.kit.ts';

const until = (name: string) => ({ hold: { until: 'signal', signal: name } }) as const;
const DONE = { type: 'done', stop_reason: 'end_turn' };

test('many turns on one socket, each with the request fields of its own', async () => {
  const { say } = await clientOf(await startServer()).connect();
  for (let turn_id = 0; turn_id < 50; turn_id++) {
    expect(await say([user(`${turn_id}`)], { turn_id })).toEqual([
      { type: 'text_delta', text: `${turn_id}` },
      { ...DONE, meta_data: { request_context: { turn_id } } },
    ]);
  }
});

test("the platform's own WebSocket", async () => {
  const { url } = clientOf(await startServer());
  const socket = new globalThis.WebSocket(`${url.replace('http', 'ws')}/api/chat-ws`);
  onTestFinished(() => socket.close());
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const texts: unknown[] = [];
  socket.addEventListener('message', ({ data }) => texts.push(data));
  socket.send(JSON.stringify({ messages: [user('Grüße')] }));
  await expect
    .poll(() => texts)
    .toEqual(['{"type":"text_delta","text":"Grüße"}', '{"type":"done","stop_reason":"end_turn","meta_data":{}}']);
});

test('a conversation of several turns', async () => {
  const { say } = await clientOf(await startServer()).connect();
  const begin = scripted({
    steps: [{ tool: { by: 'approval', calls: [{ name: 'x', output: 'y' }] } }],
    turns: [{ steps: [{ text: 'ok' }] }],
  });
  expect(briefs(await say([begin]))).toEqual(['approvals call-1', 'tool_calls call-1', 'done']);
  const data = { tool_calls: [{ id: 'call-1', name: 'x', input: {}, execute: true }] };
  const history = [begin, assistant(''), user('', { data })];
  expect(briefs(await say(history))).toEqual(['executed_tool_calls call-1=y', 'text ok', 'done']);
  expect(briefs(await say([...history, assistant('ok'), user('bye')]))).toEqual(['text bye', 'done']);
});

test('frames sent at once give whole turns, one after the other', async () => {
  const server = await startServer();
  const { send, turn } = await clientOf(server).connect();
  for (const turn_id of [1, 2, 3])
    send({ messages: [scripted({ steps: [{ text: 'a' }, until(`go ${turn_id}`), { text: 'b' }] })], turn_id });
  server.signal('go 3');
  server.signal('go 2');
  server.signal('go 1');
  for (const turn_id of [1, 2, 3]) {
    expect(await turn()).toEqual([
      { type: 'text_delta', text: 'a' },
      { type: 'text_delta', text: 'b' },
      { ...DONE, meta_data: { request_context: { turn_id } } },
    ]);
  }
});

test.each([
  ['no JSON', 'not json', /^Invalid JSON/],
  ['nothing', '', /^Invalid JSON/],
  ['a number', '5', /expected a JSON object, got 5/],
  ['null', 'null', /got null/],
  ['an array', '[]', /got an array/],
  ['a text', '"messages"', /got "messages"/],
  ['an object without messages', '{"foo":1}', /'messages' field missing/],
  ['no messages', '{"messages":[]}', /'messages' is empty/],
  ['messages that are none', '{"messages":null}', /messages: expected an array/],
  ['a binary frame', Buffer.from('{"messages":[{"role":"user"}]}'), /expected a text frame/],
  [
    'what is nested too deep',
    `{"messages":[{"role":"user"}],"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    /nested too deep/,
  ],
  ['an agent that fails', JSON.stringify({ messages: [user('@fail no luck')] }), /^no luck$/],
  ['an agent that crashes', JSON.stringify({ messages: [user('@crash secret')] }), /^The agent crashed\.$/],
])('%s gives an error, and the next turn is whole', async (_what, frame, expected) => {
  const { send, next, say } = await clientOf(await startServer()).connect();
  send(frame);
  expect(await next()).toEqual({ type: 'error', error: expect.stringMatching(expected) });
  expect(briefs(await say([user('still there')]))).toEqual(['text still there', 'done']);
});

test('a script that cannot be played is an error with its reason', async () => {
  const { say } = await clientOf(await startServer()).connect();
  expect(await say([user('@pad 1KB')])).toEqual([
    { type: 'error', error: expect.stringContaining('"pad"'), reason: 'SCRIPT_STEP_UNSUPPORTED' },
  ]);
  expect(await say([user('@script [')])).toEqual([
    { type: 'error', error: expect.stringContaining('@script'), reason: 'SCRIPT_JSON' },
  ]);
});

describe('a client that closes', () => {
  test.each([
    ['in good order', (socket: WebSocket) => socket.close(1000)],
    ['by breaking the connection', (socket: WebSocket) => socket.terminate()],
  ])('%s, cancels its turn and leaves the server usable', async (_how, close) => {
    const server = await startServer();
    const client = clientOf(server);
    const { socket, send, next } = await client.connect();
    send({ messages: [user('@hold')] });
    send({ messages: [user('never')] });
    expect(brief(await next())).toBe('update Working');
    close(socket);
    await expect.poll(async () => (await runsIn(server.store)).map(({ state }) => state)).toEqual(['canceled']);
    const [run] = await runsIn(server.store);
    expect(await logOf(server.store, run!)).toEqual(['turn', 'open', 'status', 'end canceled']);
    expect(briefs(await (await client.connect()).say([user('again')]))).toEqual(['text again', 'done']);
  });
});

test('five sockets at a time do not wait for each other', async () => {
  const server = await startServer();
  const client = clientOf(server);
  const sockets = await Promise.all(Array.from({ length: 5 }, () => client.connect()));
  for (const { send } of sockets)
    send({ messages: [scripted({ steps: [{ text: 'a' }, until('go'), { text: 'b' }] })] });
  for (const { next } of sockets) expect(brief(await next())).toBe('text a');
  server.signal('go');
  for (const { turn } of sockets) expect(briefs(await turn())).toEqual(['text b', 'done']);
});

test('a client that reads slowly gets everything, while memory stays with the log', async () => {
  const texts = Array.from({ length: 40 }, (_none, i) => `${i + 10}`.padEnd(500_000, '.'));
  const client = clientOf(
    await startServer({
      agent: ({ input }) => (input.text === 'much' ? { steps: texts.map((text) => ({ text })) } : undefined),
    }),
  );
  const slow = await client.connect();
  slow.socket.pause();
  slow.send({ messages: [user('much')] });
  expect(briefs(await (await client.connect()).say([user('quick')]))).toEqual(['text quick', 'done']);
  slow.socket.resume();
  expect((await slow.turn()).slice(0, -1)).toEqual(texts.map((text) => ({ type: 'text_delta', text })));
});

test('a client that does not read at all is given up after a minute', async () => {
  const clock = new VirtualClock();
  const steps = Array.from({ length: 40 }, () => ({ text: 'x'.repeat(500_000) }));
  const server = await startServer({ clock, chat: { pingMs: null }, agent: () => ({ steps }) });
  const { socket, send, closed } = await clientOf(server).connect();
  socket.pause();
  send({ messages: [user('much')] });
  // The agent has done its part, so what sleeps now waits for the client.
  await expect.poll(async () => (await runsIn(server.store))[0]?.state).toBe('completed');
  await clock.sleeping(1);
  await clock.advance(60_000);
  socket.resume();
  expect((await closed).code).toBe(1006);
});

describe('limits', () => {
  test('a message that is too long closes with 1009', async () => {
    const { send, closed } = await clientOf(await startServer({ chat: { messageBytes: 1_000 } })).connect();
    send({ messages: [user('x'.repeat(1_000))] });
    expect((await closed).code).toBe(1009);
  });

  test('16 MiB are allowed', async () => {
    const { say } = await clientOf(await startServer()).connect();
    const text = 'x'.repeat(16 * 1024 * 1024 - 100);
    expect(await say([user(text)])).toEqual([
      { type: 'text_delta', text },
      { ...DONE, meta_data: {} },
    ]);
  });

  test('a client that sends without end while nobody has time for it is closed', async () => {
    const { send, closed } = await clientOf(await startServer()).connect();
    send({ messages: [user('@hold')] });
    for (let i = 0; i < 20_000; i++) send('x');
    expect((await closed).code).toBe(1009);
  });
});

describe('pings', () => {
  test('come every 20 s; a client that answers stays, one that does not is closed with 1011', async () => {
    const clock = new VirtualClock();
    const client = clientOf(await startServer({ clock }));
    const polite = await client.connect();
    const pinged = once(polite.socket, 'ping');
    await clock.sleeping(1);
    await clock.advance(20_000);
    await pinged;
    // What a client sends comes in order: when its own ping is answered, its pong was heard.
    await polite.quiet();
    const again = once(polite.socket, 'ping');
    await clock.advance(20_000);
    await again;
    expect(briefs(await polite.say([user('here')]))).toEqual(['text here', 'done']);
    polite.socket.close();
    await polite.closed;
    await expect.poll(() => clock.pending).toBe(0);

    const silent = await client.connect({ autoPong: false });
    const heard = once(silent.socket, 'ping');
    await clock.sleeping(1);
    await clock.advance(20_000);
    await heard;
    await clock.advance(20_000);
    expect(await silent.closed).toEqual({ code: 1011, reason: 'No pong came in time.' });
  });

  test('can be switched off', async () => {
    const clock = new VirtualClock();
    const { say } = await clientOf(await startServer({ clock, chat: { pingMs: null } })).connect();
    expect(briefs(await say([user('x')]))).toEqual(['text x', 'done']);
    expect(clock.pending).toBe(0);
  });
});

describe('a server that closes', () => {
  test('ends the turn with an error and the socket with 1001', async () => {
    const server = await startServer();
    const { send, next, closed } = await clientOf(server).connect();
    send({ messages: [user('@hold')] });
    expect(brief(await next())).toBe('update Working');
    const from = performance.now();
    const [event] = await Promise.all([next(), server.close()]);
    expect(brief(event)).toBe('error The server is closing.');
    expect(await closed).toEqual({ code: 1001, reason: 'The server is closing.' });
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  test('closes idle sockets, and cuts those that do not answer', async () => {
    const server = await startServer();
    const client = clientOf(server);
    const idle = await client.connect();
    const { hostname, port } = new URL(client.url);
    const deaf = connect(Number(port), hostname);
    onTestFinished(() => void deaf.destroy());
    deaf.write(
      'GET /api/chat-ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    expect(String((await once(deaf, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /);
    const cut = once(deaf, 'close');
    deaf.resume();
    await server.close();
    expect((await idle.closed).code).toBe(1001);
    await cut;
  });
});

describe('faults of the wire', () => {
  const begin = async (fault: WireFault) => {
    const server = await startServer();
    const conversation = await clientOf(server).connect();
    conversation.send({ messages: [scripted({ steps: [{ text: 'one' }, { wire: fault }, { text: 'zwölf' }] })] });
    expect(brief(await conversation.next())).toBe('text one');
    return { ...conversation, server };
  };

  test.each<[WireFault]>([['disconnect'], ['reset'], ['truncate']])(
    '%s breaks the connection without a closing handshake',
    async (fault) => {
      const { closed, frames } = await begin(fault);
      expect((await closed).code).toBe(1006);
      expect(frames).toHaveLength(1);
    },
  );

  test('stall says no more, and answers no further frame', async () => {
    const { send, quiet, frames, server } = await begin('stall');
    send({ messages: [user('x')] });
    await quiet();
    expect(frames).toHaveLength(1);
    expect(await runsIn(server.store)).toHaveLength(1);
  });

  test('bad-json is one more frame', async () => {
    const { frames } = await begin('bad-json');
    await expect.poll(() => frames.length).toBe(4);
    expect(frames[1]).toBe('{"broken":');
  });

  test('duplicate-event says the last event once more', async () => {
    const { turn } = await begin('duplicate-event');
    expect(briefs(await turn())).toEqual(['text one', 'text zwölf', 'done']);
  });

  test('split-utf8 cuts a character into two fragments', async () => {
    const { turn } = await begin('split-utf8');
    expect(briefs(await turn())).toEqual(['text zwölf', 'done']);
  });
});
