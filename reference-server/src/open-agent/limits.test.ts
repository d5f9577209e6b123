import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { accountOfCaller } from './accounts.ts';
import type { OpenAgentContext } from './context.ts';
import { keepFor, spent } from './holding.ts';
import { serving, START } from './serving.test.kit.ts';

/** A store that others get at between any two steps, as they do where it is far away. */
function slowStore(): Store {
  const { records, ...store } = memoryStore();
  const later =
    <Args extends unknown[], Value>(step: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      await new Promise(setImmediate);
      return step(...args);
    };
  return {
    ...store,
    records: {
      get: later(records.get),
      list: later(records.list),
      put: later(records.put),
      delete: later(records.delete),
    },
  };
}

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('at the same time', () => {
  test('no more agents are made than the plan allows, and none twice', async () => {
    const accounts = [{ email: 'fred@example.com', plan: 'Free' as const, keys: ['fred'] }];
    const { ask, post } = await serving({
      store: slowStore(),
      openAgent: { accounts, plans: { Free: { agents: 2 } } },
    });
    const as = { key: 'fred' };
    await ask('/agents', as);
    const twins = await Promise.all(times(4, () => post('/agents', { id: 'twin' }, as)));
    expect(twins.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400]);
    const others = await Promise.all(times(4, (index) => post('/agents', { id: `a${index}` }, as)));
    expect(others.map(({ status }) => status).toSorted()).toEqual([201, 402, 402, 402]);
    expect((await ask('/agents', as)).json).toMatchObject({ agents: [{ id: 'twin' }, {}] });
  });

  test('two events about a new subscription make one', async () => {
    const { ask, post } = await serving({ store: slowStore() });
    const { id: user } = (await ask('/account')).json as { id: string };
    const send = async (type: string, status: string) => {
      const object = { id: 'sub_1', customer: 'cus_1', status, metadata: { user_id: user } };
      const body = JSON.stringify({ id: `evt_${type}`, type: `customer.subscription.${type}`, data: { object } });
      const at = START / 1_000;
      const v1 = createHmac('sha256', 'whsec_agentproto_test').update(`${at}.${body}`).digest('hex');
      const headers = { 'stripe-signature': `t=${at},v1=${v1}` };
      return (await post('/stripe/webhook', body, { key: null, headers })).status;
    };
    expect(await Promise.all([send('created', 'active'), send('updated', 'active')])).toEqual([200, 200]);
    expect((await ask('/account/subscriptions')).json).toHaveLength(1);
  });

  test('a device logs in once', async () => {
    const { ask, post } = await serving({ store: slowStore(), openAgent: { pollMs: 0 } });
    const started = await ask('/auth/oauth/google?device_flow=true', { key: null });
    const { device_code: code, verification_uri_complete: page } = started.json as Record<string, string>;
    await fetch(page!, { method: 'POST', body: new URLSearchParams({ user_code: page!.split('=')[1]! }) });
    const polls = times(4, () => post('/auth/oauth/device-token', { device_code: code }, { key: null }));
    expect((await Promise.all(polls)).filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('of one request', () => {
  test('what is nested too deep is refused, and spoils nothing', async () => {
    const { post } = await serving();
    const deep = (levels: number) => `{"text":"hello","metadata":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
    expect((await post('/knowledge', deep(100_000))).json).toEqual({
      detail: 'The body is nested deeper than 512 levels',
    });
    expect((await post('/knowledge', deep(511))).status).toBe(201);
    expect((await post('/knowledge', deep(512))).status).toBe(400);
    expect((await post('/knowledge/search', { query: 'hello' })).status).toBe(200);
  });

  test('choices of all prompts, and members of a team', async () => {
    const { post } = await serving();
    const complete = async (prompts: number, n: number) =>
      (await post('/completions', { model: 'agentproto', prompt: times(prompts, () => 'a'), n })).status;
    expect([await complete(64, 2), await complete(65, 2), await complete(129, 1)]).toEqual([200, 400, 400]);
    await post('/agents', { id: 'a' });
    const team = async (members: number) =>
      (await post('/teams', { name: 't', members: times(members, () => ({ agent_id: 'a', role: 'r' })) })).status;
    expect([await team(50), await team(51)]).toEqual([201, 400]);
  });
});

describe('of an account', () => {
  test('the text of all its documents', async () => {
    const { post } = await serving({ limits: { bodyBytes: 2 ** 25 } });
    const add = (id: string, length: number) => post('/knowledge', { id, text: 'a'.padStart(length) });
    expect((await add('a', 2 ** 24)).status).toBe(201);
    expect((await add('b', 2 ** 24 + 1)).json).toEqual({
      detail: `text: the account may have ${2 ** 25} characters, and has ${2 ** 24}`,
    });
    expect((await add('a', 2 ** 24 + 1)).status).toBe(201);
  });

  test('callers that differ are two', async () => {
    const clock = new VirtualClock(START);
    const ctx = { store: memoryStore(), clock } as unknown as OpenAgentContext;
    const callers = ['a-b', 'a b', 'A-B', 'a/b'];
    const ids = await Promise.all(callers.map(async (caller) => (await accountOfCaller(ctx, caller)).id));
    expect(new Set(ids).size).toBe(4);
  });
});

test('logins that nobody comes back for go: an hour after they are over, or when there are too many', async () => {
  const clock = new VirtualClock(START);
  const store = memoryStore();
  const ctx = { store, clock, holdings: new Map() } as unknown as OpenAgentContext;
  const kept = async () => (await store.records.list('open-agent/oauth-state', '')).length;
  const begin = (key: string) => keepFor(ctx, 'oauth-state', key, {}, clock.now() + 60_000);
  for (let index = 0; index < 10_001; index++) await begin(String(index));
  expect(await kept()).toBe(10_000);
  expect([await spent(ctx, 'oauth-state', '0'), await spent(ctx, 'oauth-state', '1')]).toEqual([false, true]);
  await clock.advance(60_000 + 3_599_999);
  await begin('later');
  expect(await kept()).toBe(10_000);
  await clock.advance(1);
  await begin('latest');
  expect(await kept()).toBe(2);
});

describe('MCP', () => {
  test('who may not run agents finds none, and each has a name of its own', async () => {
    const accounts = [{ email: 'a@b.example', keys: ['all', { key: 'reads', scopes: ['read' as const] }] }];
    const { ask, post } = await serving({ openAgent: { accounts, toolkits: [] } });
    for (const id of ['a/b', 'a_b', 'x'.repeat(80), 'x'.repeat(81)]) await post('/agents', { id }, { key: 'all' });
    const tools = async (key: string) => ((await ask('/mcp/', { key })).json as { tools: string[] }).tools;
    expect(await tools('reads')).toEqual([]);
    const all = await tools('all');
    expect([all.length, new Set(all).size]).toEqual([4, 4]);
    expect(all.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true);
  });

  test('a client that reads nothing is refused more answers', async () => {
    const { server } = await serving();
    const base = new URL(`${server.urls['open-agent@0.7']}/mcp/`);
    const socket = net.connect(Number(base.port), base.hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${base.pathname}sse HTTP/1.1\r\nHost: a\r\n\r\n`);
    let head = '';
    while (!head.includes('session_id=')) head += String(((await once(socket, 'data')) as [Buffer])[0]);
    socket.pause();
    const [, path = ''] = /data: (\S+)/.exec(head) ?? [];
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(100_000), method: 'tools/list' });
    const headers = { 'content-type': 'application/json' };
    let status = 200;
    for (let count = 0; count < 2_000 && status === 200; count++)
      ({ status } = await fetch(new URL(path, base), { method: 'POST', headers, body }));
    expect(status).toBe(503);
  });
});
