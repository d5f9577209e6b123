import { A2AClient } from '@agentproto/client/a2a';
import { createReferenceServer, type ServerOptions } from '@agentproto/reference-server';
import { readFixture } from '@agentproto/recording/fixture';
import OpenAI from 'openai';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { RecordingProxy } from '../recorder/recording-proxy.ts';
import './vitest.ts';

/** The matcher with clients that people use, and with what they get wrong. */

async function start(options: ServerOptions = {}) {
  const server = await createReferenceServer({ record: true, log: 'silent', ...options });
  onTestFinished(() => server.close());
  return server;
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }).then((response) => response.text());

const turn = { messages: [{ role: 'user', content: 'hello' }] };
const rpc = (params: object) => ({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params });
const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] };
const VERSION = { 'a2a-version': '1.0' };

const messageOf = (asserted: Promise<unknown>): Promise<string> =>
  asserted.then(
    () => 'it held',
    (error: Error) => error.message,
  );

describe('a client', () => {
  test('ours over A2A keeps the rules, and what it kept is told', async () => {
    const server = await start();
    const agent = await A2AClient.connect(server.url);
    const { task } = await agent.send('hello');
    await agent.send({ parts: [{ text: 'again' }], contextId: task!.contextId! });
    await agent.stream('hello').final();
    await agent.close();
    await expect(server).toConform({ failOn: 'should' });
    const kept = await messageOf(expect(server).not.toConform());
    expect(kept).toContain("the client's rules of a2a@1.0");
    for (const id of ['CLI-001', 'CLI-003', 'CLI-006', 'CLI-016']) expect(kept).toContain(`A2A10-${id}`);
  });

  test.each(['a2a@0.3', 'a2a@0.2'])('ours keeps those of %s as well, and who does not is seen', async (protocol) => {
    const server = await start({ protocols: [protocol] });
    const agent = await A2AClient.connect(server.url);
    const { task } = await agent.send('hello');
    await agent.send({ parts: [{ text: 'again' }], contextId: task!.contextId! });
    await agent.stream('hello').final();
    await agent.close();
    await expect(server).toConform({ failOn: 'should' });
    const kept = await messageOf(expect(server).not.toConform());
    for (const id of ['001', '003', '007', '010', '022']) expect(kept).toContain(`A2A03-CLI-${id}`);
    const said = { kind: 'message', messageId: 'm', role: 'agent', parts: [{ kind: 'text', text: 'hello' }] };
    const body = { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message: said } };
    await post(server.urls[protocol]!, body);
    expect(await messageOf(expect(server).toConform())).toMatch(/A2A03-CLI-008 \(MUST, a2a@0\.[23] 6\.4\)/);
  });

  test('a rule that is broken is named with its section and its exchange', async () => {
    const server = await start();
    await post(server.urls['a2a@1.0']!, rpc({ message }), VERSION);
    await post(server.urls['a2a@1.0']!, rpc({ message }), { 'a2a-version': '1.0.1' });
    const text = await messageOf(expect(server).toConform());
    expect(text).toBe(`expected the client's rules of a2a@1.0 to be kept

A2A10-CLI-002 (MUST, a2a@1.0 3.6, 14.2.1): A2A-Version is Major.Minor, without a patch number.
  expected Major.Minor; got "1.0.1"
  in exchange 2: POST /a2a/1.0 ${JSON.stringify(rpc({ message }))}`);
    await expect(server).not.toConform();
    await expect(server).toConform({ except: ['A2A10-CLI-002'] });
    await expect(server.requests[0]).toConform();
    await expect(server.requests[1]).not.toConform();
    await expect(server.requests.slice(1)).not.toConform();
  });

  test('one that writes a message of its own has it held against the schema', async () => {
    const server = await start();
    await post(server.urls['a2a@1.0']!, rpc({ message: { role: 'ROLE_USER', parts: [{ text: 'x' }] } }), VERSION);
    await post(`${server.url}/api/chat`, turn);
    await expect(server).toConform({ protocol: 'chat@docs' });
    await post(`${server.url}/api/chat`, { message: 'hello' });
    const text = await messageOf(expect(server).toConform());
    expect(text).toContain('A2A10-CLI-016 (MUST, a2a@1.0 5.7)');
    expect(text).toContain('message.messageId is required');
    expect(text).toContain('CHAT-CLIENT-014 (MUST, chat@docs server: Request Format)');
    expect(text).toContain('in exchange 3: POST /api/chat {"message":"hello"}');
  });

  test("OpenAI's keeps the rules of Responses and of chat completions", async () => {
    const server = await start();
    const client = new OpenAI({ baseURL: server.urls['responses@openai']!, apiKey: 'none', maxRetries: 0 });
    await client.responses.stream({ model: 'agentproto', input: 'hello' }).finalResponse();
    await client.chat.completions.create({ model: 'agentproto', messages: [{ role: 'user', content: 'hello' }] });
    await expect(server).toConform({ failOn: 'should' });
    await post(`${server.urls['responses@openai']!}/responses`, { input: [{ role: 'user' }] });
    expect(await messageOf(expect(server).toConform())).toContain('RESP-SCHEMA-004 (MUST, responses@openai Reference)');
  });

  test('what is said on a socket is a part of the request that opened it', async () => {
    const server = await start();
    const say = async (...frames: string[]) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/chat-ws`);
      await once(socket, 'open');
      const over = once(socket, 'close');
      for (const one of frames) socket.send(one);
      await expect.poll(() => server.requests.filter(({ method }) => method === 'MESSAGE').length).toBe(frames.length);
      socket.close();
      await over;
    };
    await say(JSON.stringify(turn), JSON.stringify(turn));
    expect(server.requests.map(({ socket }) => socket)).toEqual([undefined, 1, 1]);
    await expect(server).toConform();
    server.reset();
    await say('{');
    expect(await messageOf(expect(server).toConform())).toMatch(/CHAT-CLIENT-014[^]*in exchange 4, event 0: GET/);
  });

  test('each test has its own part of a server that many share', async () => {
    const server = await start();
    const [good, bad] = [server.scope('good'), server.scope('bad')];
    await post(`${good.url}/api/chat`, turn, good.headers);
    await post(`${bad.url}/api/chat`, {}, bad.headers);
    await expect(good).toConform();
    await expect(bad).not.toConform();
  });

  test('what was forgotten is held against nobody', async () => {
    const server = await start();
    const inOwnContext = () =>
      post(server.urls['a2a@1.0']!, rpc({ message: { ...message, contextId: 'invented' } }), VERSION);
    await inOwnContext();
    expect(await messageOf(expect(server).toConform({ failOn: 'should' }))).toContain('A2A10-CLI-006 (SHOULD');
    await expect(server).toConform();
    server.reset();
    expect(server.forgotten).toBe(1);
    await inOwnContext();
    await expect(server).toConform({ failOn: 'should' });
  });

  test('it is the address of the card that counts, whatever stands before the server', async () => {
    const proxy = await RecordingProxy.start();
    onTestFinished(() => proxy.close());
    const server = await start({ publicUrl: proxy.origin });
    proxy.target = server.url;
    const agent = await A2AClient.connect(proxy.url);
    await agent.send('hello');
    await agent.close();
    await expect(server).toConform({ failOn: 'should' });
    await expect(proxy.exchanges).toConform({ of: 'client', failOn: 'should' });
  });

  test('requests that failed before any protocol saw them count, too', async () => {
    const server = await start();
    server.fail({ status: 503, times: 1 });
    await post(`${server.url}/api/chat`, {});
    expect(await messageOf(expect(server).toConform())).toContain('CHAT-CLIENT-014');
  });

  test('a body that the journal has cut is left out', async () => {
    const server = await start();
    await post(`${server.url}/api/chat`, turn);
    await post(`${server.url}/api/chat`, { messages: [{ role: 'user', content: 'x'.repeat(70_000) }] });
    await expect(server).toConform();
  });
});

describe('a server', () => {
  async function recorded(quirks: string[]) {
    const proxy = await RecordingProxy.start();
    onTestFinished(() => proxy.close());
    proxy.target = (await start({ quirks })).url;
    await post(`${proxy.url}/api/chat-stream`, turn);
    await post(`${proxy.url}/api/chat`, turn);
    await proxy.close();
    return proxy.exchanges;
  }

  test('a recording is judged by what must hold in every exchange', async () => {
    const exchanges = await recorded([]);
    await expect(exchanges).toConform();
    await expect(exchanges[0]).toConform();
    const text = await messageOf(expect(await recorded(['chat.stream.is-done-twice'])).toConform());
    expect(text).toMatch(/^expected the server's rules of chat@docs to be kept\n\nCHAT-STREAM-\d+ \(/);
    expect(text).toMatch(/\n  in exchange 0, event \d+: POST \/api\/chat-stream {"messages"/);
  });

  test('so is a fixture', async () => {
    const [stream] = await recorded([]);
    const lines = stream!.frames.map(({ data }) => data);
    const fixture = (body: string[]) =>
      readFixture(
        JSON.stringify({
          'agentproto-fixture': 1,
          exchanges: [
            {
              request: { method: 'POST', path: '/api/chat-stream', text: JSON.stringify(turn) },
              response: {
                status: 200,
                headers: ['content-type: application/x-ndjson'],
                body: body.map((one) => `${one}\n`).join(''),
              },
            },
          ],
        }),
      );
    await expect(fixture(lines)).toConform();
    await expect(fixture(lines)).toConform({ of: 'client' });
    await expect(fixture(lines.slice(0, -1))).not.toConform();
  });
});

describe('what cannot be told is no success, and no failure of a `not`', () => {
  test.each<[string, (server: Awaited<ReturnType<typeof start>>) => Promise<unknown>, RegExp]>([
    ['nothing came', async () => {}, /nothing came/],
    ['no protocol', ({ url }) => fetch(`${url}/nowhere`), /of 1 none is: GET \/nowhere/],
    [
      'a protocol without rules for clients',
      (server) => post(server.urls['a2a@0.1']!, { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { id: 't' } }),
      /they are of a2a@0\.1/,
    ],
    ['no rule is about it', ({ url }) => fetch(`${url}/health`), /no rule for a client of chat@docs is about anything/],
  ])('%s', async (_name, play, expected) => {
    const server = await start();
    await play(server);
    await expect(expect(server).toConform()).rejects.toThrow(expected);
    await expect(expect(server).not.toConform()).rejects.toThrow(expected);
  });

  test('answers are needed', async () => {
    const server = await start({ record: false });
    await post(`${server.url}/api/chat`, turn);
    await expect(expect(server).toConform()).rejects.toThrow('record: true');
  });

  test.each<[unknown, object, RegExp]>([
    [7, {}, /^toConform: expected a reference server .*; got 7$/],
    [{ requests: [{}] }, {}, /got an object with requests$/],
    [{ url: '', requests: [] }, { of: 'server' }, /a journal shows what a client does/],
    [{ url: '', requests: [] }, { protocol: 'a2a@1' }, /there is no a2a@1; did you mean a2a@1\.0\?/],
    [{ url: '', requests: [] }, { except: ['A2A10-CLI-01'] }, /there is no rule A2A10-CLI-01/],
    [{ url: '', requests: [] }, { failon: 'should' }, /failon: there is no such option; did you mean failOn\?/],
    [{ url: '', requests: [] }, { failOn: 'may' }, /failOn: expected must or should; got may/],
  ])('%j with %j is refused', async (given, options, expected) => {
    await expect(expect(given).toConform(options)).rejects.toThrow(expected);
  });
});
