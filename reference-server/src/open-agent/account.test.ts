import { createHmac } from 'node:crypto';
import type { ApiKeyInfo, AuthToken, OAuthStart } from '@agentproto/protocol/open-agent/0.7';
import { is } from '@agentproto/rules/open-agent/0.7';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { createReferenceServer } from '../server.ts';

const START = Date.parse('2026-11-29T12:00:00Z');

async function serving(options: ServerOptions = {}) {
  const clock = new VirtualClock(START);
  const server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'], clock, ...options });
  onTestFinished(() => server.close());
  const ask = async (
    path: string,
    {
      method = 'GET',
      body,
      key = 'oaa_test_ada',
      headers = {},
      revision = '0.7',
    }: {
      method?: string;
      body?: unknown;
      key?: string | null;
      headers?: Record<string, string>;
      revision?: string;
    } = {},
  ) => {
    const answer = await fetch(server.urls[`open-agent@${revision}`] + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: (text === '' ? undefined : JSON.parse(text)) as never,
    };
  };
  const post = (path: string, body: unknown, more: object = {}) => ask(path, { method: 'POST', body, ...more });
  const login = async (email: string) => {
    await post('/auth/link', { email }, { key: null });
    const { token } = server.mailbox.to(email).at(-1)!;
    return (await ask(`/auth/link/verify/${token}`, { key: null })).json as AuthToken;
  };
  return { server, clock, ask, post, login };
}
const bearer = (token: string | undefined) => ({ key: null, headers: { authorization: `Bearer ${token}` } });

test('a key or a token, in either header; nobody else', async () => {
  const { ask } = await serving();
  expect(await ask('/account')).toMatchObject({ status: 200, json: { email: 'ada@example.com', username: 'ada' } });
  expect((await ask('/account', bearer('oaa_test_bob'))).json).toMatchObject({ email: 'bob@example.com' });
  for (const key of [null, 'oaa_wrong', 'a.b.c']) expect((await ask('/account', { key })).status).toBe(401);
  expect((await ask('/health', { key: null })).json).toEqual({ status: 'ok' });
});

describe('magic links', () => {
  test('log in once, to the same account; the answer tells no token', async () => {
    const { ask, post, login, server } = await serving();
    const sent = await post('/auth/link', { email: 'Eve@Example.com' }, { key: null });
    const { token, link } = server.mailbox.to('eve@example.com')[0]!;
    expect(sent.status).toBe(200);
    expect(JSON.stringify(sent.json)).not.toContain(token);
    expect((await ask(`/auth/link/status/${token}`, { key: null })).json).toEqual({
      status: 'pending',
      verified: false,
    });
    const first = await fetch(link!);
    const { token: session, token_type: type, expires_in: seconds } = (await first.json()) as AuthToken;
    expect([type, seconds]).toEqual(['Bearer', 86_400]);
    expect((await ask(`/auth/link/status/${token}`, { key: null })).json).toMatchObject({ verified: true });
    expect((await fetch(link!)).status).toBe(401);
    const { id } = (await ask('/account', bearer(session))).json as { id: string };
    expect((await ask('/account', bearer((await login('eve@example.com')).token))).json).toMatchObject({ id });
    const cookie = first.headers.get('set-cookie')!.split(';')[0]!;
    expect((await ask('/account', { key: null, headers: { cookie } })).json).toMatchObject({ id });
  });

  test('hold for a while, and are sent so often', async () => {
    const { ask, post, server, clock } = await serving({ openAgent: { linksPerAddress: 2 } });
    expect((await post('/auth/link', { email: 'nope' }, { key: null })).status).toBe(400);
    const send = () => post('/auth/link', { email: 'eve@example.com' }, { key: null });
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([200, 200, 429]);
    await clock.advance(15 * 60_000);
    expect((await send()).status).toBe(200);
    const [old] = server.mailbox.to('eve@example.com');
    expect((await ask(`/auth/link/verify/${old!.token}`, { key: null })).status).toBe(401);
  });

  test('are in the query where the README is spoken, and sessions hold in both', async () => {
    const { ask, post, server } = await serving();
    await post('/auth/link', { email: 'eve@example.com' }, { key: null, revision: 'readme' });
    const { token } = (await (await fetch(server.mailbox.mails[0]!.link!)).json()) as AuthToken;
    expect((await ask('/account', bearer(token))).json).toMatchObject({ email: 'eve@example.com' });
  });
});

test('OAuth: the provider sends back a code, which is good once and with its state', async () => {
  const { ask } = await serving();
  const { authorization_url: page, state } = (await ask('/auth/oauth/google', { key: null })).json as OAuthStart;
  const back = await fetch(`${page!}&login=eve@example.com`, { redirect: 'manual' });
  const url = new URL(back.headers.get('location')!);
  expect(url.searchParams.get('state')).toBe(state);
  const wrong = new URL(url);
  wrong.searchParams.set('state', 'other');
  expect((await fetch(wrong)).status).toBe(401);
  const { token } = (await (await fetch(url)).json()) as AuthToken;
  expect((await ask('/account', bearer(token))).json).toMatchObject({ email: 'eve@example.com' });
  expect((await fetch(url)).status).toBe(401);
  expect((await ask('/auth/oauth/nope', { key: null })).status).toBe(400);
  expect((await ask('/auth/oauth/google/callback', { key: null })).status).toBe(400);
});

test('a device polls: too fast, in vain, until the user has agreed; codes expire', async () => {
  const { ask, post, clock } = await serving();
  const begun = async () => (await ask('/auth/oauth/github?device_flow=true', { key: null })).json as OAuthStart;
  const { device_code: code, user_code: user, verification_uri: page, interval } = await begun();
  const poll = async (device_code = code) =>
    (await post('/auth/oauth/device-token', { device_code }, { key: null })).status;
  expect([interval, await poll(), await poll(), await poll('none')]).toEqual([5, 401, 429, 400]);
  await clock.advance(5_000);
  expect(await poll()).toBe(401);
  const agreed = await fetch(page!, {
    method: 'POST',
    body: new URLSearchParams({ user_code: user!, login: 'eve@example.com' }),
  });
  expect(agreed.status).toBe(200);
  await clock.advance(5_000);
  const { json } = await post('/auth/oauth/device-token', { device_code: code }, { key: null });
  expect((await ask('/account', bearer((json as AuthToken).token))).json).toMatchObject({ email: 'eve@example.com' });
  expect(await poll()).toBe(400);
  const { device_code: late } = await begun();
  await clock.advance(15 * 60_000);
  expect(await poll(late)).toBe(401);
});

test('keys: the secret is told once; scopes, expiry, revocation; others do not see them', async () => {
  const { ask, post, clock } = await serving();
  const made = await post('/account/keys', { name: 'ci', expires_in: 1, scopes: ['read'] });
  const { api_key: secret, id } = made.json as ApiKeyInfo;
  expect([made.status, is('ApiKeyInfo', made.json)]).toEqual([201, true]);
  const listed = await ask('/account/keys', { key: secret! });
  expect([listed.status, JSON.stringify(listed.json).includes(secret!)]).toEqual([200, false]);
  expect((listed.json as ApiKeyInfo[]).map(({ name }) => name)).toEqual(['seeded', 'ci']);
  expect((await post('/account/keys', { name: 'no' }, { key: secret })).status).toBe(403);
  expect((await ask(`/account/keys/${id}`, { key: 'oaa_test_bob' })).status).toBe(404);
  expect((await ask('/account/keys/nope')).json).toEqual({
    detail: [{ loc: ['path', 'key_id'], msg: 'Input should be a valid UUID', type: 'uuid_parsing' }],
  });
  expect((await post('/account/keys', { name: 'x', scopes: ['all'] })).status).toBe(422);
  expect((await ask(`/account/keys/${id}/usage?group_by=year`)).status).toBe(422);
  await clock.advance(86_400_000);
  expect((await ask('/account', { key: secret! })).status).toBe(401);
  const { api_key: other, id: otherId } = (await post('/account/keys', { name: 'y' })).json as ApiKeyInfo;
  expect((await ask(`/account/keys/${otherId}`, { method: 'DELETE' })).status).toBe(200);
  expect((await ask('/account', { key: other! })).status).toBe(401);
});

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
  const { id: subscription } = bought.json as { id: string };
  expect((await ask(`/account/subscriptions/${subscription}`, { method: 'DELETE' })).json).toMatchObject({
    ...{ status: 'active', cancel_at_period_end: true },
  });
  expect((await ask(`/account/subscriptions/${subscription}`, { key: 'oaa_test_bob' })).status).toBe(404);
  await post('/account/topup', { amount: 500 });
  expect((await ask('/account/balance')).json).toEqual({ balance: 1_500, currency: 'USD' });
  expect((await post('/account/topup', { amount: -1 })).status).toBe(400);
});

describe('Stripe', () => {
  const SECRET = 'whsec_conformance_0001';
  const signed = (body: string, at: number, secret = SECRET) =>
    `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
  const sending = async () => {
    const server = await serving({ openAgent: { stripeSecrets: ['whsec_old', SECRET] } });
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
    expect([await send(EVENT, signed(EVENT, now - 299)), await send(EVENT, signed(EVENT, now - 302))]).toEqual([
      200, 400,
    ]);
    expect(await send(EVENT, signed(EVENT, now + 302))).toBe(400);
    await clock.advance(1_000);
  });

  test('events change a subscription, once each', async () => {
    const { ask, send, now } = await sending();
    const { id: user } = (await ask('/account')).json as { id: string };
    let number = 0;
    const tell = (type: string, object: object, id = `evt_${number++}`) => {
      const body = JSON.stringify({ id, object: 'event', type, data: { object } });
      return send(body, signed(body, now));
    };
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
  });
});
