import type { ApiKeyInfo, AuthToken, OAuthStart } from '@agentproto/protocol/open-agent/0.7';
import { is } from '@agentproto/rules/open-agent/0.7';
import { describe, expect, test } from 'vitest';
import { bearer, serving } from './serving.test.kit.ts';

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
  const { authorization_url: again } = (await ask('/auth/oauth/google', { key: null })).json as OAuthStart;
  const denied = await fetch(`${again!}&deny=true`);
  expect([denied.status, await denied.json()]).toMatchObject([
    401,
    { detail: expect.stringMatching(/^access_denied/) },
  ]);
  expect((await fetch(`${again!}&login=nobody`)).status).toBe(400);
  expect((await ask('/auth/oauth/google?redirect_uri=javascript:x', { key: null })).status).toBe(400);
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
    // As it may be typed.
    body: new URLSearchParams({ user_code: ` ${user!.replace('-', '').toLowerCase()}`, login: 'eve@example.com' }),
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
  for (const query of ['group_by=year', 'start_date=2026-02-31', 'end_date=now'])
    expect((await ask(`/account/keys/${id}/usage?${query}`)).status).toBe(422);
  for (const days of [-1, 1e15])
    expect((await post('/account/keys', { name: 'x', expires_in: days })).status).toBe(422);
  await clock.advance(86_400_000);
  expect((await ask('/account', { key: secret! })).status).toBe(401);
  const { api_key: other, id: otherId } = (await post('/account/keys', { name: 'y' })).json as ApiKeyInfo;
  expect((await ask(`/account/keys/${otherId}`, { method: 'DELETE' })).status).toBe(200);
  expect((await ask('/account', { key: other! })).status).toBe(401);
});

test('a seeded key may have expired; scopes hold', async () => {
  const keys = [
    { key: 'old', expiresAt: '2026-11-29T11:59:59Z' },
    { key: 'reader', scopes: ['read' as const] },
  ];
  const { ask, post } = await serving({ openAgent: { accounts: [{ email: 'eve@example.com', keys }] } });
  expect((await ask('/account', { key: 'old' })).status).toBe(401);
  expect((await ask('/account', { key: 'reader' })).status).toBe(200);
  expect((await post('/agents', { id: 'a' }, { key: 'reader' })).status).toBe(403);
  expect((await ask('/account', { key: 'oaa_test_ada' })).status).toBe(401);
});
