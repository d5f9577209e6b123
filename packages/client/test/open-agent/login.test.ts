import {
  type DevicePending,
  type DeviceState,
  memoryTokenStore,
  type OAuthRedirecting,
  openAgentClient,
  type Token,
} from '@agentproto/client/open-agent';
import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { scripted, testClock } from './scripted.ts';

const DEVICE = {
  device_code: 'dev_1',
  user_code: 'ABCD-EFGH',
  verification_uri: 'https://agents.example.com/device',
  expires_in: 60,
  interval: 5,
};

test('a device waits as long as it is told to, and slows down', async () => {
  const clock = testClock();
  const began = clock.time;
  const states: DeviceState[] = [];
  const answers = [
    [401, undefined],
    [429, undefined],
    [400, { error: 'slow_down' }],
    [400, { error: 'authorization_pending' }],
    [503, undefined],
    [200, { access_token: 'jwt-1', token_type: 'Bearer', expires_in: 100 }],
  ] as const;
  let polls = 0;
  await using given = await scripted(
    (response, { method }) => {
      if (method === 'GET') return sendJson(response, { ...DEVICE, expires_in: 100 });
      const [status, body] = answers[polls++]!;
      if (body) sendJson(response, body, status);
      else response.writeHead(status).end();
    },
    { clock },
  );
  const login = given.client.auth.device('github', { onState: (state) => states.push(state) });
  const token = await login.wait();
  expect(clock.sleeps).toEqual([5_000, 5_000, 10_000, 15_000, 15_000, 30_000]);
  expect(token).toEqual({ token: 'jwt-1', expiresAt: began + 80_000 + 100_000 });
  expect(login.state).toEqual({ state: 'authorized', token });
  expect(states.map(({ state }) => state)).toEqual([...Array.from({ length: 6 }, () => 'pending'), 'authorized']);
  expect(given.requests[0]!.path).toBe('/v1/auth/oauth/github?device_flow=true');
  expect(JSON.parse(given.requests[1]!.body)).toEqual({ device_code: 'dev_1' });
  expect(given.requests.map(({ headers }) => headers['x-api-key'] ?? headers.authorization)).toEqual(
    Array.from({ length: 7 }, () => undefined),
  );
});

test.each([
  ['a 401 that says so', 401, { detail: 'device code expired' }, 'expired'],
  ['RFC 8628', 400, { error: 'expired_token' }, 'expired'],
  ['the user', 400, { error: { code: 'access_denied', message: 'no' } }, 'denied'],
])('a device that is refused by %s', async (_, status, body, fault) => {
  await using given = await scripted(
    (response, { method }) => (method === 'GET' ? sendJson(response, DEVICE) : sendJson(response, body, status)),
    { clock: testClock() },
  );
  const login = given.client.auth.device('github');
  expect(await failureOf(login.wait())).toMatchObject({ code: 'LOGIN_FAILED', fault });
  expect(login.state.state).toBe(fault);
  expect(await failureOf(login.poll())).toMatchObject({ code: 'INVALID_INPUT' });
});

test('a device code that nobody enters expires by our own clock; a bad one is an error at once', async () => {
  const clock = testClock();
  await using given = await scripted(
    (response, { method, path }) => {
      if (method === 'GET')
        return sendJson(response, path.includes('bad') ? { ...DEVICE, device_code: 'bad' } : DEVICE);
      response.writeHead(given.requests.at(-1)!.body.includes('bad') ? 400 : 401).end();
    },
    { clock },
  );
  expect(await failureOf(given.client.auth.device('github').wait())).toMatchObject({ fault: 'expired' });
  expect(clock.sleeps.reduce((sum, ms) => sum + ms)).toBe(60_000);
  expect(given.requests).toHaveLength(1 + 11);
  const bad = given.client.auth.device('bad');
  expect(await failureOf(bad.wait())).toMatchObject({ code: 'OPEN_AGENT_ERROR', status: 400, reason: '' });
});

test('a pending login is plain data that another process goes on from, and an abort ends the wait', async () => {
  const clock = testClock();
  await using given = await scripted(
    (response, { method }, count) => {
      if (method === 'GET') return sendJson(response, DEVICE);
      if (count < 3) return void response.writeHead(401).end();
      sendJson(response, { token: 'jwt-2' });
    },
    { clock },
  );
  const { client } = given;
  const pending = await client.auth.device('github').start();
  expect(pending.nextPollAt).toBe(clock.time + 5_000);
  const kept = JSON.parse(JSON.stringify(pending)) as DevicePending;
  const again = client.auth.device('github', { from: kept });
  expect((await again.poll()).state).toBe('pending');
  expect(await again.wait()).toEqual({ token: 'jwt-2' });
  const abort = new AbortController();
  abort.abort('enough');
  const late = client.auth.device('github', { from: kept }).wait({ signal: abort.signal });
  expect(await failureOf(late)).toMatchObject({ code: 'ABORTED', reason: 'enough' });
});

test('a redirect: the state is kept over the page, and must come back', async () => {
  await using given = await scripted((response, { path }) => {
    if (path.includes('callback')) return sendJson(response, { token: 'jwt-3', expires_at: '2030-01-01T00:00:00Z' });
    sendJson(response, { authorization_url: 'https://provider.example/auth?x=1', state: 'csrf-1' });
  });
  const { auth } = given.client;
  const asked = await auth.oauth('google', { redirectUri: 'https://app.example/back' }).start();
  expect(asked).toMatchObject({ authorization_url: 'https://provider.example/auth?x=1', csrf: 'csrf-1' });
  const kept = JSON.parse(JSON.stringify(asked)) as OAuthRedirecting;
  const login = auth.oauth('google', { from: kept });
  const back = 'https://app.example/back?code=c1&state=';
  expect(await failureOf(login.complete(`${back}other`))).toMatchObject({ fault: 'foreign-state' });
  expect(await failureOf(login.complete('https://app.example/back?code=c1'))).toMatchObject({ fault: 'foreign-state' });
  const denied = login.complete('https://app.example/back?error=access_denied&state=csrf-1');
  expect(await failureOf(denied)).toMatchObject({ code: 'LOGIN_FAILED', fault: 'denied' });
  expect(await failureOf(login.complete({ state: 'csrf-1' }))).toMatchObject({ code: 'INVALID_INPUT' });
  expect(given.requests).toHaveLength(1);
  const token = await login.complete(`${back}csrf-1`);
  expect(token).toEqual({ token: 'jwt-3', expiresAt: Date.parse('2030-01-01T00:00:00Z') });
  expect(given.requests.map(({ path }) => path)).toEqual([
    '/v1/auth/oauth/google?redirect_uri=https%3A%2F%2Fapp.example%2Fback',
    '/v1/auth/oauth/google/callback?code=c1&state=csrf-1',
  ]);
  expect(() => auth.oauth('github', { from: kept })).toThrow('expected a login by github');
});

test('a magic link: sent, verified from the whole link or the token, and the token goes with every call', async () => {
  const names = ['token', 'access_token', 'jwt_token', 'api_key'];
  let verified = 0;
  await using given = await scripted((response, { path }) => {
    if (path === '/v1/auth/link') return void response.writeHead(204).end();
    if (path.includes('verify')) return sendJson(response, { [names[verified++]!]: `jwt-${verified}`, expires_in: 10 });
    sendJson(response, { agents: [] });
  });
  const { client } = given;
  for (const link of ['https://h/auth/link/verify/tok%2F1', 'https://h/login?token=tok%2F1', 'tok/1', ' tok/1\n']) {
    const login = client.auth.magicLink('ada@example.com');
    expect((await login.send()).state).toBe('sent');
    await login.verify(link);
    expect(login.state).toMatchObject({ state: 'verified', token: { token: `jwt-${verified}` } });
    expect(given.requests.at(-1)!.path).toBe('/v1/auth/link/verify/tok%2F1');
  }
  await client.agents.list();
  expect(given.requests.at(-1)!.headers).toMatchObject({ authorization: 'Bearer jwt-4', 'x-api-key': 'oaa_test_key' });
  await client.auth.logout();
  await client.agents.list();
  expect(given.requests.at(-1)!.headers.authorization).toBeUndefined();
  expect(() => client.auth.magicLink('nobody')).toThrow('expected an address');
});

test("the README's link is verified by its query; a cookie is a token too", async () => {
  const cookies = [
    'session=s-1234567; Path=/; HttpOnly; Max-Age=60',
    'theme=; Max-Age=0',
    'csrf=c-1; Expires=Thu, 01 Jan 2032 00:00:00 GMT',
  ];
  const clock = testClock();
  await using given = await scripted(
    (response, { path, headers }) => {
      if (path.includes('verify')) return void response.writeHead(200, { 'set-cookie': cookies }).end();
      if (headers.cookie) return sendJson(response, { agents: [] });
      response.writeHead(401).end();
    },
    { revision: 'readme', clock },
  );
  const token = await given.client.auth.magicLink('ada@example.com').verify('tok');
  expect(given.requests[0]!.path).toBe('/v1/auth/link/verify?token=tok');
  expect(token).toEqual({ cookie: 'session=s-1234567; csrf=c-1', expiresAt: clock.time + 60_000 });
  expect(await given.client.agents.list()).toEqual([]);
  // Once it has expired, it is not sent.
  clock.time += 60_000;
  expect(await failureOf(given.client.agents.list())).toMatchObject({ status: 401, reason: '' });
});

test('waits until a link is opened elsewhere', async () => {
  const clock = testClock();
  await using given = await scripted(
    (response, _, count) => sendJson(response, count < 3 ? { status: 'pending' } : { verified: true }),
    { clock },
  );
  const login = given.client.auth.magicLink('ada@example.com');
  await login.waitUntilUsed('tok', { intervalMs: 1_000 });
  expect(clock.sleeps).toEqual([1_000, 1_000]);
  await using never = await scripted((response) => sendJson(response, { verified: false }), { clock: testClock() });
  const waiting = never.client.auth.magicLink('ada@example.com').waitUntilUsed('tok', { withinMs: 5_000 });
  expect(await failureOf(waiting)).toMatchObject({ code: 'LOGIN_FAILED', fault: 'expired' });
  expect(never.requests).toHaveLength(4);
});

test('an answer without a token is an error that says what was expected', async () => {
  await using given = await scripted((response) => sendJson(response, { message: 'ok' }));
  expect(await failureOf(given.client.auth.verifyLink('t'))).toMatchObject({
    code: 'MALFORMED_RESPONSE',
    expected: expect.stringContaining('access_token'),
  });
});

test('a store of its own, that is slow; a call that brings its own credentials wins', async () => {
  const kept: { token: Token | undefined } = { token: { token: 'stored-token' } };
  const tokens = { get: async () => kept.token, set: async (token: Token | undefined) => void (kept.token = token) };
  await using given = await scripted((response) => sendJson(response, { agents: [] }), { tokens });
  await given.client.agents.list();
  await given.client.agents.list({ headers: { authorization: 'Bearer mine-12345', 'x-api-key': 'other' } });
  expect(given.requests.map(({ headers }) => [headers.authorization, headers['x-api-key']])).toEqual([
    ['Bearer stored-token', 'oaa_test_key'],
    ['Bearer mine-12345', 'other'],
  ]);
  expect(() => openAgentClient('http://h', { apiKey: 'a b' })).toThrow('printable ASCII');
  expect(memoryTokenStore({ token: 'x' }).get()).toEqual({ token: 'x' });
});
