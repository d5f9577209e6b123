import { createHmac } from 'node:crypto';
import { VirtualClock } from '@agentproto/script';
import { decodeSse } from '@agentproto/wire/sse';
import { expect, onTestFinished } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { createReferenceServer } from '../server.ts';
import { type Judge, published } from './published-schema.test.kit.ts';

interface Asked {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** null: none is shown. */
  key?: string | null;
  headers?: Record<string, string>;
  /** Is meant to be wrong. */
  wrong?: boolean;
}

async function serving(judge: Judge, options: ServerOptions = {}) {
  const clock = new VirtualClock(Date.parse('2026-11-29T12:00:00Z'));
  const server = await createReferenceServer({ protocols: ['open-agent@0.7'], clock, ...options });
  onTestFinished(() => server.close());
  const open = (verb: string, path: string, asked: Asked, signal?: AbortSignal) => {
    const { params = {}, query = {}, body, key = 'oaa_test_ada', headers = {}, wrong = false } = asked;
    const search = new URLSearchParams(query);
    if (!wrong) judge.request(verb, path, body, search);
    const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
    return fetch(`${server.urls['open-agent@0.7']}${at}${search.size > 0 ? `?${search}` : ''}`, {
      method: verb,
      redirect: 'manual',
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  };
  /** The JSON of an answer that has the status. */
  const ask = async (verb: string, path: string, status: number, asked: Asked = {}) => {
    const answer = await open(verb, path, { wrong: status >= 400, ...asked });
    const text = await answer.text();
    judge.response(verb, path, answer.status, answer.headers.get('content-type'), text);
    expect(`${verb} ${path} ${answer.status} ${text}`).toMatch(`${verb} ${path} ${status} `);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
  };
  const stream = async (verb: string, path: string, asked: Asked) => {
    const answer = await open(verb, path, { ...asked, headers: { accept: 'text/event-stream' } });
    judge.response(verb, path, answer.status, answer.headers.get('content-type'), '');
    const events: unknown[] = [];
    for await (const { data } of decodeSse(answer.body!)) events.push(data === '[DONE]' ? data : JSON.parse(data));
    return events;
  };
  return { server, clock, open, ask, stream };
}

const NOBODY = { key: null };
const UUID = '00000000-0000-4000-8000-000000000000';
const user = (content: string) => [{ role: 'user', content }];
const environment = { working_directory: '/', platform: 'linux' };
const kit = {
  name: 'math',
  instructions: 'Count.',
  functions: [{ name: 'add', description: 'Adds.', parameters: {} }],
};

/** Between them, every operation, and every status of each that there is a reason for. */
export const PLAYS: Record<string, (judge: Judge) => Promise<void>> = {
  async logins(judge) {
    const { ask, server, clock } = await serving(judge, { openAgent: { linksPerAddress: 1 } });
    const email = 'eve@example.com';
    await ask('GET', '/', 200, NOBODY);
    await ask('GET', '/health', 200, NOBODY);
    await ask('POST', '/auth/link', 200, { ...NOBODY, body: { email } });
    await ask('POST', '/auth/link', 429, { ...NOBODY, body: { email } });
    await ask('POST', '/auth/link', 400, { ...NOBODY, body: { email: 'nobody' } });
    const params = { token: server.mailbox.to(email)[0]!.token! };
    await ask('GET', '/auth/link/status/{token}', 200, { ...NOBODY, params });
    await ask('GET', '/auth/link/verify/{token}', 200, { ...NOBODY, params });
    await ask('GET', '/auth/link/verify/{token}', 401, { ...NOBODY, params });

    const github = { ...NOBODY, params: { provider: 'github' } };
    const query = { redirect_uri: 'https://app.example/back' };
    await ask('GET', '/auth/oauth/{provider}', 200, { ...github, query });
    await ask('GET', '/auth/oauth/{provider}', 400, { ...NOBODY, params: { provider: 'nobody' } });
    const { authorization_url: page } = await ask('GET', '/auth/oauth/{provider}', 200, github);
    const back = await fetch(`${page}&login=${email}`, { redirect: 'manual' });
    const { code, state } = Object.fromEntries(new URL(back.headers.get('location')!).searchParams);
    const callback = '/auth/oauth/{provider}/callback';
    await ask('GET', callback, 200, { ...github, query: { code: code!, state: state! } });
    await ask('GET', callback, 401, { ...github, query: { code: code!, state: state! } });
    await ask('GET', callback, 400, github);

    const device = await ask('GET', '/auth/oauth/{provider}', 200, { ...github, query: { device_flow: 'true' } });
    const body = { device_code: device['device_code'] };
    const poll = '/auth/oauth/device-token';
    await ask('POST', poll, 401, { ...NOBODY, body });
    await ask('POST', poll, 429, { ...NOBODY, body });
    await ask('POST', poll, 400, { ...NOBODY, body: { device_code: 'none' } });
    const agreed = new URLSearchParams({ user_code: device['user_code']!, login: email });
    expect((await fetch(device['verification_uri']!, { method: 'POST', body: agreed })).status).toBe(200);
    await clock.advance(5_000);
    await ask('POST', poll, 200, { ...NOBODY, body });
  },

  async agents(judge) {
    const { ask, stream } = await serving(judge);
    const agent = { id: 'tutor', name: 'Tutor', model: 'agentproto', instructions: 'Teach.', tools: [kit] };
    const params = { agentId: 'tutor' };
    const none = { agentId: 'none' };
    await ask('POST', '/agents', 201, { body: agent });
    await ask('POST', '/agents', 201, { body: { name: 'Other', model: 'agentproto' } });
    await ask('POST', '/agents', 400, { body: { ...agent, name: 5 } });
    await ask('GET', '/agents', 200);
    await ask('GET', '/agents/{agentId}', 200, { params });
    await ask('GET', '/agents/{agentId}', 404, { params: none });
    await ask('PUT', '/agents/{agentId}', 200, { params, body: agent });
    await ask('PUT', '/agents/{agentId}', 404, { params: none, body: agent });
    await ask('PUT', '/agents/{agentId}', 400, { params, body: { ...agent, id: 'other' } });
    const run = '/agents/{agentId}/run';
    await ask('POST', run, 200, { params, body: { environment, messages: user('Hello'), tools: [kit] } });
    await ask('POST', run, 400, { params, body: { environment, messages: 5 } });
    await ask('POST', run, 404, { params: none, body: { environment, messages: user('Hello') } });
    const script = {
      steps: [
        { text: 'Let me see.' },
        { tool: { by: 'server', calls: [{ name: 'get_weather', args: { city: 'Bern' } }] } },
        { text: 'Sunny.' },
      ],
    };
    const asking = { steps: [{ tool: { by: 'client', calls: [{ name: 'add', args: {} }] } }] };
    const names = new Set<string>();
    for (const one of [script, asking]) {
      const messages = user(`@script ${JSON.stringify(one)}`);
      for (const event of (await stream('POST', run, { params, body: { environment, messages } })) as {
        event: string;
      }[]) {
        names.add(event.event);
        judge.event('POST', run, event);
      }
    }
    const all = [
      'RunStarted',
      'RunResponse',
      'ToolCallStarted',
      'ToolCallCompleted',
      'ToolRequest',
      'CostSummary',
      'RunCompleted',
    ];
    expect([...names].toSorted()).toEqual(all.toSorted());

    await ask('GET', '/tools', 200);
    await ask('GET', '/tools/{tool_id}', 200, { params: { tool_id: 'weather' } });
    await ask('GET', '/tools/{tool_id}', 404, { params: { tool_id: 'none' } });
    await ask('DELETE', '/tools/{tool_id}', 200, { params: { tool_id: 'weather' } });
    await ask('DELETE', '/tools/{tool_id}', 404, { params: { tool_id: 'none' } });

    const members = [{ agent_id: 'tutor', role: 'Researcher' }];
    const { id: teamId } = await ask('POST', '/teams', 201, { body: { name: 'Both', members, tools: [kit] } });
    await ask('POST', '/teams', 400, { body: { name: 'None', members: [], tools: [] } });
    await ask('GET', '/teams', 200);
    await ask('GET', '/teams/{teamId}', 200, { params: { teamId: teamId! } });
    await ask('GET', '/teams/{teamId}', 404, { params: { teamId: 'none' } });
    const together = '/teams/{teamId}/run';
    const team = { params: { teamId: teamId! }, body: { messages: user('Hello'), tools: kit.functions } };
    await ask('POST', together, 200, team);
    await ask('POST', together, 404, { ...team, params: { teamId: 'none' } });
    await ask('POST', together, 400, { ...team, body: { messages: 5 } });
    for (const event of (await stream('POST', together, team)) as { event: string }[])
      judge.event('POST', together, event);
    await ask('DELETE', '/agents/{agentId}', 200, { params });
    await ask('DELETE', '/agents/{agentId}', 404, { params });
  },

  async models(judge) {
    const { ask, stream } = await serving(judge);
    const body = { model: 'agentproto', messages: user('Hello'), n: 2, stop: ['.'], max_tokens: 5, user: 'eve' };
    await ask('POST', '/chat/completions', 200, { body });
    await ask('POST', '/chat/completions', 400, { body: { model: 'agentproto' } });
    expect((await stream('POST', '/chat/completions', { body: { ...body, stream: true } })).at(-1)).toBe('[DONE]');
    await ask('GET', '/models', 200);
  },

  async mcp(judge) {
    const { ask, open } = await serving(judge);
    await ask('GET', '/mcp/', 200);
    const left = new AbortController();
    const answer = await open('GET', '/mcp/sse', {}, left.signal);
    judge.response('GET', '/mcp/sse', answer.status, answer.headers.get('content-type'), '');
    const events = decodeSse(answer.body!);
    const { value: first } = await events.next();
    const at = ['paths', '/mcp/sse', 'get', 'responses', '200', 'content', 'text/event-stream', 'schema'];
    judge.value('GET /mcp/sse: event', at, { event: first!.event, data: first!.data });
    const query = Object.fromEntries(new URL(first!.data, 'http://x').searchParams);
    const message = { jsonrpc: '2.0', id: 1, method: 'ping' };
    await ask('POST', '/mcp/messages', 200, { query, body: message });
    await ask('POST', '/mcp/messages', 404, { query: { session_id: 'none' }, body: message });
    const { value: answered } = await events.next();
    expect(JSON.parse(answered!.data)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    left.abort();
  },

  async account(judge) {
    const { ask } = await serving(judge);
    await ask('GET', '/account', 200);
    await ask('GET', '/account/balance', 200);
    await ask('POST', '/account/topup', 200, { body: { amount: 500, currency: 'USD' } });
    await ask('POST', '/account/topup', 400, { body: { amount: -1 } });
    await ask('GET', '/account/plans', 200, { query: { is_active: 'true' } });
    await ask('GET', '/account/plans', 422, { query: { is_active: 'perhaps' } });
    const [, plan] = (await ask('GET', '/account/plans', 200)) as unknown as { id: string }[];
    const params = { plan_id: plan!.id };
    for (const path of ['/account/plans/{plan_id}', '/account/plans/{plan_id}/checkout']) {
      await ask('GET', path, 200, { params });
      await ask('GET', path, 422, { params: { plan_id: 'none' } });
      await ask('GET', path, 404, { params: { plan_id: UUID } });
    }
    const purchase = '/account/plans/{plan_id}/purchase';
    const paid = { ...params, payment_method_id: 'pm_card_visa' };
    const { id } = await ask('POST', purchase, 201, { params, body: paid });
    await ask('POST', purchase, 422, { params, body: params });
    await ask('GET', '/account/subscriptions', 200);
    const one = '/account/subscriptions/{subscription_id}';
    await ask('GET', one, 200, { params: { subscription_id: id! } });
    await ask('GET', one, 404, { params: { subscription_id: 'none' } });
    await ask('DELETE', one, 200, { params: { subscription_id: id! } });
    const sent = '{"id":"evt_1","object":"event","type":"charge.refunded","data":{"object":{}}}';
    const at = Math.floor(Date.parse('2026-11-29T12:00:00Z') / 1_000);
    const digest = createHmac('sha256', 'whsec_agentproto_test').update(`${at}.${sent}`).digest('hex');
    for (const hook of ['/stripe/webhook', '/account/subscription/webhook']) {
      const headers = { 'stripe-signature': `t=${at},v1=${digest}` };
      const { requestBody } = judge.operation('POST', hook);
      if (requestBody) judge.request('POST', hook, JSON.parse(sent), new URLSearchParams());
      await ask('POST', hook, 200, { ...NOBODY, headers, body: sent, wrong: true });
      await ask('POST', hook, 400, { ...NOBODY, body: sent });
    }
  },

  async keys(judge) {
    const { ask } = await serving(judge);
    const body = { name: 'ci', expires_in: 30, scopes: ['read'], metadata: { for: 'ci' } };
    const made = await ask('POST', '/account/keys', 201, { body });
    const [key_id, key] = [made['id']!, made['api_key']!];
    const writing = (await ask('POST', '/account/keys', 201, { body: { name: 'w', scopes: ['write'] } }))['api_key']!;
    await ask('POST', '/account/keys', 422, { body: { name: 'ci', scopes: ['all'] } });
    await ask('POST', '/account/keys', 403, { key, body });
    await ask('GET', '/account/keys', 200, { key });
    for (const path of ['/account/keys', '/agents']) await ask('GET', path, 403, { key: writing });
    for (const path of ['/account/keys/{key_id}', '/account/keys/{key_id}/usage']) {
      await ask('GET', path, 200, { params: { key_id } });
      await ask('GET', path, 403, { params: { key_id }, key: writing });
      await ask('GET', path, 404, { params: { key_id: UUID } });
      await ask('GET', path, 422, { params: { key_id: 'none' } });
    }
    const query = { start_date: '2026-11-01', end_date: '2026-11-30', group_by: 'week' };
    await ask('GET', '/account/keys/{key_id}/usage', 200, { params: { key_id }, query });
    await ask('DELETE', '/account/keys/{key_id}', 403, { params: { key_id }, key });
    await ask('DELETE', '/account/keys/{key_id}', 200, { params: { key_id } });
    await ask('DELETE', '/account/keys/{key_id}', 404, { params: { key_id: UUID } });
    await ask('DELETE', '/account/keys/{key_id}', 422, { params: { key_id: 'none' } });
  },

  async 'nobody may do what is secured'(judge) {
    const { ask } = await serving(judge);
    const params = {
      agentId: 'a',
      teamId: 't',
      tool_id: 'weather',
      plan_id: UUID,
      key_id: UUID,
      subscription_id: UUID,
    };
    for (const [path, operations] of Object.entries(published.paths))
      for (const [verb, { security }] of Object.entries(operations))
        if (security || path === '/account')
          await ask(verb.toUpperCase(), path, 401, { ...NOBODY, params, ...(verb === 'post' && { body: {} }) });
  },

  async 'a plan has limits'(judge) {
    const openAgent = { accounts: [{ email: 'ada@example.com', keys: ['oaa_test_ada'], plan: 'Free' as const }] };
    const { ask } = await serving(judge, { openAgent });
    for (const id of ['a', 'b', 'c']) await ask('POST', '/agents', 201, { body: { id } });
    await ask('POST', '/agents', 402, { body: { id: 'd' } });
  },
};
