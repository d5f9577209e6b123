import { validate } from '@agentproto/rules/chat/docs';
import { decodeSse } from '@agentproto/wire/sse';
import { describe, expect, test } from 'vitest';
import { clientOf, startServer } from './client.test.kit.ts';

const asking = '@script {"steps":[{"tool":{"by":"approval","calls":[{"name":"x"}]}}]}';

describe.each(['chat@docs', 'chat@dcaf-2.1'])('tasks of other agents, %s', (id) => {
  test('a card, with the server’s url', async () => {
    const client = clientOf(
      await startServer({ chat: { a2a: { name: 'pods', description: 'Pods', skills: ['x'], own: 1 } } }),
      id,
    );
    const card = await (await fetch(`${client.url}/.well-known/agent.json`)).json();
    expect(card).toEqual({ name: 'pods', description: 'Pods', skills: ['x'], own: 1, url: client.url });
    expect(validate('AgentCard', card)).toEqual([]);
  });

  test('a task, one that fails, and one that waits for approval', async () => {
    const client = clientOf(await startServer({ chat: { a2a: true } }), id);
    const send = async (message: string) => {
      const { body } = await client.post('/a2a/tasks/send', { id: 't', message });
      expect(validate('TaskResult', body)).toEqual([]);
      return body;
    };
    expect(await send('Hello')).toMatchObject({ task_id: 't', status: 'completed', text: 'Hello' });
    expect(await send('@fail no')).toEqual({
      task_id: 't',
      status: 'failed',
      text: '',
      artifacts: [],
      metadata: {},
      error: 'no',
    });
    expect(await send(asking)).toMatchObject({ status: 'completed', text: '', metadata: { needs_approval: true } });
    // Its result was waited for: it is not kept.
    expect((await fetch(`${client.url}/a2a/tasks/t`)).status).toBe(404);
  });

  test('one that is not waited for', async () => {
    const client = clientOf(await startServer({ chat: { a2a: true } }), id);
    expect((await client.post('/a2a/tasks/send?async=true', { id: 't', message: 'Hello' })).body).toEqual({
      task_id: 't',
      status: 'pending',
    });
    const get = async () => (await fetch(`${client.url}/a2a/tasks/t`)).json();
    await expect.poll(get).toMatchObject({ task_id: 't', status: 'completed', text: 'Hello' });
    expect(await (await fetch(`${client.url}/a2a/tasks/other`)).json()).toEqual({ detail: 'Task other not found' });
  });

  test('what is no task is refused, and nothing is there where it is not switched on', async () => {
    const client = clientOf(await startServer({ chat: { a2a: true } }), id);
    expect(await client.post('/a2a/tasks/send', { message: 'x' })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'id'], msg: 'id is required' }] },
    });
    // Earlier A2A publishes a card there, too.
    const plain = clientOf(await startServer({ protocols: [id] }), id);
    expect((await fetch(`${plain.url}/.well-known/agent.json`)).status).toBe(404);
    expect((await plain.post('/a2a/tasks/send', { id: 't', message: 'x' })).status).toBe(404);
  });
});

/** A session of MCP over SSE. */
async function mcp(url: string) {
  const leaving = new AbortController();
  const response = await fetch(`${url}/sse`, { signal: leaving.signal });
  const events = decodeSse(response.body!);
  const next = async () => (await events.next()).value?.data ?? '';
  const endpoint = new URL(await next(), url).href;
  let ids = 0;
  const post = (message: object) =>
    fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  return {
    post,
    async ask(method: string, params: object = {}): Promise<unknown> {
      expect((await post({ id: ++ids, method, params })).status).toBe(202);
      return JSON.parse(await next());
    },
    leave: () => leaving.abort(),
  };
}

describe('MCP', () => {
  test('its tools, and a talk with the agent', async () => {
    const tools = [{ name: 'list_pods', description: 'Pods', output: 'web-1' }];
    const server = await startServer({ chat: { mcp: { tools } } });
    const { ask, post, leave } = await mcp(server.urls['chat@docs']!);
    expect(await ask('initialize', { protocolVersion: '2024-11-05' })).toMatchObject({
      id: 1,
      result: { protocolVersion: '2024-11-05', capabilities: { tools: {} } },
    });
    expect((await post({ method: 'notifications/initialized' })).status).toBe(202);
    expect(await ask('tools/list')).toMatchObject({ result: { tools: [{ name: 'list_pods' }, { name: 'chat' }] } });
    const call = (name: string, args: object = {}) => ask('tools/call', { name, arguments: args });
    expect(await call('list_pods')).toMatchObject({ result: { content: [{ text: 'web-1' }], isError: false } });
    expect(await call('chat', { message: 'Hello' })).toMatchObject({ result: { content: [{ text: 'Hello' }] } });
    expect(await call('chat', { message: '@fail no' })).toMatchObject({
      result: { content: [{ text: 'no' }], isError: true },
    });
    expect(await call('chat', { message: 1 })).toMatchObject({ error: { message: 'message: expected a text, got 1' } });
    expect(await call('other')).toMatchObject({ error: { message: 'Unknown tool: other' } });
    expect(await ask('resources/list')).toMatchObject({ error: { code: -32601 } });
    leave();
  });

  test('a message to no session, and a server that closes', async () => {
    const server = await startServer({ chat: { mcp: true } });
    const url = server.urls['chat@docs']!;
    expect((await fetch(`${url}/messages/?session_id=x`, { method: 'POST', body: '{}' })).status).toBe(404);
    const open = await fetch(`${url}/sse`);
    await server.close();
    await expect(open.text().catch(() => 'broken')).resolves.toMatch(/event: endpoint|broken/);
  });

  test('the server that speaks it says `healthy` in DCAF 2.1.0 (X15)', async () => {
    const server = await startServer({ chat: { mcp: true } });
    const health = async (id: string) => (await fetch(`${server.urls[id]}/health`)).json();
    expect(await health('chat@docs')).toEqual({ status: 'ok' });
    expect(await health('chat@dcaf-2.1')).toEqual({ status: 'healthy' });
  });
});
