/** The official client of MCP, unmodified, over the two paths that Open Agent API has for it. */
import { Client, SSEClientTransport } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { createReferenceServer } from '../server.ts';

async function serving(options: ServerOptions = {}) {
  const server = await createReferenceServer({ protocols: ['open-agent@0.7'], ...options });
  onTestFinished(() => server.close());
  const base = server.urls['open-agent@0.7']!;
  const post = async (path: string, body: object, key: string | undefined = 'oaa_test_ada') =>
    fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) },
      body: JSON.stringify(body),
    });
  const connect = async (key?: string) => {
    const client = new Client({ name: 'test', version: '1' });
    const requestInit = key === undefined ? {} : { headers: { 'x-api-key': key } };
    await client.connect(
      new SSEClientTransport(new URL(`${base}/mcp/sse`), {
        requestInit,
        eventSourceInit: {
          fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...requestInit.headers } }),
        },
      }),
    );
    onTestFinished(() => client.close());
    return client;
  };
  return { server, base, post, connect };
}

test('lists and calls the tools of the server, and talks to an agent of the account', async () => {
  const { post, connect } = await serving();
  await post('/agents', { id: 'tutor', model: '@chunks 2', description: 'Teaches.' });
  const client = await connect('oaa_test_ada');
  expect(client.getServerVersion()).toMatchObject({ name: 'agentproto' });
  const { tools } = await client.listTools();
  expect(tools.map(({ name, description }) => [name, description])).toEqual([
    ['get_weather', 'The weather of a city.'],
    ['ask_tutor', 'Teaches.'],
  ]);
  const weather = await client.callTool({ name: 'get_weather', arguments: { city: 'Bern' } });
  expect(weather.content).toEqual([{ type: 'text', text: '{"city":"Bern","sky":"sunny","celsius":21}' }]);
  const said = await client.callTool({ name: 'ask_tutor', arguments: { message: 'Hi' } });
  expect(said).toMatchObject({ isError: false, content: [{ text: 'chunk-1 chunk-2 ' }] });
  expect(await client.callTool({ name: 'ask_tutor', arguments: {} })).toMatchObject({ isError: true });
  await expect(client.callTool({ name: 'none', arguments: {} })).rejects.toMatchObject({ code: -32602 });
});

test('without credentials there are the tools of the server alone, and no session of others', async () => {
  const { base, post, connect } = await serving();
  await post('/agents', { id: 'tutor' });
  const { tools } = await (await connect()).listTools();
  expect(tools.map(({ name }) => name)).toEqual(['get_weather']);
  const stream = await fetch(`${base}/mcp/sse`, { headers: { 'x-api-key': 'oaa_test_ada' } });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const [, at] = /^event: endpoint\ndata: (.*)$/m.exec(value!)!;
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const path = at!.slice(at!.indexOf('/mcp/'));
  for (const key of ['oaa_test_bob', '']) expect((await post(path, ping, key)).status).toBe(404);
  expect((await post(path, { hello: 1 })).status).toBe(400);
  expect((await post(path, ping)).status).toBe(200);
  expect((await reader.read()).value).toContain('"id":1');
  await reader.cancel();
  expect((await post('/mcp/messages', ping)).status).toBe(400);
});

test('says what it is', async () => {
  const { base } = await serving();
  const info = await fetch(`${base}/mcp/`, { headers: { 'x-api-key': 'oaa_test_ada' } });
  expect(await info.json()).toMatchObject({ transport: 'sse', sse: `${base}/mcp/sse`, tools: ['get_weather'] });
  expect((await fetch(`${base}/mcp/`)).status).toBe(401);
});

test('has the tools of the owner, and what they throw', async () => {
  const tools = {
    add: ({ a, b }: { a?: unknown; b?: unknown }) => Number(a) + Number(b),
    fail() {
      throw new Error('no luck');
    },
  };
  const client = await (await serving({ openAgent: { tools, toolkits: [] } })).connect();
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['add', 'fail']);
  expect(await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).toMatchObject({ content: [{ text: '3' }] });
  expect(await client.callTool({ name: 'fail' })).toMatchObject({ isError: true, content: [{ text: 'no luck' }] });
});
