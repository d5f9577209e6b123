import { createHmac } from 'node:crypto';
import type { ApiKeyInfo } from '@agentproto/protocol/open-agent/0.7';
import { is } from '@agentproto/rules/open-agent/0.7';
import { describe, expect, test } from 'vitest';
import type { OpenAgentOptions } from './options.ts';
import { serving, START } from './serving.test.kit.ts';

test('plans, subscriptions, money', async () => {
  const { ask, post } = await serving();
  const plans = (await ask('/account/plans')).json as { id: string; name: string }[];
  expect(plans.map(({ name }) => name)).toEqual(['Free', 'Pro', 'Enterprise']);
  expect((await ask('/account/plans?is_active=false')).json).toHaveLength(1);
  const { id } = plans[1]!;
  expect((await ask(`/account/plans/${id}/checkout`)).json).toMatchObject({
    session_id: expect.stringMatching(/^cs_/) as string,
  });
  const bought = await post(`/account/plans/${id}/purchase`, { plan_id: id, payment_method_id: 'pm_card_visa' });
  expect([bought.status, is('AccountSubscriptionInfo', bought.json)]).toEqual([201, true]);
  expect(
    (await post(`/account/plans/${id}/purchase`, { plan_id: id, payment_method_id: 'pm_card_chargeDeclined' })).status,
  ).toBe(402);
  const [{ id: old }] = (await ask('/account/plans?is_active=false')).json as [{ id: string }];
  expect((await ask(`/account/plans/${old}/checkout`)).status).toBe(422);
  const { id: subscription } = bought.json as { id: string };
  expect((await ask(`/account/subscriptions/${subscription}`, { method: 'DELETE' })).json).toMatchObject({
    ...{ status: 'active', cancel_at_period_end: true },
  });
  expect((await ask(`/account/subscriptions/${subscription}`, { key: 'oaa_test_bob' })).status).toBe(404);
  for (const bad of [{ amount: -1 }, { amount: 1, currency: 'EUR' }, { amount: 1, success_url: 'javascript:x' }])
    expect((await post('/account/topup', bad)).status).toBe(400);
});

test('a canceled subscription ends with its period, any other goes on', async () => {
  const { ask, post, clock } = await serving();
  const [, { id }] = (await ask('/account/plans')).json as [object, { id: string }];
  const { json } = await post(`/account/plans/${id}/purchase`, { plan_id: id, payment_method_id: 'pm_card_visa' });
  const at = `/account/subscriptions/${(json as { id: string }).id}`;
  await clock.advance(30 * 86_400_000);
  expect((await ask(at)).json).toMatchObject({ status: 'active', current_period_start: '2026-12-29T12:00:00.000Z' });
  await ask(at, { method: 'DELETE' });
  expect((await ask(at)).json).toMatchObject({ status: 'active', current_period_end: '2027-01-28T12:00:00.000Z' });
  await clock.advance(30 * 86_400_000);
  expect((await ask(at)).json).toMatchObject({ status: 'canceled' });
});

test('a checkout is paid on its page, once', async () => {
  const { ask, post } = await serving();
  const balance = async () => (await ask('/account/balance')).json as object;
  const topUp = await post('/account/topup', { amount: 500, success_url: 'http://localhost/thanks' });
  const { checkout_url: page } = topUp.json as { checkout_url: string };
  expect(await balance()).toEqual({ balance: 1_000, currency: 'USD' });
  expect(await (await fetch(page)).text()).toContain('Pay');
  for (const _ of [1, 2]) {
    const paid = await fetch(page, { method: 'POST', redirect: 'manual' });
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://localhost/thanks']);
  }
  expect(await balance()).toEqual({ balance: 1_500, currency: 'USD' });
  expect((await fetch(`${page}x`, { method: 'POST' })).status).toBe(404);
  const [, { id }] = (await ask('/account/plans')).json as [object, { id: string }];
  const { checkout_url: shop } = (await ask(`/account/plans/${id}/checkout`)).json as { checkout_url: string };
  const cancel = () => fetch(shop, { method: 'POST', body: new URLSearchParams({ cancel: 'true' }) });
  expect(await (await cancel()).json()).toEqual({ message: 'Canceled.' });
  expect((await ask('/account/subscriptions')).json).toEqual([]);
  await fetch(shop, { method: 'POST' });
  expect((await ask('/account/subscriptions')).json).toMatchObject([{ plan_id: id, status: 'active' }]);
});

describe('limits', () => {
  const embed = { model: 'm', input: 'some words to count' };

  test('calls in a month, until it is over or a bill is paid; money; agents', async () => {
    const accounts = [
      { email: 'eve@example.com', keys: ['eve'], plan: 'Free' as const },
      { email: 'dan@example.com', keys: ['dan'], plan: 'Free' as const, balance: 0 },
    ];
    const { ask, post, clock } = await serving({ openAgent: { accounts, plans: { Free: { calls: 2, agents: 1 } } } });
    const call = (key: string) => post('/embeddings', embed, { key });
    expect([(await call('eve')).status, (await call('eve')).status]).toEqual([200, 200]);
    const third = await call('eve');
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, String(36 * 3_600)]);
    await clock.advance(36 * 3_600_000);
    expect((await call('eve')).status).toBe(200);
    const poor = await call('dan');
    expect([poor.status, poor.json]).toMatchObject([402, { error: { code: 'insufficient_balance' } }]);
    expect((await ask('/account/plans', { key: 'eve' })).json).toMatchObject([
      { features: { calls_per_month: 2, max_agents: 1 } },
      {},
      {},
    ]);
    const agent = (id: string) => post('/agents', { id, name: id }, { key: 'eve' });
    expect([(await agent('a')).status, (await agent('b')).status]).toEqual([201, 402]);
  });

  test('what calls use is counted, for the key by day, and taken from the balance', async () => {
    const { ask, post, clock } = await serving();
    const { json } = await post('/account/keys', { name: 'ci' });
    const { id, api_key: key } = json as ApiKeyInfo;
    const { usage } = (await post('/embeddings', embed, { key: key! })).json as { usage: { total_tokens: number } };
    const tokens = usage.total_tokens;
    expect(tokens).toBeGreaterThan(0);
    await clock.advance(86_400_000);
    await post('/embeddings', embed, { key: key! });
    const used = async (query: string) =>
      ((await ask(`/account/keys/${id}/usage${query}`)).json as { total_tokens: number }).total_tokens;
    expect([await used(''), await used('?end_date=2026-11-29'), await used('?start_date=2026-12-01')]).toEqual([
      2 * tokens,
      tokens,
      0,
    ]);
    expect((await ask(`/account/keys/${id}`)).json).toMatchObject({
      usage: { total_requests: 2, total_tokens: 2 * tokens },
    });
    expect((await ask('/account/usage')).json).toMatchObject({
      calls: 2,
      tokens: 2 * tokens,
      transactions: [{ debit_microdollars: tokens }, {}],
    });
    expect((await ask('/account/balance')).json).toEqual({ balance: 999, currency: 'USD' });
  });
});

describe('Stripe', () => {
  const SECRET = 'whsec_conformance_0001';
  const signed = (body: string, at: number, secret = SECRET) =>
    `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
  const sending = async (openAgent: OpenAgentOptions = {}) => {
    const server = await serving({ openAgent: { stripeSecrets: ['whsec_old', SECRET], ...openAgent } });
    const now = START / 1_000;
    const send = async (body: string, signature: string | undefined, path = '/stripe/webhook') =>
      (
        await server.post(path, body, {
          key: null,
          headers: signature === undefined ? {} : { 'stripe-signature': signature },
        })
      ).status;
    return { ...server, send, now };
  };
  const telling = async (openAgent: OpenAgentOptions = {}) => {
    const server = await sending(openAgent);
    const { id: user } = (await server.ask('/account')).json as { id: string };
    let number = 0;
    const tell = (type: string, object: object, id = `evt_${number++}`) => {
      const body = JSON.stringify({ id, object: 'event', type, data: { object } });
      return server.send(body, signed(body, server.now));
    };
    return { ...server, tell, user };
  };
  const EVENT =
    '{"id":"evt_0001","object":"event","type":"invoice.paid","data":{"object":{"id":"in_0001","customer":"cus_0001"}}}';

  test('its vector, ages, rotation, and bytes that were changed', async () => {
    const { send, now, clock } = await sending();
    const V1 = '6060cfc88a397bcdd26a3ef7f46389174e9041028924c32071390aa871af0d8d';
    expect(signed(EVENT, 1_700_000_000)).toBe(`t=1700000000,v1=${V1}`);
    expect(await send(EVENT, `t=1700000000,v1=${V1}`)).toBe(400);
    expect(await send(EVENT, signed(EVENT, now))).toBe(200);
    expect(await send(EVENT, signed(EVENT, now), '/account/subscription/webhook')).toBe(200);
    expect(await send(EVENT, signed(EVENT, now, 'whsec_old'))).toBe(200);
    expect(await send(EVENT, `${signed(EVENT, now, 'whsec_x')},v1=${signed(EVENT, now).split('v1=')[1]}`)).toBe(200);
    for (const bad of [
      undefined,
      '',
      'v1=x',
      `t=${now}`,
      signed(EVENT, now).replace('v1', 'v0'),
      signed(EVENT, now).toUpperCase(),
      signed(EVENT, now, 'whsec_x'),
    ])
      expect([bad, await send(EVENT, bad)]).toEqual([bad, 400]);
    expect(await send(`${EVENT} `, signed(EVENT, now))).toBe(400);
    expect([await send(EVENT, signed(EVENT, now - 299)), await send(EVENT, signed(EVENT, now - 301))]).toEqual([
      200, 400,
    ]);
    expect(await send(EVENT, signed(EVENT, now - 300))).toBe(200);
    await clock.advance(999);
    expect(await send(EVENT, signed(EVENT, now - 300))).toBe(200);
    expect(await send(EVENT, signed(EVENT, now + 301))).toBe(400);
  });

  test('events change a subscription, once each', async () => {
    const { ask, tell, user } = await telling();
    const status = async () =>
      ((await ask('/account/subscriptions')).json as { status: string }[]).map((one) => one.status);
    const subscription = { id: 'sub_1', customer: 'cus_1', metadata: { user_id: user }, status: 'trialing' };
    await tell('customer.subscription.created', subscription);
    expect(await status()).toEqual(['trialing']);
    await tell('customer.subscription.updated', { ...subscription, status: 'active' });
    expect(await status()).toEqual(['active']);
    await tell('invoice.payment_failed', { subscription: 'sub_1', customer: 'cus_1' }, 'evt_failed');
    expect(await status()).toEqual(['past_due']);
    await tell('invoice.paid', { customer: 'cus_1' });
    await tell('invoice.payment_failed', { subscription: 'sub_1' }, 'evt_failed');
    expect(await status()).toEqual(['active']);
    await tell('customer.subscription.deleted', subscription);
    expect([await status(), await tell('charge.refunded', {})]).toEqual([['canceled'], 200]);
    // The last invoice.
    await tell('invoice.paid', { parent: { subscription_details: { subscription: 'sub_1' } } });
    expect(await status()).toEqual(['canceled']);
  });

  test('an event may come before the one that begins it, and a subscription that is not paid for is none', async () => {
    const { ask, tell, user } = await telling({
      accounts: [{ email: 'ada@example.com', keys: ['oaa_test_ada'], plan: 'Free' }],
    });
    const item = {
      price: { id: 'price_0003' },
      current_period_start: START / 1_000,
      current_period_end: START / 1_000 + 86_400,
    };
    const object = { id: 'sub_2', customer: 'cus_2', metadata: { user_id: user }, items: { data: [item] } };
    await tell('customer.subscription.updated', { ...object, status: 'incomplete' });
    await tell('customer.subscription.created', { ...object, status: 'active' });
    const [one] = (await ask('/account/subscriptions')).json as [object];
    expect(one).toMatchObject({
      status: 'unpaid',
      current_period_end: '2026-11-30T12:00:00.000Z',
      cancel_at_period_end: false,
    });
    const agents = async (count: number) => {
      const made = [];
      for (let at = 0; at < count; at++)
        made.push((await ask('/agents', { method: 'POST', body: { id: `a${Math.random()}` } })).status);
      return made;
    };
    expect(await agents(4)).toEqual([201, 201, 201, 402]);
    await tell('invoice.paid', { parent: { subscription_details: { subscription: 'sub_2' } } });
    expect(await agents(1)).toEqual([201]);
  });

  test('an invoice that is paid begins a new period', async () => {
    const { post, tell } = await telling({
      accounts: [{ email: 'ada@example.com', keys: ['oaa_test_ada'], plan: 'Free' }],
      plans: { Free: { calls: 1 }, Pro: { calls: 2 } },
    });
    const call = async () => (await post('/embeddings', { model: 'm', input: 'x' })).status;
    expect([await call(), await call()]).toEqual([200, 429]);
    await tell('customer.subscription.created', {
      id: 'sub_3',
      customer: 'cus_3',
      metadata: { email: 'ada@example.com' },
    });
    expect([await call(), await call()]).toEqual([200, 429]);
    await tell('invoice.paid', { subscription: 'sub_3' });
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429]);
  });
});
