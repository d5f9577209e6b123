import {
  type Clock,
  isOpenAgentError,
  openAgentClient,
  type OpenAgentOptions,
  type Revision,
} from '@agentproto/client/open-agent';
import { signStripe } from '@agentproto/client/open-agent/stripe';
import { createReferenceServer, VirtualClock } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

let server: Awaited<ReturnType<typeof createReferenceServer>>;
const time = new VirtualClock(Date.parse('2026-11-29T12:00:00Z'));
const deviations: string[] = [];
beforeAll(async () => {
  server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'], clock: time });
});
afterAll(() => server.close());

/** The client's time is the server's; who waits lets it go on. */
const clock: Clock = { now: () => time.now(), sleep: (ms) => time.advance(ms) };

function clientOf(revision: Revision = '0.7', options: OpenAgentOptions = {}) {
  const client = openAgentClient(server.urls[`open-agent@${revision}`]!, {
    revision,
    clock,
    onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`),
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}
const ada = (revision: Revision = '0.7') => clientOf(revision, { apiKey: 'oaa_test_ada' });

describe.each<Revision>(['0.7', 'readme'])('a magic link of %s', (revision) => {
  test('logs in once, and the token goes with every call until it expires', async () => {
    const client = clientOf(revision);
    const email = `eve-${revision}@example.com`;
    const login = client.auth.magicLink(email);
    await login.send();
    const { link } = server.mailbox.to(email)[0]!;
    const { token, expiresAt } = await login.verify(link!);
    expect(token).toMatch(/\./);
    expect(expiresAt).toBe(time.now() + 24 * 60 * 60_000);
    const again = await failureOf(login.verify(link!));
    expect([isOpenAgentError(again, 401), (again as Error).message.includes(token!)]).toEqual([true, false]);
    const ask = async (): Promise<object> => (revision === '0.7' ? client.account.get() : client.account.usage());
    expect(await ask()).toBeDefined();
    await time.advance(24 * 60 * 60_000);
    expect(await failureOf(ask())).toMatchObject({ status: 401, message: /credentials were not sent|refused/ });
  });
});

test('a link is waited for, until it is opened elsewhere', async () => {
  const login = clientOf().auth.magicLink('fay@example.com');
  await login.send();
  const { link, token } = server.mailbox.to('fay@example.com')[0]!;
  const used = login.waitUntilUsed(link!, { intervalMs: 1_000 });
  await fetch(link!);
  await used;
  expect(await clientOf().auth.linkStatus(token!)).toMatchObject({ verified: true });
});

test('a redirect: through the provider, and back', async () => {
  const client = clientOf();
  const login = client.auth.oauth('google', { redirectUri: 'http://localhost:9/back' });
  const { authorization_url: url } = await login.start();
  const sent = await fetch(`${url}&login=gus@example.com`, { redirect: 'manual' });
  const back = sent.headers.get('location')!;
  expect(back).toMatch(/^http:\/\/localhost:9\/back\?/);
  await login.complete(back);
  expect(await client.account.get()).toMatchObject({ email: 'gus@example.com' });
  const stolen = clientOf().auth.oauth('google', { redirectUri: 'http://localhost:9/back' });
  await stolen.start();
  expect(await failureOf(stolen.complete(back))).toMatchObject({ code: 'LOGIN_FAILED', fault: 'foreign-state' });
  expect(await failureOf(client.auth.oauth('nobody').start())).toMatchObject({ status: 400 });
});

describe('a device', () => {
  const decide = (uri: string, fields: object) =>
    fetch(uri, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) });

  test('polls until its user has agreed', async () => {
    const client = clientOf();
    const began = time.now();
    let polls = 0;
    const login = client.auth.device('github', {
      onState: (state) => {
        if (state.state === 'pending' && polls++ === 2) {
          void decide(state.verification_uri, { user_code: state.user_code, login: 'hal@example.com' });
        }
      },
    });
    const token = await login.wait();
    expect(token.token).toBeDefined();
    expect((time.now() - began) % 5_000).toBe(0);
    expect(polls).toBeGreaterThan(2);
    expect(await client.account.get()).toMatchObject({ email: 'hal@example.com' });
  });

  test('is told to slow down, and does; is refused; expires', async () => {
    const { auth } = clientOf();
    const login = auth.device('github');
    const { user_code, verification_uri } = await login.start();
    await login.poll();
    expect(await login.poll()).toMatchObject({ state: 'pending', intervalMs: 10_000, nextPollAt: time.now() + 10_000 });
    await decide(verification_uri, { user_code, deny: true });
    expect(await failureOf(login.wait())).toMatchObject({ fault: 'denied' });
    expect(await failureOf(auth.device('github').wait())).toMatchObject({ fault: 'expired' });
    const foreign = auth.device('github', { from: { ...(await auth.device('github').start()), device_code: 'x' } });
    expect(await failureOf(foreign.wait())).toMatchObject({ status: 400, reason: /no such code/ });
  });
});

test('keys: shown once, limited, revoked', async () => {
  const client = ada();
  const key = await client.keys.create({ name: 'ci', scopes: ['read'] });
  const secret = (key as { api_key?: string }).api_key!;
  expect(secret).toMatch(/^\S{20,}$/);
  expect(JSON.stringify([await client.keys.list(), await client.keys.get(key.id)])).not.toContain(secret);
  const reader = clientOf('0.7', { apiKey: secret });
  expect(await reader.account.get()).toMatchObject({ email: 'ada@example.com' });
  const refused = await failureOf(reader.keys.create({ name: 'more' }));
  expect(refused).toMatchObject({ code: 'OPEN_AGENT_ERROR', status: 403 });
  expect(await client.keys.usage(key.id, { group_by: 'week' })).toBeDefined();
  await client.keys.revoke(key.id);
  expect(await failureOf(reader.account.get())).toMatchObject({ status: 401 });
  const faulty = await failureOf(client.keys.create({ name: 'x', scopes: ['all' as never] }));
  expect(faulty).toMatchObject({ status: 422, param: expect.stringContaining('scopes') });
  expect((faulty as { faults: unknown[] }).faults.length).toBeGreaterThan(0);
  expect(await failureOf(client.keys.get('no-uuid'))).toMatchObject({ status: 422 });
});

test('the account, its plans, and what Stripe tells of them', async () => {
  const client = ada();
  expect(await client.info()).toBeDefined();
  expect(await client.health()).toEqual({ status: 'ok' });
  expect(await client.account.balance()).toMatchObject({ currency: 'USD' });
  expect((await client.account.topup({ amount: 500 })).checkout_url).toMatch(/^http/);
  const [free, pro] = await client.plans.list();
  expect(await client.plans.get(free!.id)).toMatchObject({ name: free!.name });
  expect((await client.plans.list({ is_active: false })).length).toBeGreaterThan(0);
  expect((await client.plans.checkout(pro!.id)).checkout_url).toMatch(/^http/);
  const payment_method_id = crypto.randomUUID();
  const bought = await client.plans.purchase(pro!.id, { payment_method_id });
  expect(bought).toMatchObject({ status: 'active' });
  expect(await client.plans.subscriptions()).toContainEqual(expect.objectContaining({ id: bought.id }));

  const tell = async (id: string, type: string, object: object, secret = 'whsec_agentproto_test') => {
    const body = JSON.stringify({ id, object: 'event', type, data: { object } });
    const signature = await signStripe(body, secret, { timestamp: Math.floor(time.now() / 1000) });
    await client.webhooks.stripe(body, signature);
  };
  const subscription = await client.plans.subscription(bought.id);
  const stripeId = { id: subscription.stripe_subscription_id, customer: subscription.stripe_customer_id };
  await tell('evt_1', 'customer.subscription.updated', { ...stripeId, status: 'past_due' });
  expect(await client.plans.subscription(bought.id)).toMatchObject({ status: 'past_due' });
  const forged = tell('evt_2', 'customer.subscription.updated', { ...stripeId, status: 'unpaid' }, 'whsec_other');
  expect(await failureOf(forged)).toMatchObject({ status: 400, reason: /Stripe-Signature/ });
  await client.webhooks.subscription(
    '{"id":"evt_3","type":"x"}',
    await signStripe('{"id":"evt_3","type":"x"}', 'whsec_agentproto_test', {
      timestamp: Math.floor(time.now() / 1000),
    }),
  );
  expect(await client.plans.cancel(bought.id)).toMatchObject({ cancel_at_period_end: true });
});

test('what others own is not there, and nothing unusual was told', async () => {
  const bob = clientOf('readme', { auth: 'oaa_test_bob' });
  const key = await ada().keys.create({ name: 'mine' });
  expect(await failureOf(clientOf('0.7', { apiKey: 'oaa_test_bob' }).keys.get(key.id))).toMatchObject({
    status: expect.toSatisfy((status: number) => status === 403 || status === 404),
  });
  expect(await bob.account.usage()).toBeDefined();
  expect(deviations).toEqual([]);
});
