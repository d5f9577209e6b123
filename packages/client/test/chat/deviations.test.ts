import { chatClient, type Deviation, textOf } from '@agentproto/client/chat';
import { describe, expect, test } from 'vitest';
import { failureOf, scriptedServer, sendJson } from '../scripted-server.ts';
import { beginNdjson, delta, DONE, doneOf, plays, scriptedSockets } from './scripted-agent.ts';

const REPLY = { role: 'assistant', content: 'hi' };
const rowsOf = (told: Deviation[]) => told.map(({ kind, row }) => `${kind} ${row}`);

describe('what is told once, with its row, and is an error with `strict`', () => {
  test.each<[string, Parameters<typeof scriptedServer>[0]]>([
    ['not-an-event CHAT-STREAM-002', plays({ text: 'x' }, 5, delta('hi'), DONE)],
    ['member-name CHAT-STREAM-007', plays({ type: 'commands', cmds: [{ command: 'ls' }] }, delta('hi'), DONE)],
    ['member-name CHAT-STREAM-007', plays({ type: 'executed_commands', executed_commands: [] }, delta('hi'), DONE)],
    ['event-after-end CHAT-STREAM-003', plays(delta('hi'), DONE, delta('more'), delta('more'))],
    [
      'no-line-feed CHAT-STREAM-015',
      (response) => {
        beginNdjson(response);
        response.end(`${JSON.stringify(delta('hi'))}\n${JSON.stringify(DONE)}`);
      },
    ],
    [
      'content-type CHAT-STREAM-001',
      (response) =>
        void response
          .writeHead(200, { 'content-type': 'text/plain' })
          .end(`${JSON.stringify(delta('hi'))}\n${JSON.stringify(DONE)}\n`),
    ],
  ])('%s', async (row, script) => {
    await using server = await scriptedServer(script);
    const told: Deviation[] = [];
    const agent = chatClient(server.url, { onDeviation: (deviation) => told.push(deviation) });
    for (let round = 0; round < 2; round++) expect((await agent.stream('x').final()).content).toBe('hi');
    expect(rowsOf(told)).toEqual([row]);
    const strict = chatClient(server.url, { strict: true });
    const [kind, id] = row.split(' ');
    expect(await failureOf(strict.stream('x').final())).toMatchObject({ code: 'DEVIATION', kind, row: id });
  });

  test('over a WebSocket', async () => {
    await using server = await scriptedSockets(({ socket, say }, turn) => {
      socket.send(Buffer.from(JSON.stringify(delta('hi'))));
      say([], doneOf(turn));
    });
    const told: Deviation[] = [];
    await using session = await chatClient(server.url, { onDeviation: (deviation) => told.push(deviation) }).connect();
    for (let round = 0; round < 2; round++) expect((await session.turn('x').final()).content).toBe('hi');
    expect(rowsOf(told)).toEqual(['binary-frame CHAT-WS-002', 'not-an-event CHAT-WS-002']);
    await using strict = await chatClient(server.url, { strict: true }).connect();
    expect(await failureOf(strict.turn('x').final())).toMatchObject({ code: 'DEVIATION', kind: 'binary-frame' });
  });
});

test('events of types of its own are news each time, and no deviation', async () => {
  await using server = await scriptedServer(plays({ type: 'mood', n: 1 }, { type: 'mood', n: 2 }, delta('hi'), DONE));
  const told: Deviation[] = [];
  const agent = chatClient(server.url, { strict: true, onDeviation: (deviation) => told.push(deviation) });
  expect((await agent.stream('x').final()).content).toBe('hi');
  expect(told.map(({ event, row }) => [event?.['n'], row])).toEqual([
    [1, undefined],
    [2, undefined],
  ]);
});

test('a stream that ends early says what could not be read, and why', async () => {
  await using server = await scriptedServer(plays(delta('hi'), { type: 'mood' }, 7));
  expect(await failureOf(chatClient(server.url).stream('x').final())).toMatchObject({
    code: 'STREAM_TRUNCATED',
    events: 1,
    unread: 2,
    message: expect.stringMatching(
      /without done or error; 2 could not be read: .* line 2: expected one of .*, got mood$/,
    ),
  });
});

test.each([
  ['text/html', '<html>', 'expected application/json, got text/html'],
  ['application/json', '', 'expected JSON, got an empty body'],
])('200 with %s: %j', async (type, body, said) => {
  await using server = await scriptedServer(
    (response) => void response.writeHead(200, { 'content-type': type }).end(body),
  );
  expect(await failureOf(chatClient(server.url).chat('x'))).toMatchObject({
    code: 'MALFORMED_RESPONSE',
    message: expect.stringContaining(said),
  });
});

test('a refusal says why, and 401 what is missing', async () => {
  await using server = await scriptedServer((response, _, count) =>
    sendJson(response, { message: 'No tenant' }, count === 1 ? 400 : 401),
  );
  const agent = chatClient(server.url);
  expect(await failureOf(agent.chat('x'))).toMatchObject({
    message: expect.stringMatching(/answered HTTP 400: No tenant$/),
  });
  expect(await failureOf(agent.chat('x'))).toMatchObject({
    message: expect.stringMatching(/answered HTTP 401, `auth` is missing or refused: No tenant$/),
  });
});

test('a stream is read once, and can be closed', async () => {
  await using server = await scriptedServer(plays(delta('hi'), DONE));
  const stream = chatClient(server.url).stream('x');
  const texts: string[] = [];
  for await (const event of stream) texts.push(textOf(event));
  expect(texts.join('')).toBe('hi');
  expect(await failureOf(Array.fromAsync(stream))).toMatchObject({ code: 'INVALID_INPUT' });
  expect(textOf(await stream.final())).toBe('hi');
  await stream.close();

  const left = chatClient(server.url).stream('x');
  await left.close();
  expect(await failureOf(left.final())).toMatchObject({ code: 'ABORTED' });
});

test('the text of a reply, a message, an event', async () => {
  await using server = await scriptedServer((response) => sendJson(response, REPLY));
  const reply = await chatClient(server.url).chat('x');
  expect([textOf(reply), textOf(reply.message), textOf({ role: 'user' }), textOf(DONE)]).toEqual(['hi', 'hi', '', '']);
});

test('close ends the client', async () => {
  const agent = chatClient('http://127.0.0.1:1');
  await agent.close();
  expect(await failureOf(agent.chat('x'))).toMatchObject({ code: 'ABORTED' });
});
