import { systemClock } from '@agentproto/script';
import { systemOptions } from '../quirks.ts';
import { expect, normalized, snapshotOf, test, testWith } from './vitest.ts';
import type { ReferenceServer } from '../server.ts';
import { createReferenceServer } from '../late-server.ts';

const post = async (url: string, body: unknown, headers = {}): Promise<string> => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  return (await fetch(url, init)).text();
};

/** A client that uses every family, with ids and times of its own. */
async function client({ url, urls }: Pick<ReferenceServer, 'url' | 'urls'>): Promise<void> {
  const card = `${url}/.well-known/agent-card.json`;
  const { headers } = await fetch(card);
  expect((await fetch(card, { headers: { 'if-none-match': headers.get('etag')! } })).status).toBe(304);
  const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: '@input Which?' }] };
  const rpc = (method: string, params: unknown) => ({ jsonrpc: '2.0', id: 1, method, params });
  const version = { 'a2a-version': '1.0' };
  const begun = await post(urls['a2a@1.0']!, rpc('SendMessage', { message }), version);
  const { task } = (JSON.parse(begun) as { result: { task: { id: string } } }).result;
  const more = { messageId: crypto.randomUUID(), taskId: task.id, role: 'ROLE_USER', parts: [{ text: 'this' }] };
  await post(urls['a2a@1.0']!, rpc('SendStreamingMessage', { message: more }), version);
  await post(`${urls['chat@docs']}/api/chat-stream`, {
    messages: [{ role: 'user', content: '@chunks 2', timestamp: new Date().toISOString() }],
  });
  await post(`${urls['responses@openai']}/responses`, { model: 'm', input: '@chunks 2', stream: true });
  const key = { 'x-api-key': 'oaa_test_ada' };
  const { id } = JSON.parse(await post(`${urls['open-agent@0.7']}/agents`, { name: 'Ada', model: 'm' }, key)) as {
    id: string;
  };
  await post(
    `${urls['open-agent@0.7']}/agents/${id}/run`,
    { messages: [{ role: 'user', content: 'hi' }] },
    { ...key, accept: 'text/event-stream' },
  );
}

test('two runs of one client on two servers are the same, in every family', async ({ agentServer }) => {
  await client(agentServer);
  // So that no time is the same by luck.
  const now = () => Date.now() + 86_400_000;
  await using other = await createReferenceServer({ record: true, log: 'silent', clock: { ...systemClock, now } });
  await client(other);
  expect(agentServer.requests.map(({ body }) => body)).not.toEqual(other.requests.map(({ body }) => body));
  const snapshot = snapshotOf(agentServer);
  expect(snapshot).toEqual(snapshotOf(other));
  expect(snapshot.map(({ request }) => request)).toEqual([
    'GET /.well-known/agent-card.json',
    'GET /.well-known/agent-card.json',
    'POST /a2a/1.0',
    'POST /a2a/1.0',
    'POST /api/chat-stream',
    'POST /responses/openai/v1/responses',
    'POST /open-agent/0.7/v1/agents',
    'POST /open-agent/0.7/v1/agents/agent_<id 6>/run',
  ]);
});

test('what is said stays, and ids keep telling what belongs together', async ({ agentServer }) => {
  agentServer.script({ text: 'hi' }, [{ text: 'Hello.' }]);
  const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hi' }] };
  const params = { message };
  await post(
    agentServer.urls['a2a@1.0']!,
    { jsonrpc: '2.0', id: 1, method: 'SendMessage', params },
    { 'a2a-version': '1.0', authorization: 'Bearer hidden' },
  );
  const [one] = snapshotOf(agentServer);
  expect(one).toEqual({
    request: 'POST /a2a/1.0',
    headers: {
      accept: '*/*',
      'a2a-version': '1.0',
      authorization: '[redacted]',
      'content-type': 'application/json',
    },
    body: {
      jsonrpc: '2.0',
      id: 1,
      method: 'SendMessage',
      params: { message: { messageId: '<id 1>', role: 'ROLE_USER', parts: [{ text: 'hi' }] } },
    },
    answer: {
      status: 200,
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
      body: {
        jsonrpc: '2.0',
        id: 1,
        result: {
          task: expect.objectContaining({
            id: '<id 2>',
            contextId: '<id 3>',
            status: { state: 'TASK_STATE_COMPLETED', timestamp: '<time>' },
            artifacts: [{ artifactId: 'answer', parts: [{ text: 'Hello.' }] }],
            history: [expect.objectContaining({ messageId: '<id 1>', taskId: '<id 2>', contextId: '<id 3>' })],
          }),
        },
      },
    },
  });
});

testWith(systemOptions('fasta2a@0.5'))(
  'it goes with `toMatchSnapshot`, and with words of others',
  async ({ agentServer }) => {
    await (await fetch(`${agentServer.url}/.well-known/agent.json`)).text();
    expect(snapshotOf(agentServer)).toMatchInlineSnapshot(`
      [
        {
          "answer": {
            "body": {
              "capabilities": {
                "pushNotifications": false,
                "stateTransitionHistory": false,
                "streaming": false,
              },
              "defaultInputModes": [
                "application/json",
              ],
              "defaultOutputModes": [
                "application/json",
              ],
              "description": "An AI agent exposed as an A2A agent.",
              "name": "My Agent",
              "protocolVersion": "0.2.5",
              "skills": [],
              "url": "http://127.0.0.1:<port>",
              "version": "1.0.0",
            },
            "headers": {
              "cache-control": "public, max-age=60",
              "content-type": "application/json",
              "etag": "<etag>",
              "last-modified": "<time>",
              "vary": "Origin",
            },
            "status": 200,
          },
          "headers": {
            "accept": "*/*",
          },
          "request": "GET /.well-known/agent.json",
        },
      ]
    `);
  },
);

test.for([
  ['a uuid, in a text, too', 'task 0b0ea488-1334-43fc-bdf6-9b906bf08d77 of it', 'task <id 1> of it'],
  ['its kind and its place stay', 'msg_61b3672d12efd78eb3311f9c91a99e39o0', 'msg_<id 1>o0'],
  ['times', ['2026-11-29T16:39:49.525000+00:00', 'Sun, 29 Nov 2026 16:42:01 GMT'], ['<time>', '<time>']],
  [
    'times as numbers, by their name',
    { created_at: 1795970386, endedAt: 1795970386123 },
    { created_at: '<time>', endedAt: '<time>' },
  ],
  ['numbers that are no times', { created_at: 7, tokens: 1795970386 }, { created_at: 7, tokens: 1795970386 }],
  ['where the server is', 'http://127.0.0.1:35343/a2a', 'http://127.0.0.1:<port>/a2a'],
  [
    'words and short ids',
    ['deadbeef', 'call-1', '4000123412341234', 'x'.repeat(40)],
    ['deadbeef', 'call-1', '4000123412341234', 'x'.repeat(40)],
  ],
] as const)('normalized: %s', ([, value, expected]) => {
  expect(normalized<unknown>(value)).toEqual(expected);
});

test('ids of other forms are named by the caller', () => {
  const value = { a: 'chatcmpl-M5QR4FNZTEhcl-nI', b: 'see chatcmpl-M5QR4FNZTEhcl-nI', c: 'chatcmpl-other' };
  expect(normalized(value, { ids: /chatcmpl-[\w-]+/ })).toEqual({ a: '<id 1>', b: 'see <id 1>', c: '<id 2>' });
  expect(() => normalized(value, { ids: ['x'] as never })).toThrow(
    'ids: expected an expression, or a list of them; got "x"',
  );
  expect(() => snapshotOf('x' as never)).toThrow('snapshotOf: expected a server, a scope of it');
});
