import { expect, test, vi } from 'vitest';
import { createReferenceServer } from '../server.ts';
import { assistant, briefs, clientOf, startServer, user, WAYS } from './client.test.kit.ts';
import type { ChannelRouter } from './channel-router.ts';
import type { Said } from './client.test.kit.ts';

const SLACK = { source: 'slack' };

async function routed(router: ChannelRouter) {
  const server = await startServer({ chat: { router } });
  return { client: clientOf(server), server };
}

/** What each way says to a thread from Slack. */
async function said(client: ReturnType<typeof clientOf>, messages: readonly Said[]): Promise<string[]> {
  const answers = await Promise.all(WAYS.map((way) => client.events(way, messages, SLACK)));
  return answers.map((events) => briefs(events).join(', '));
}
const LOUD = (text: string) => WAYS.map(() => `text ${text}, done`);
const SILENT = WAYS.map(() => 'done');

test('a silence has three forms, and no request field comes back', async () => {
  const { client } = await routed(() => ({ should_respond: false, reasoning: 'not for me' }));
  const body = { messages: [user('x')], ...SLACK };
  expect((await client.post('/api/chat', body)).body).toEqual({ role: 'assistant', content: '' });
  expect((await client.post('/api/sendMessage', body)).body).toEqual({ role: 'assistant', content: '' });
  expect((await client.post('/api/chat-stream', body)).text).toBe(
    '{"type":"done","stop_reason":null,"meta_data":{}}\n',
  );
  const { send, next, frames, say } = await client.connect();
  send(body);
  await next();
  expect(frames).toEqual(['{"type":"done"}']);
  expect(briefs(await say([user('y')]))).toEqual(['text y', 'done']);
});

test('words, in any case, in the last message of a user', async () => {
  const { client } = await routed({ keywords: ['pod', 'Helm'] });
  expect(await said(client, [user('A POD is gone')])).toEqual(LOUD('A POD is gone'));
  expect(await said(client, [user('pod'), assistant('helm'), user('Thanks')])).toEqual(SILENT);
  expect(await said(client, [user('helm?'), assistant('helm')])).toEqual(LOUD('helm'));
});

test('the thread itself', async () => {
  const { client } = await routed('scripted');
  const told = (respond: unknown) => user('x', { meta_data: { 'agentproto/respond': respond } });
  expect(await said(client, [user('x')])).toEqual(LOUD('x'));
  expect(await said(client, [told(false), user('x')])).toEqual(SILENT);
  expect(await said(client, [told(false), told(true), user('x')])).toEqual(LOUD('x'));
});

test('a function sees the whole thread, and is asked about what comes from Slack alone', async () => {
  const router = vi.fn<(messages: unknown) => Promise<object>>(() => Promise.resolve({}));
  const { client } = await routed(router);
  await client.chat([user('x')], { source: 'help-desk' });
  await client.chat([user('x')]);
  expect(router).not.toHaveBeenCalled();
  const thread = [user('x', { user: { name: 'ann', id: 'U1' } }), assistant('y'), user('z')];
  expect(await said(client, thread)).toEqual(LOUD('z'));
  expect(router.mock.calls).toEqual(WAYS.map(() => [thread]));
});

test('a router that throws, or says nothing, is a failure of its own, and is told to the owner', async () => {
  for (const router of [() => Promise.reject(new Error('no')), () => undefined as never]) {
    const server = await createReferenceServer({ chat: { router }, log: 'silent' });
    const client = clientOf(server);
    expect((await client.post('/api/chat', { messages: [user('x')], ...SLACK })).status).toBe(500);
    expect(briefs(await client.events('WebSocket', [user('x')], SLACK))).toEqual(['error Internal error']);
    expect(server.errors[0]?.message).toMatch(/^The channel router/);
    await server.close();
  }
});

test('what is no router is refused when the server is made', async () => {
  await expect(createReferenceServer({ chat: { router: { words: [] } as never } })).rejects.toThrow(
    'chat.router: expected a function, { keywords: […] }, { model: … } or "scripted"; got {"words":[]}',
  );
});

/** A model that decides as it is told, by OpenAI's API. */
async function model(answer: (request: Request) => unknown) {
  const { createServer } = await import('node:http');
  const seen: { authorization: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      seen.push({ authorization: request.headers.authorization, body: JSON.parse(text) as Record<string, unknown> });
      const said = answer(undefined as never);
      if (said === undefined) return void response.writeHead(500).end();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/v1`, seen, close: () => new Promise((resolve) => server.close(resolve)) };
}

const choice = (message: object) => ({ choices: [{ message }] });
const decides = (should_respond: boolean) =>
  choice({ tool_calls: [{ function: { name: 'decide', arguments: JSON.stringify({ should_respond }) } }] });

test.each<[string, unknown, string[]]>([
  ['says yes', decides(true), LOUD('x')],
  ['says no', decides(false), SILENT],
  ['says yes in a text', choice({ content: ' 1 ' }), LOUD('x')],
  ['says something else', choice({ content: 'Perhaps' }), SILENT],
  ['fails', undefined, SILENT],
  ['says nothing that can be read', { choices: [] }, SILENT],
])('a model that %s', async (_name, answer, expected) => {
  const asked = await model(() => answer);
  const options = { url: asked.url, model: 'small', apiKey: 'k', agentName: 'pods', agentDescription: 'Pods alone.' };
  const server = await startServer({ chat: { router: { model: options } }, log: 'silent' });
  expect(await said(clientOf(server), [user('x', { user: { name: 'ann', id: 'U1' } })])).toEqual(expected);
  expect(asked.seen[0]).toMatchObject({
    authorization: 'Bearer k',
    body: {
      model: 'small',
      temperature: 0,
      max_tokens: 200,
      messages: [
        { role: 'system', content: expect.stringContaining('Pods alone.') },
        { role: 'user', content: 'ann: x' },
      ],
    },
  });
  await asked.close();
});

test('a model of a real OpenAI-compatible server', async () => {
  const script = { steps: [{ tool: { by: 'client', calls: [{ name: 'decide', args: { should_respond: false } }] } }] };
  const other = await startServer({ agent: () => script as never });
  const router = { model: { url: other.urls['responses@openai']!, model: 'm', agentName: 'a', agentDescription: 'b' } };
  const server = await startServer({ chat: { router }, log: 'silent' });
  expect(await said(clientOf(server), [user('x')])).toEqual(SILENT);
  expect(server.errors).toEqual([]);
});
