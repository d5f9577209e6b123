import type { AgentCard } from '@agentproto/protocol/a2a/1.0';
import { A2AClient } from '@agentproto/client/a2a';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, onTestFinished, test } from 'vitest';
import { cardFor, clientOf, failureOf, rpc, scriptedServer, sendJson } from './scripted-server.ts';

/** An agent whose cards a test says: the public one, and the extended one. */
async function agentWith(cards: { open: (url: string) => AgentCard; extended?: (url: string) => object }) {
  const server = await scriptedServer((response, request) => {
    const { open, extended } = cards;
    if (request.method === 'GET') {
      const tag = JSON.stringify(open(server.url).version);
      response.setHeader('etag', tag);
      if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
      return sendJson(response, open(server.url));
    }
    const isCard = request.body.includes('"GetExtendedAgentCard"');
    sendJson(response, rpc(request, isCard ? extended!(server.url) : { message: ANSWER }));
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

const ANSWER = { messageId: 'a', role: 'ROLE_AGENT', parts: [{ text: 'hi' }] };
const at = (url: string, version: string): AgentCard => ({
  ...cardFor(url, 'JSONRPC'),
  version,
  capabilities: { extendedAgentCard: true },
});

test('a card that has not changed is asked for by its tag, and stays', async () => {
  const server = await agentWith({ open: (url) => at(`${url}/one`, '1') });
  const client = await A2AClient.connect(server.url);
  const { card } = client;
  expect(await client.refreshCard()).toBe(card);
  expect(await client.refreshCard()).toBe(card);
  expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"']);
});

test('one that has changed is used from then on, its interfaces too', async () => {
  const cards = { open: (url: string) => at(`${url}/one`, '1') };
  const server = await agentWith(cards);
  const client = await A2AClient.connect(server.url);
  await client.send('hello');
  cards.open = (url) => at(`${url}/two`, '2');
  expect((await client.refreshCard()).version).toBe('2');
  expect(client.card.version).toBe('2');
  await client.send('hello');
  await client.refreshCard();
  expect(server.requests.flatMap(({ method, path }) => (method === 'POST' ? path : []))).toEqual(['/one', '/two']);
  expect(server.requests.at(-1)!.headers['if-none-match']).toBe('"2"');
});

test('a card that was given cannot be asked for again', async () => {
  const server = await agentWith({ open: (url) => at(url, '1') });
  const client = await clientOf(server);
  expect(await failureOf(client.refreshCard())).toMatchObject({ code: 'INVALID_INPUT' });
  expect(server.requests).toEqual([]);
});

test.each<[string, (url: string) => object, string]>([
  ['the extended card has other interfaces: they are used', (url) => at(`${url}/members`, '1'), '/members'],
  ['it has the same: they stay', (url) => at(`${url}/one`, '1'), '/one'],
  ['it has none that is spoken: they stay', (url) => cardFor(url, 'GRPC'), '/one'],
])('%s', async (_what, extended, path) => {
  const server = await agentWith({ open: (url) => at(`${url}/one`, '1'), extended });
  const client = await A2AClient.connect(server.url);
  const card = await client.extendedCard();
  await client.send('hello');
  expect(server.requests.at(-1)!.path).toBe(path);
  // Of the public card nothing has changed: the extended one stays.
  expect(await client.refreshCard()).toBe(card);
});

test('the reference server answers that nothing has changed', async () => {
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'] });
  await using client = await A2AClient.connect(server.url);
  expect(await client.refreshCard()).toBe(client.card);
  expect(server.requests.at(-1)!.headers['if-none-match']).toMatch(/^"/);
});
