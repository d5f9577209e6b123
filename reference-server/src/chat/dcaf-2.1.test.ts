import { is } from '@agentproto/rules/chat/dcaf-2.1';
import { describe, expect, test } from 'vitest';
import { assistant, briefs, clientOf, scripted, startServer, STREAMS, user } from './client.test.kit.ts';

const begin = async () => clientOf(await startServer(), 'chat@dcaf-2.1');
const asking = scripted({
  steps: [{ tool: { by: 'approval', calls: [{ name: 'x', output: 'y', description: 'Does x' }] } }],
  turns: [{ steps: [{ text: 'ok' }] }],
});
const approved = { id: 'call-1', name: 'x', input: {}, execute: true };

test('has a place of its own beside the documented one', async () => {
  const server = await startServer();
  expect(server.urls).toMatchObject({ 'chat@docs': server.url, 'chat@dcaf-2.1': `${server.url}/chat/dcaf-2.1` });
  expect(await (await fetch(`${server.urls['chat@dcaf-2.1']}/health`)).json()).toEqual({ status: 'ok' });
  expect((await clientOf(server, 'chat@dcaf-2.1').post('/api/nope', {})).body).toEqual({
    detail: 'There is nothing at /chat/dcaf-2.1/api/nope.',
  });
});

describe('the answer in one piece', () => {
  test('has role and content, and the request fields, on the old path too', async () => {
    const client = await begin();
    for (const path of ['/api/chat', '/api/sendMessage']) {
      const { body } = await client.post(path, { messages: [user('hi')], thread_id: 't' });
      expect(is('AgentMessage', body)).toBe(true);
      expect(body).toEqual({ role: 'assistant', content: 'hi', meta_data: { request_context: { thread_id: 't' } } });
    }
    expect((await client.post('/api/chat', { messages: [asking] })).body).toEqual({
      role: 'assistant',
      content: 'I need your approval to execute the following tools:',
    });
  });

  test('tells a failure as text', async () => {
    expect(await (await begin()).post('/api/chat', { messages: [user('@fail no luck')] })).toMatchObject({
      status: 200,
      body: { role: 'assistant', content: 'Error: no luck' },
    });
  });

  test('to no messages is a notice', async () => {
    const { status, body } = await (await begin()).post('/api/chat', { messages: [], a: 1 });
    expect([status, body]).toEqual([
      200,
      { role: 'assistant', content: 'No messages provided.', meta_data: { request_context: { a: 1 } } },
    ]);
  });
});

describe.each(STREAMS)('over %s', (way) => {
  test('the end gives no reason', async () => {
    expect((await (await begin()).events(way, [user('hi')])).at(-1)).toEqual({
      type: 'done',
      stop_reason: null,
      meta_data: {},
    });
  });

  test('a call waits without its description', async () => {
    const events = await (await begin()).events(way, [asking]);
    expect(events[1]).toMatchObject({ tool_calls: [{ tool_description: '', intent: null, rejection_reason: null }] });
  });

  test('a decision counts in the last message alone; one in both forms runs twice', async () => {
    const client = await begin();
    const seed = [asking, assistant('', { data: { tool_calls: [approved] } }), user('Yes')];
    expect(briefs(await client.events(way, seed))).toEqual(['approvals call-1', 'tool_calls call-1', 'done']);
    const data = { tool_calls: [approved], approvals: [{ ...approved, type: 'tool_call' }] };
    expect(briefs(await client.events(way, [asking, assistant(''), user('', { data })]))).toEqual([
      'executed_tool_calls call-1=y',
      'executed_approvals call-1=y',
      'text ok',
      'done',
    ]);
  });

  test('to no messages is an error', async () => {
    expect(briefs(await (await begin()).events(way, []))).toEqual(['error No messages provided']);
  });
});

test('a failure that the runtime reports is an error and then done, a crash an error alone', async () => {
  const client = await begin();
  expect(briefs(await (await client.stream([user('@fail no luck')])).rest())).toEqual(['error no luck', 'done']);
  expect(briefs(await (await client.stream([user('@crash')])).rest())).toEqual(['error The agent crashed.']);
});

describe('a socket', () => {
  test.each(['5', 'null', 'true', '"messages"', '["messages"]'])('breaks at %s', async (frame) => {
    const { send, closed } = await (await begin()).connect();
    send(frame);
    expect((await closed).code).toBe(1006);
  });

  test('breaks at a binary frame', async () => {
    const { send, closed } = await (await begin()).connect();
    send(Buffer.from('{}'));
    expect((await closed).code).toBe(1006);
  });

  test.each(['[]', '{}', '"text"', 'not json'])('survives %s', async (frame) => {
    const { send, next, say } = await (await begin()).connect();
    send(frame);
    expect(await next()).toMatchObject({ type: 'error' });
    expect(briefs(await say([user('x')]))).toEqual(['text x', 'done']);
  });
});
