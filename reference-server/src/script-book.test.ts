import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createReferenceServer, VirtualClock } from './index.ts';
import type { ReferenceServer, Script, ServerOptions, TestScope } from './index.ts';

async function start(options: ServerOptions = {}): Promise<ReferenceServer> {
  const server = await createReferenceServer(options);
  onTestFinished(() => server.close());
  return server;
}

type Asked = Pick<TestScope, 'url' | 'fetch'>;
const says = (text: string): Script => ({ steps: [{ text }] });

async function post({ url, fetch }: Asked, path: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}
const chat = (at: Asked, ...contents: string[]) =>
  post(at, '/api/chat', { messages: contents.map((content) => ({ role: 'user', content })) });
const respond = (at: Asked, input: unknown, model = 'm') => post(at, '/v1/responses', { model, input });
const a2a = (at: Asked, text: string, taskId?: string) =>
  post(at, '/a2a/1.0', {
    ...{ jsonrpc: '2.0', id: 1, method: 'SendMessage' },
    params: {
      message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...(taskId && { taskId }) },
    },
  });

async function chatSocket({ url }: Asked, content: string, testId?: string): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/chat-ws`, {
    headers: testId === undefined ? {} : { 'x-test-id': testId },
  });
  let all = '';
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('open', () => socket.send(JSON.stringify({ messages: [{ role: 'user', content }] })));
    socket.on('message', (data: Buffer) => {
      all += data.toString();
      if ((JSON.parse(data.toString()) as { type: string }).type === 'done') socket.close();
    });
    socket.on('close', () => resolve(all));
  });
}

test('one script answers every protocol, and another message gets what it always got', async () => {
  const server = await start();
  server.script({ text: /^weather/ }, says('Sunny.'));
  for (const ask of [
    chat,
    respond,
    a2a,
    (at: Asked, text: string) => chatSocket(at, text).then((all) => ({ text: all })),
  ]) {
    expect((await ask(server, 'weather?')).text).toContain('Sunny.');
    expect((await ask(server, 'the news?')).text).toContain('the news?');
  }
});

test('it wins over what the message carries and over the agent, the newest first, until it is taken back', async () => {
  const server = await start({ agent: () => says('the agent') });
  const older = server.script({}, says('older'));
  {
    using newer = server.script({ text: 'x' }, says('newer'));
    expect(newer.remove).toBeTypeOf('function');
    expect((await chat(server, '@echo x')).text).toContain('newer');
  }
  expect((await chat(server, '@echo x')).text).toContain('older');
  older.remove();
  expect((await chat(server, '@echo x')).text).toContain('the agent');
});

test('a script may be the bare list of its steps', async () => {
  const server = await start();
  server.script({}, [{ text: 'listed' }]);
  expect((await chat(server, 'a')).text).toContain('listed');
});

test('by protocol, model, turn and answers to tool calls', async () => {
  const server = await start();
  server.script({ protocol: 'chat' }, says('for chat'));
  server.script({ protocol: 'responses@2026-04-24', model: /^small/ }, says('a small one'));
  server.script({ protocol: 'a2a', turn: 1 }, says('again'));
  server.script({ protocol: 'responses', toolResult: 'call_7' }, says('thanks for the weather'));
  server.script({ text: 'odd', when: ({ input }) => input.text.length === 5 }, says('of five'));

  expect((await chat(server, 'a')).text).toContain('for chat');
  expect((await respond(server, 'a', 'small-1')).text).toContain('a small one');
  expect((await respond(server, 'a', 'big')).text).not.toContain('a small one');
  const output = { type: 'function_call_output', call_id: 'call_7', output: 'rain' };
  const call = { type: 'function_call', call_id: 'call_7', name: 'weather', arguments: '{}' };
  expect((await respond(server, [call, output])).text).toContain('thanks for the weather');
  expect((await respond(server, 'odd!!')).text).toContain('of five');

  server.script({ protocol: 'a2a', turn: 0 }, { steps: [{ end: 'input-required' }] });
  const first = await a2a(server, 'begin');
  const { id } = (JSON.parse(first.text) as { result: { task: { id: string } } }).result.task;
  expect((await a2a(server, 'and then', id)).text).toContain('again');
});

test('a conversation that is sent whole follows the script that was set for an earlier message', async () => {
  const server = await start();
  server.script({ text: 'begin' }, { steps: [{ text: 'one' }], turns: [{ steps: [{ text: 'two' }] }] });
  expect((await chat(server, 'begin')).text).toContain('one');
  expect((await chat(server, 'begin', 'more')).text).toContain('two');
});

test('tests that share a server have nothing of each other', async () => {
  const server = await start();
  const [one, two] = [server.scope('one'), server.scope('two')];
  one.script({}, says('for one'));
  two.fail({ status: 503 });
  expect((await chat(one, 'a')).text).toContain('for one');
  expect((await chat(two, 'a')).status).toBe(503);
  expect((await chat(two, 'mine')).text).toContain('mine');
  expect(await chatSocket(server, 'a', 'one')).toContain('for one');
  expect(await chatSocket(server, 'a', 'two')).not.toContain('for one');
  expect(one.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'MESSAGE']);
  expect(two.requests).toHaveLength(4);
  expect((await server.scope('three').fetch(`${server.url}/health`)).status).toBe(200);
});

test('reset forgets what was set and noted', async () => {
  const server = await start({ log: 'silent' });
  server.script({}, says('set'));
  server.fail({ status: 500, times: 9 });
  await chat(server, 'a');
  server.reset();
  expect(server.requests).toEqual([]);
  const { status, text } = await chat(server, 'plain');
  expect([status, text.includes('plain')]).toEqual([200, true]);
  expect(server.requests).toHaveLength(1);
});

test('the clock of the server is moved by the test', async () => {
  const clock = new VirtualClock(1_000);
  const server = await start({ clock });
  server.script({}, { steps: [{ sleep: 60_000 }, { text: 'late' }] });
  const asked = chat(server, 'a');
  let asleep = false;
  void server.clock.sleeping(2).then(() => (asleep = true));
  await server.clock.sleeping();
  // Limits are not counted: the turn has one.
  expect(clock.pending).toBe(2);
  await nextRound();
  expect(asleep).toBe(false);
  await server.clock.advance(60_000);
  expect((await asked).text).toContain('late');
  expect(server.clock.now()).toBe(61_000);
});

test('what cannot be is said at once', async () => {
  const server = await start();
  expect(() => server.script({ txt: 'a' } as never, says('a'))).toThrow('script.txt: there is no such option');
  expect(() => server.script({ turn: -1 }, says('a'))).toThrow('script.turn: expected a whole number from 0; got -1');
  expect(() => server.script({}, { steps: [{ nap: 1 }] } as never)).toThrow('nap');
  expect(() => server.script('hello' as never, says('a'))).toThrow(
    `script: expected an object such as { text: 'hello' }; got "hello"`,
  );
  for (const id of [undefined as never, '', ' a', 'ä', 'a\n'])
    expect(() => server.scope(id)).toThrow('scope: expected what the requests have in X-Test-Id');
  await expect(server.clock.advance(1)).rejects.toThrow('goes by itself');
});
