import {
  type Deviation,
  isOpenAgentError,
  OpenAgentError,
  openAgentClient,
  responseOf,
  vectorOf,
} from '@agentproto/client/open-agent';
import { logging, type LogEntry } from '@agentproto/client/logging';
import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { scripted } from './scripted.ts';

/** What any operation takes for its answer. */
const ANY = {
  id: 'x',
  email: 'ada@example.com',
  balance: 1,
  checkout_url: 'https://pay.example',
  results: [],
  choices: [],
  data: [],
  agents: [],
  teams: [],
  messages: [{ role: 'assistant', content: 'hi' }],
  token: 't',
};
const LISTS = /\/(plans|keys|subscriptions|tools)(\?.*)?$/;

test('every operation of 0.7 asks for its own path', async () => {
  await using given = await scripted((response, { method, path }) =>
    sendJson(response, method === 'GET' && LISTS.test(path) ? [] : ANY),
  );
  const { client } = given;
  const agent = { name: 'Ada', model: 'm' };
  await client.info();
  await client.health();
  await client.auth.linkStatus('t/1');
  await client.agents.create(agent);
  await client.agents.create({ ...agent, id: 'mine' });
  await client.agents.list();
  await client.agents.get('a/b');
  await client.agents.update('a', { name: 'Bob' });
  await client.agents.delete('a');
  await client.agents.run('a', 'hi');
  await client.agents.tools();
  await client.agents.tool('t');
  await client.agents.deleteTool('t');
  await client.teams.create({ name: 'T', members: [{ agent_id: 'a', role: 'r' }] });
  await client.teams.list();
  await client.teams.get('t');
  await client.teams.run('t', 'hi');
  await client.chat.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  await client.models.list();
  await client.account.get();
  await client.account.balance();
  await client.account.topup({ amount: 500 });
  await client.plans.list({ is_active: false });
  await client.plans.get('p');
  await client.plans.checkout('p');
  await client.plans.purchase('p', { payment_method_id: 'pm' });
  await client.plans.subscriptions();
  await client.plans.subscription('s');
  await client.plans.cancel('s');
  await client.keys.create({ name: 'k' });
  await client.keys.list();
  await client.keys.get('k');
  await client.keys.revoke('k');
  await client.keys.usage('k', { start_date: '2026-01-01', group_by: 'week' });
  await client.mcp.info();
  await client.mcp.post({ jsonrpc: '2.0', method: 'ping', id: 1 });
  await client.webhooks.stripe('{ "id": 1 }', 't=1,v1=a');
  await client.webhooks.subscription('{}', 't=1,v1=b', { headers: { 'x-a': 'b' } });
  expect(given.requests.map(({ method, path }) => `${method} ${path.slice('/v1'.length)}`)).toEqual([
    'GET /',
    'GET /health',
    'GET /auth/link/status/t%2F1',
    'POST /agents',
    'POST /agents',
    'GET /agents',
    'GET /agents/a%2Fb',
    'PUT /agents/a',
    'DELETE /agents/a',
    'POST /agents/a/run',
    'GET /tools',
    'GET /tools/t',
    'DELETE /tools/t',
    'POST /teams',
    'GET /teams',
    'GET /teams/t',
    'POST /teams/t/run',
    'POST /chat/completions',
    'GET /models',
    'GET /account',
    'GET /account/balance',
    'POST /account/topup',
    'GET /account/plans?is_active=false',
    'GET /account/plans/p',
    'GET /account/plans/p/checkout',
    'POST /account/plans/p/purchase',
    'GET /account/subscriptions',
    'GET /account/subscriptions/s',
    'DELETE /account/subscriptions/s',
    'POST /account/keys',
    'GET /account/keys',
    'GET /account/keys/k',
    'DELETE /account/keys/k',
    'GET /account/keys/k/usage?start_date=2026-01-01&group_by=week',
    'GET /mcp/',
    'POST /mcp/messages',
    'POST /stripe/webhook',
    'POST /account/subscription/webhook',
  ]);
  const bodies = given.requests.map(({ body }) => (body ? (JSON.parse(body) as Record<string, unknown>) : undefined));
  expect(bodies[3]).toEqual({ ...agent, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(bodies[4]).toEqual({ ...agent, id: 'mine' });
  expect(given.requests.at(-2)).toMatchObject({ body: '{ "id": 1 }', headers: { 'stripe-signature': 't=1,v1=a' } });
  expect(given.requests.at(-1)!.headers).toMatchObject({ 'stripe-signature': 't=1,v1=b', 'x-a': 'b' });
  const members = [{ agent_id: 'a', role: 'r' }];
  expect(bodies[13]).toEqual({ name: 'T', members, agents: members, tools: [] });
  expect(bodies[25]).toEqual({ plan_id: 'p', payment_method_id: 'pm' });
  for (const { headers, path } of given.requests) {
    expect(headers['x-api-key']).toBe(/auth|webhook/.test(path) ? undefined : 'oaa_test_key');
  }
});

test('every operation of the README asks for its own path; each contract has what the other has not', async () => {
  await using given = await scripted(
    (response) => sendJson(response, { ...ANY, id: undefined, agent_id: 'a1', team_id: 't1' }),
    {
      revision: 'readme',
      auth: 'token-12345',
    },
  );
  const { client, server } = given;
  expect(await client.agents.create({ name: 'Ada', model: 'm', prompt: 'p' })).toMatchObject({
    id: 'a1',
    agent_id: 'a1',
  });
  expect((await client.teams.create({ name: 'T', members: [] })).id).toBe('t1');
  await client.agents.run('a', 'hi');
  await client.teams.run('t', 'hi');
  await client.chat.create({ model: 'm', messages: [] });
  await client.models.list();
  await client.completions.create({ model: 'm', prompt: 'p' });
  await client.embeddings.create({ model: 'm', input: 'p' });
  expect(await client.knowledge.search('pods', { limit: 3 })).toEqual([]);
  await client.knowledge.delete('d');
  await client.account.usage();
  expect(given.requests.map(({ method, path }) => `${method} ${path.slice('/v1'.length)}`)).toEqual([
    'POST /agents',
    'POST /teams',
    'POST /agents/a/chat',
    'POST /teams/t/chat',
    'POST /v1/chat/completions',
    'GET /v1/models',
    'POST /v1/completions',
    'POST /v1/embeddings',
    'POST /knowledge/search',
    'DELETE /knowledge/d',
    'GET /account/usage',
  ]);
  expect(JSON.parse(given.requests[0]!.body)).toEqual({ name: 'Ada', model: 'm', prompt: 'p' });
  expect(given.requests[0]!.headers).toMatchObject({
    authorization: 'Bearer token-12345',
    'x-api-key': 'oaa_test_key',
  });
  const old = openAgentClient(server.url);
  for (const missing of [
    () => old.knowledge.search('x'),
    () => old.embeddings.create({ model: 'm', input: 'p' }),
    () => old.completions.create({ model: 'm', prompt: 'p' }),
    () => old.account.usage(),
    () => client.mcp.info(),
    () => client.auth.linkStatus('t'),
    () => client.auth.device('github').start(),
    () => client.auth.oauth('google').start(),
  ]) {
    expect(await failureOf(missing())).toMatchObject({ code: 'INVALID_INPUT', message: /does not have it/ });
  }
  await old.close();
});

test('keeps the query of the url; results know their answer; a list of agents has ids', async () => {
  await using given = await scripted((response) => {
    response.setHeader('x-request-id', 'req_1');
    sendJson(response, { agents: [{ agent_id: 'a1', name: 'Ada' }] });
  });
  const client = openAgentClient(`${given.server.url}/v1/?tenant=3`);
  const agents = await client.agents.list();
  expect(agents).toMatchObject([{ id: 'a1', name: 'Ada' }]);
  expect(responseOf(agents)?.requestId).toBe('req_1');
  expect(given.requests[0]!.path).toBe('/v1/agents?tenant=3');
  await client.close();
});

test.each([
  [
    422,
    { loc: ['body', 'name'], msg: 'field required', type: 'missing' },
    'name: field required',
    'name',
    'missing',
    1,
  ],
  [
    422,
    {
      detail: [
        { loc: ['body', 'messages', 0, 'role'], msg: 'bad', type: 'enum', input: 'SECRET' },
        { loc: ['query', 'x'], msg: 'no', type: 't' },
      ],
    },
    'messages.0.role: bad; query.x: no',
    'messages.0.role',
    'enum',
    2,
  ],
  [404, { detail: 'no such agent' }, 'no such agent', undefined, undefined, 0],
  [400, { message: 'bad' }, 'bad', undefined, undefined, 0],
  [
    401,
    { error: { message: 'bad key', type: 'invalid_request_error', code: 'invalid_api_key', param: null } },
    'bad key',
    undefined,
    'invalid_request_error',
    0,
  ],
  [401, undefined, '', undefined, undefined, 0],
  [403, {}, '', undefined, undefined, 0],
  [500, 'Internal Server Error', 'Internal Server Error', undefined, undefined, 0],
])('an error of %i in the shape of %j', async (status, body, reason, param, type, faults) => {
  await using given = await scripted((response) => {
    if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
    else if (body) sendJson(response, body, status);
    else response.writeHead(status).end();
  });
  const error = await failureOf(given.client.agents.create({ name: 'Ada', model: 'm' }));
  expect(isOpenAgentError(error, status)).toBe(true);
  expect(error).toBeInstanceOf(OpenAgentError);
  expect(error).toMatchObject({ code: 'OPEN_AGENT_ERROR', status, reason, param, type, retryable: status === 500 });
  expect((error as OpenAgentError).faults).toHaveLength(faults);
  expect((error as OpenAgentError).message).not.toContain('SECRET');
  if (status === 401) expect((error as OpenAgentError).message).toContain('credentials were sent, and refused');
});

test('no credentials say so; a page of a gateway is an HTTP error; credentials are not repeated', async () => {
  await using given = await scripted((response, _, count) => {
    if (count === 1) return void response.writeHead(401).end();
    if (count === 2) return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>no</h1>');
    sendJson(response, { detail: `no such key: oaa_test_key, or jwt-abcdefgh` }, 401);
  });
  const client = openAgentClient(given.server.url, { retry: false });
  expect(((await failureOf(client.keys.list())) as Error).message).toContain('credentials were not sent');
  expect(await failureOf(client.keys.list())).toMatchObject({ code: 'HTTP_STATUS', status: 502 });
  const both = openAgentClient(given.server.url, { apiKey: 'oaa_test_key', auth: 'jwt-abcdefgh' });
  const error = (await failureOf(both.keys.list())) as OpenAgentError;
  expect(`${error.message} ${error.reason}`).not.toMatch(/oaa_test_key|jwt-abcdefgh/);
  await Promise.all([client.close(), both.close()]);
});

test('credentials do not leave the origin, and do not show in a log', async () => {
  const entries: LogEntry[] = [];
  await using other = await scripted((response) => sendJson(response, { agents: [] }));
  await using given = await scripted(
    (response) => void response.writeHead(307, { location: `${other.server.url}/v1/agents` }).end(),
    { middleware: [logging({ log: (entry) => entries.push(entry), bodies: true })] },
  );
  expect(await failureOf(given.client.agents.list())).toMatchObject({ code: 'REDIRECTED' });
  expect(other.requests).toHaveLength(0);
  expect(given.requests[0]!.headers['x-api-key']).toBe('oaa_test_key');
  expect(JSON.stringify(entries)).not.toContain('oaa_test_key');
});

test('429 is waited for, 402 is not, and what only reads is asked again', async () => {
  await using given = await scripted((response, { method }, count) => {
    if (method === 'GET' && count < 3) return void response.writeHead(503).end();
    if (method === 'POST' && count === 4) return void response.writeHead(429, { 'retry-after': '0' }).end();
    if (count === 6) return sendJson(response, { error: { message: 'pay', code: 'insufficient_quota' } }, 429);
    if (count === 7) return sendJson(response, { message: 'pay' }, 402);
    sendJson(response, ANY);
  });
  const fast = { retry: { baseMs: 1 } };
  await given.client.agents.get('a', fast);
  await given.client.agents.run('a', 'hi', fast);
  expect(given.requests).toHaveLength(5);
  const post = () => given.client.agents.run('a', 'hi', fast);
  expect(await failureOf(post())).toMatchObject({ status: 429, errorCode: 'insufficient_quota', retryable: false });
  expect(await failureOf(post())).toMatchObject({ status: 402, retryable: false });
  expect(given.requests).toHaveLength(7);
});

test('a run in one piece is the same as a stream gives', async () => {
  const told: Deviation[] = [];
  const cost = { input_tokens: 1, output_tokens: 2, microdollars: 3 };
  const answers = [
    {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'ho' },
      ],
      cost,
    },
    { message: { role: 'assistant', content: 'ho' }, finish_reason: 'stop', usage: { total_tokens: 3 } },
    { hello: 1 },
    undefined,
  ];
  await using given = await scripted(
    (response, _, count) => {
      const body = answers[count - 1];
      response.writeHead(200, { 'content-type': count === 2 ? 'text/json' : 'application/json' });
      response.end(body && JSON.stringify(body));
    },
    { onDeviation: (deviation) => told.push(deviation) },
  );
  const { client } = given;
  expect(await client.agents.run('a', 'hi')).toMatchObject({ status: 'succeeded', content: 'ho', cost });
  expect(await client.teams.run('t', 'hi')).toMatchObject({
    content: 'ho',
    finish_reason: 'stop',
    usage: { total_tokens: 3 },
  });
  expect(await failureOf(client.agents.run('a', 'hi'))).toMatchObject({
    code: 'MALFORMED_RESPONSE',
    expected: 'a run',
  });
  expect(await failureOf(client.agents.run('a', 'hi'))).toMatchObject({ message: /got an empty body/ });
  expect(told).toMatchObject([{ kind: 'content-type', operation: 'runTeam', row: 'OAA-RUN-005' }]);
});

test('embeddings are read in both forms', () => {
  const floats = Float32Array.from([0.5, -1, 3]);
  const base64 = Buffer.from(floats.buffer).toString('base64');
  expect(vectorOf({ embedding: base64 })).toEqual([0.5, -1, 3]);
  expect(vectorOf({ embedding: [0.5, -1, 3] })).toEqual([0.5, -1, 3]);
  expect(() => vectorOf({ embedding: 'AAA=' })).toThrow('32-bit floats');
});

test('what cannot be sent is said before it is sent', async () => {
  expect(() => openAgentClient('ftp://h')).toThrow('http or https');
  expect(() => openAgentClient('http://u:p@h')).toThrow('no user and password');
  expect(() => openAgentClient('http://h', { revision: '0.6' as never })).toThrow("expected '0.7' or 'readme'");
  await using given = await scripted((response) => void response.end());
  const { client } = given;
  for (const attempt of [
    () => client.agents.get(''),
    () => client.agents.get('..'),
    () => client.keys.revoke(''),
    () => client.auth.verifyLink(''),
    () => client.agents.run('a', []),
  ]) {
    expect(await failureOf((async () => attempt())())).toMatchObject({ code: 'INVALID_INPUT' });
  }
  expect(given.requests).toHaveLength(0);
});
