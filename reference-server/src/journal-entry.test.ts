import { once } from 'node:events';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { caller, startServer } from './a2a/caller.test.kit.ts';
import type { JournalEntry } from './index.ts';

/** What is read here is read without a cast: whether it compiles is half of the test. */

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }).then((response) => response.text());

const turn = { messages: [{ role: 'user', content: 'hello' }] };

/** In few words, by what each kind of request alone has. */
function told(entry: JournalEntry): unknown {
  if (entry.protocol === 'a2a@1.0') {
    if (entry.operation === 'SendMessage') return entry.request?.message.parts.map(({ text }) => text);
    if (entry.operation === 'GetTask') return [entry.request?.id, entry.request?.historyLength];
  }
  if (entry.protocol === 'a2a@0.3' && entry.operation === 'message/send') return entry.request?.message.messageId;
  if (entry.protocol === 'chat@docs') {
    if (entry.operation === 'chat' || entry.operation === 'chat-ws') return entry.request?.messages.length;
  }
  if (entry.protocol === 'responses@openai') {
    if (entry.operation === 'createResponse') return entry.request?.model;
    if (entry.operation === 'retrieveResponse') return entry.request?.response_id;
    if (entry.operation === 'createChatCompletion') return entry.request?.messages.length;
  }
  if (entry.protocol === 'open-agent@0.7' && entry.operation === 'createAgent') return entry.request?.name;
  return entry.operation;
}

test('an entry narrows by protocol and operation, whichever binding it came over', async () => {
  const server = await startServer({ record: true });
  for (const binding of ['JSONRPC', 'HTTP+JSON'] as const) {
    const agent = caller(server, binding);
    const { id } = await agent.task('hello');
    server.reset();
    await agent.task('again');
    await agent.get(id, 3);
    expect(server.journal.map(told)).toEqual([['again'], [id, 3]]);
    expect(server.journal[0]).toMatchObject({ protocol: 'a2a@1.0', operation: 'SendMessage' });
    server.reset();
  }
});

test('chat, on a socket too; an earlier era; Open Agent API', async () => {
  const server = await startServer({ record: true });
  await post(`${server.url}/api/chat`, turn);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/chat-ws`);
  await once(socket, 'open');
  socket.send(JSON.stringify(turn));
  await once(socket, 'message');
  socket.terminate();
  const message = { kind: 'message', messageId: 'm', role: 'user', parts: [{ kind: 'text', text: 'hello' }] };
  await post(server.urls['a2a@0.3']!, { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message } });
  await post(
    `${server.urls['open-agent@0.7']!}/agents`,
    { name: 'Ada', model: 'agentproto' },
    { 'x-api-key': 'oaa_test_ada' },
  );
  expect(server.journal.map(told)).toEqual([1, undefined, 1, 'm', 'Ada']);
  expect(server.journal.map(({ operation }) => operation)).toEqual([
    ...['chat', 'chat-ws', 'chat-ws', 'message/send', 'createAgent'],
  ]);
});

test('Responses, from the SDK of OpenAI', async () => {
  const server = await startServer({ record: true });
  const client = new OpenAI({ baseURL: server.urls['responses@openai']!, apiKey: 'none', maxRetries: 0 });
  const { id } = await client.responses.create({ model: 'agentproto', input: 'hello' });
  await client.responses.retrieve(id);
  await client.chat.completions.create({ model: 'agentproto', messages: [{ role: 'user', content: 'hello' }] });
  expect(server.journal.map(told)).toEqual(['agentproto', id, 1]);
});

test('what is no message of its operation has none, and what is of no operation says so', async () => {
  const server = await startServer({ record: true });
  await post(`${server.url}/api/chat`, { messages: [{ role: 'nobody' }] });
  await post(`${server.url}/api/chat`, 'hello');
  await fetch(`${server.url}/nowhere`);
  await fetch(`${server.url}/.well-known/agent-card.json`);
  expect(server.journal.map(({ operation, request }) => [operation, request])).toEqual([
    ['chat', undefined],
    ['chat', undefined],
    [undefined, undefined],
    [undefined, undefined],
  ]);
  const mine = server.scope('mine');
  await mine.fetch(`${mine.url}/health`);
  expect(mine.journal.map(({ operation }) => operation)).toEqual(['health']);
  expect(JSON.parse(JSON.stringify(mine.journal))).toMatchObject([{ operation: 'health', protocol: 'chat@docs' }]);
});

test('without answers nothing is told of the protocol', async () => {
  const server = await startServer();
  await post(`${server.url}/api/chat`, turn);
  expect(server.journal[0]).toMatchObject({ protocol: undefined, operation: undefined, request: undefined });
});
