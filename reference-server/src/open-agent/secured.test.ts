import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { serving, START } from './serving.test.kit.ts';

const EVENT = '{"id":"evt_1","type":"invoice.paid","data":{"object":{}}}';
const signature = (secret: string) => {
  const at = START / 1_000;
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${EVENT}`).digest('hex')}`;
};

test('a server with keys of its own lets nobody in by what is published', async () => {
  const { ask, post, server } = await serving({ apiKey: 'of-the-server' });
  for (const key of ['oaa_test_ada', 'oaa_test_bob', null]) expect((await ask('/account', { key })).status).toBe(401);
  expect((await ask('/account', { key: 'of-the-server' })).status).toBe(200);
  const base = server.urls['open-agent@0.7']!;
  for (const path of ['google/authorize?redirect_uri=http://127.0.0.1/&state=x', 'device'])
    expect((await fetch(`${base}/provider/${path}`, { redirect: 'manual' })).status).toBe(404);
  expect((await ask('/auth/oauth/google', { key: null })).status).toBe(400);
  expect((await ask('/auth/oauth/google?device_flow=true', { key: null })).status).toBe(400);
  const headers = { 'stripe-signature': signature('whsec_agentproto_test') };
  expect((await post('/stripe/webhook', EVENT, { key: null, headers })).status).toBe(400);
});

test('unless it is told to', async () => {
  const { ask, post } = await serving({
    identities: { carol: 'of-carol' },
    openAgent: {
      accounts: [{ email: 'eve@example.com', keys: ['of-eve'] }],
      provider: true,
      stripeSecrets: ['whsec_mine'],
    },
  });
  expect((await ask('/account', { key: 'of-eve' })).json).toMatchObject({ email: 'eve@example.com' });
  expect((await ask('/account', { key: 'of-carol' })).json).toMatchObject({ name: 'carol' });
  expect((await ask('/auth/oauth/google', { key: null })).status).toBe(200);
  const headers = { 'stripe-signature': signature('whsec_mine') };
  expect((await post('/stripe/webhook', EVENT, { key: null, headers })).status).toBe(200);
});
