import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { decodeSse } from '@agentproto/wire/sse';
import { startServer } from '../a2a/caller.test.kit.ts';
import { VirtualClock } from '../index.ts';
import type { ReferenceServer, ServerOptions } from '../index.ts';

const controlled = (options: ServerOptions = {}) => startServer({ control: true, log: 'silent', ...options });

/** As any language asks: a method, a path, JSON. */
async function ask({ url }: { url: string }, what: string, body?: unknown, headers: Record<string, string> = {}) {
  const [method, path] = what.split(' ') as [string, string];
  const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${url}/__agentproto${path}`, { method, headers, ...given });
  const answer = await response.text();
  // oxlint-disable-next-line typescript/no-explicit-any -- What the test expects is what it looks at.
  return { status: response.status, body: (answer === '' ? undefined : JSON.parse(answer)) as any };
}

async function chat({ url }: { url: string }, content: string, headers = {}) {
  const response = await fetch(`${url}/api/chat-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages: [{ role: 'user', content }] }),
  });
  return { status: response.status, text: await response.text().catch(() => '(broken)') };
}

test('it is there only where it was asked for, and what it is asked is no request', async () => {
  const plain = await startServer();
  expect((await fetch(`${plain.url}/__agentproto/journal`)).status).toBe(404);
  const server = await controlled();
  server.fail({ status: 500 });
  server.fault({ kind: 'cut', at: { bytes: 1 } });
  const front = await ask(server, 'GET /');
  expect(front.body).toMatchObject({ url: server.url, urls: server.urls });
  expect(front.body.places).toContain('POST /__agentproto/reset');
  expect((await ask(server, 'GET /urls')).body).toEqual({ url: server.url, urls: server.urls });
  expect(server.requests).toEqual([]);
  expect(await ask(server, 'POST /nowhere')).toMatchObject({
    status: 404,
    body: { error: { message: expect.stringContaining('There is no POST /__agentproto/nowhere; there is GET ') } },
  });
  const control = 'yes' as unknown as boolean;
  await expect(controlled({ control })).rejects.toThrow('control: expected one of true, false, remote; got "yes"');
});

test('the journal, whole and by path, protocol and test', async () => {
  const server = await controlled();
  await chat(server, 'hello', { 'x-test-id': 'mine', authorization: 'Bearer hush' });
  await fetch(`${server.url}/.well-known/agent-card.json`);
  await expect.poll(() => server.requests[0]?.answer?.end).toBe('complete');
  const { requests } = (await ask(server, 'GET /journal')).body;
  expect(requests).toMatchObject([
    {
      id: 1,
      method: 'POST',
      path: '/api/chat-stream',
      protocol: 'chat@docs',
      headers: { authorization: '[redacted]' },
    },
    { id: 2, path: '/.well-known/agent-card.json', protocol: 'a2a@1.0', answer: { status: 200 } },
  ]);
  expect(requests[0].answer.events.at(-1).json).toMatchObject({ type: 'done' });
  const ids = async (query: string) =>
    (await ask(server, `GET /journal?${query}`)).body.requests.map(({ id }: { id: number }) => id);
  expect(await ids('testId=mine')).toEqual([1]);
  expect(await ids('protocol=chat')).toEqual([1]);
  expect(await ids('protocol=a2a@1.0')).toEqual([2]);
  expect(await ids('path=well-known')).toEqual([2]);
  expect(await ids('method=post')).toEqual([1]);
  expect(await ids('after=1')).toEqual([2]);
  expect((await ask(server, 'GET /journal?protocol=smtp')).body.error.message).toMatch(
    /^protocol: expected one of a2a, .*; got "smtp"$/,
  );
  expect((await ask(server, 'GET /journal?test=1')).body.error.message).toContain(
    'there is no "test"; expected path, ',
  );
  expect((await ask(server, 'GET /journal?path=a&path=b')).body.error.message).toContain(
    'expected path once; got it 2',
  );
  await ask(server, 'DELETE /journal');
  expect(server.requests).toEqual([]);
});

/** What the live journal tells, one by one. */
async function watch(server: ReferenceServer, query = '') {
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const response = await fetch(`${server.url}/__agentproto/journal/live${query}`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events = decodeSse(response.body!)[Symbol.asyncIterator]();
  return {
    async next() {
      const { value } = await events.next();
      return value && { type: value.event, ...JSON.parse(value.data) };
    },
    leave: () => leave.abort(),
  };
}

test('the journal while it grows: what there was, requests, events of a stream as they are sent, ends', async () => {
  const server = await controlled();
  await chat(server, 'before');
  await expect.poll(() => server.requests[0]?.answer?.end).toBe('complete');
  const all = await watch(server);
  const mine = await watch(server, '?testId=mine');
  expect(await all.next()).toMatchObject({ type: 'request', id: 1, answer: { end: 'complete' } });
  server.script({}, { steps: [{ text: 'one' }, { hold: { until: 'signal', signal: 'go' } }, { text: 'two' }] });
  const asked = chat(server, 'hello', { 'x-test-id': 'mine' });
  for (const seen of [all, mine]) {
    expect(await seen.next()).toMatchObject({
      type: 'request',
      id: 2,
      protocol: 'chat@docs',
      json: { messages: [{}] },
    });
    expect(await seen.next()).toMatchObject({ type: 'answer', id: 2, answer: { status: 200 } });
    expect(await seen.next()).toMatchObject({
      type: 'event',
      id: 2,
      event: { json: { type: 'text_delta', text: 'one' } },
    });
  }
  await ask(server, 'POST /signals/go');
  for (const seen of [all, mine]) {
    expect(await seen.next()).toMatchObject({ type: 'event', event: { json: { text: 'two' } } });
    expect(await seen.next()).toMatchObject({ type: 'event', event: { json: { type: 'done' } } });
    expect(await seen.next()).toMatchObject({ type: 'answer', id: 2, answer: { end: 'complete' } });
  }
  expect((await asked).text).toContain('two');
  await fetch(`${server.url}/health`);
  expect(await all.next()).toMatchObject({ type: 'request', path: '/health' });
  expect(await all.next()).toMatchObject({ type: 'answer', answer: { json: { status: 'ok' }, end: 'complete' } });
  server.reset();
  expect(await mine.next()).toEqual({ type: 'cleared' });
  await server.close();
  expect(await mine.next()).toBeUndefined();
});

test('a socket is told, too', async () => {
  const server = await controlled();
  const seen = await watch(server, '?protocol=chat');
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/chat-ws`);
  onTestFinished(() => socket.close());
  const hello = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
  socket.addEventListener('open', () => socket.send(hello));
  expect(await seen.next()).toMatchObject({ type: 'request', id: 1, method: 'GET', path: '/api/chat-ws' });
  expect(await seen.next()).toMatchObject({ type: 'answer', id: 1, answer: { status: 101 } });
  expect(await seen.next()).toMatchObject({ type: 'request', id: 2, method: 'MESSAGE', protocol: 'chat@docs' });
  expect(await seen.next()).toMatchObject({ type: 'event', id: 1, event: { json: { type: 'text_delta' } } });
});

test('scripts, failures and faults are set, told and taken back', async () => {
  const server = await controlled();
  const set = await ask(server, 'POST /scripts', {
    match: { text: { regex: '^weather', flags: 'i' }, protocol: 'chat' },
    script: { steps: [{ text: 'Sunny.' }] },
  });
  expect(set).toMatchObject({ status: 201, body: { id: 1, match: { text: { regex: '^weather', flags: 'i' } } } });
  await ask(server, 'POST /scripts', { match: { text: '/^rain$/' }, script: [{ text: 'Wet.' }] });
  expect((await chat(server, 'Weather?')).text).toContain('Sunny.');
  expect((await chat(server, 'rain')).text).toContain('Wet.');
  expect((await ask(server, 'DELETE /scripts/1')).body.scripts).toMatchObject([
    { id: 2, match: { text: { regex: '^rain$' } } },
  ]);
  expect((await chat(server, 'Weather?')).text).not.toContain('Sunny.');
  expect((await ask(server, 'DELETE /scripts/1')).body.error.message).toContain('there is no 1; there is 2.');

  await ask(server, 'POST /failures', { status: 429, retryAfter: 0, match: { regex: 'chat-stream$' } });
  expect((await ask(server, 'GET /failures')).body.failures).toEqual([
    { id: 1, failure: { status: 429, retryAfter: 0, match: { regex: 'chat-stream$' } }, left: 1 },
  ]);
  expect((await chat(server, 'a')).status).toBe(429);
  expect((await ask(server, 'GET /failures')).body.failures).toEqual([]);

  await ask(server, 'POST /faults', { kind: 'cut', at: { event: 1 }, how: 'reset', match: '/api/' });
  expect((await chat(server, 'a')).text).toBe('(broken)');
  await expect
    .poll(async () => (await ask(server, 'GET /faults')).body.faults[0])
    .toMatchObject({ left: 0, applied: 1 });
  server.fault({ kind: 'stall', at: { event: 0 }, rate: 0, match: () => true });
  expect((await ask(server, 'GET /state')).body).toMatchObject({
    clock: { virtual: false },
    faults: [{ id: 1 }, { id: 2, left: 'any', fault: { match: '(a function)' } }],
    scripts: [{ id: 2 }],
  });
  expect((await ask(server, 'DELETE /faults')).body).toEqual({ faults: [] });
  await ask(server, 'POST /reset');
  expect((await ask(server, 'GET /scripts')).body).toEqual({ scripts: [] });
});

test.each([
  [
    'POST /faults',
    undefined,
    'POST /__agentproto/faults: expected JSON such as {"kind": "cut", "at": {"event": 2}}; got no body',
  ],
  ['POST /faults', '{"kind"', 'POST /__agentproto/faults: expected JSON such as'],
  ['POST /faults', [], 'expected an object such as {"kind": "cut", "at": {"event": 2}}; got []'],
  ['POST /faults', { kind: 'bend' }, 'fault.kind: expected cut, stall, duplicate, '],
  ['POST /faults', { kind: 'cut', at: 2 }, 'fault.at: expected { event: N }, '],
  [
    'POST /faults',
    { kind: 'drip', bytes: 1, everyMs: 1, match: 7 },
    'fault.match: expected a text or an expression, or a function; got 7',
  ],
  [
    'POST /faults',
    { kind: 'drip', bytes: 1, everyMs: 1, match: { regex: '(' } },
    'fault.match: expected a regular expression; Invalid',
  ],
  [
    'POST /faults',
    { kind: 'drip', bytes: 1, everyMs: 1, match: { regexp: 'a' } },
    'fault.match: there is no "regexp"; expected regex, flags',
  ],
  [
    'POST /faults',
    { kind: 'drip', bytes: 1, everyMs: 1, testId: 7 },
    'fault.testId: expected what the request has in X-Test-Id, a text; got 7',
  ],
  ['POST /failures', { status: 200 }, 'fail.status: expected a number from 400 to 599; got 200'],
  ['POST /failures', { status: 500, mach: 'a' }, 'fail.mach: there is no such option; did you mean match?'],
  ['POST /scripts', { match: {} }, 'scripts.script: expected {"steps": […]}; got nothing'],
  ['POST /scripts', { match: [], script: {} }, 'scripts.match: expected an object such as {"text": "hello"}; got []'],
  ['POST /scripts', { match: { text: 7 }, script: [] }, 'script.text: expected a text or an expression; got 7'],
  [
    'POST /scripts',
    { match: { text: '/a/g' }, script: [] },
    'script.text: expected flags among i, m, s, u, v; got "g"',
  ],
  ['POST /scripts', { match: { protocol: 'smtp' }, script: [] }, 'script.protocol: expected one of a2a@1.0, '],
  ['POST /scripts', { match: { when: 'x' }, script: [] }, 'script.when: expected a function; got "x"'],
  ['POST /scripts', { script: { steps: [{ nap: 1 }] } }, 'nap'],
  ['POST /clock', {}, 'clock.advanceMs: expected milliseconds, a number from 0 to 2147483647; got nothing'],
  ['POST /clock', { advanceMs: 1, by: 2 }, 'clock: there is no "by"; expected advanceMs, sleeping'],
  ['POST /sink/a?status=42', {}, 'status: expected a whole number from 200 to 599; got "42"'],
  ['DELETE /faults/x', undefined, '/__agentproto/faults/ID: expected a whole number from 1; got "x"'],
])('%s of %j is a 400 that says what was expected', async (what, body, message) => {
  const server = await controlled();
  const answer = await ask(server, what, body);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  expect(answer.body.error.message).toContain(message);
});

test('a reset begins the seed anew', async () => {
  const server = await controlled({ seed: 7 });
  const drawn = async () => {
    await ask(server, 'POST /failures', { status: 503, rate: 0.5 });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await fetch(`${server.url}/health`)).status);
    await ask(server, 'POST /reset');
    return statuses;
  };
  const first = await drawn();
  expect(new Set(first).size).toBe(2);
  expect(await drawn()).toEqual(first);
});

test('time is told, and moved where it stands still', async () => {
  const real = await controlled();
  expect(await ask(real, 'POST /clock', { advanceMs: 1 })).toMatchObject({
    status: 409,
    body: { error: { code: 'CLOCK_NOT_VIRTUAL', message: expect.stringContaining('--virtual-clock') } },
  });
  const server = await controlled({ clock: new VirtualClock(1_000) });
  server.script({}, { steps: [{ sleep: 60_000 }, { text: 'late' }] });
  const asked = chat(server, 'a');
  const moved = await ask(server, 'POST /clock', { advanceMs: 60_000, sleeping: 1 });
  expect(moved.body).toEqual({ now: 61_000, virtual: true });
  expect((await asked).text).toContain('late');
  expect((await ask(server, 'GET /clock')).body).toEqual({ now: 61_000, virtual: true });
});

test('a sink keeps what webhooks bring', async () => {
  const server = await controlled({ a2a: { capabilities: { pushNotifications: true } }, webhooks: { loopback: true } });
  const url = `${server.url}/__agentproto/sink/mine`;
  const sent = await fetch(`${server.urls['a2a@1.0']}/message:send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({
      message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] },
      configuration: { taskPushNotificationConfig: { url, token: 'hush' } },
    }),
  });
  expect(sent.status).toBe(200);
  const kept = async () => (await ask(server, 'GET /sink/mine')).body.requests;
  await expect
    .poll(async () => (await kept()).at(-1)?.json)
    .toMatchObject({
      statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } },
    });
  expect(JSON.stringify(await kept())).not.toContain('hush');
  expect(server.requests.map(({ path }) => path)).toEqual(['/a2a/1.0/message:send']);
  expect((await ask(server, 'POST /sink/other?status=503', 'plain')).status).toBe(503);
  expect((await ask(server, 'GET /sink/other')).body.requests).toMatchObject([{ method: 'POST', body: 'plain' }]);
  expect((await ask(server, 'GET /sink')).body.sinks).toMatchObject({ other: 1 });
  await ask(server, 'DELETE /sink/other');
  expect((await ask(server, 'GET /sink')).body.sinks).not.toHaveProperty('other');
  expect((await ask(server, 'POST /sink/big', 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
});

/** The status of a request whose head is written by hand. */
async function head({ url }: { url: string }, lines: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`POST /__agentproto/reset HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n${lines}\r\n\r\n`);
  return Number((await text(socket)).split(' ')[1]);
}

test.each([
  ['Host: 127.0.0.1', 200],
  ['Host: localhost:8080', 200],
  ['Host: app.localhost', 200],
  ['Host: [::1]:80', 200],
  ['Host: 127.0.0.1\r\nOrigin: http://localhost:3000', 200],
  // A name that was made to stand for this machine.
  ['Host: rebound.example', 403],
  ['Host: 127.0.0.1.example:80', 403],
  ['Host: 127.0.0.1@rebound.example', 403],
  ['Host: rebound.example\r\nOrigin: http://rebound.example', 403],
  ['Host: in-memory.invalid', 403],
  ['Host: 127.0.0.1\r\nOrigin: https://evil.example', 403],
  ['Host: 127.0.0.1\r\nOrigin: null', 403],
  ['Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9', 403],
])('%j is answered with %i', async (lines, status) => {
  const server = await controlled({ allowedOrigins: ['*'] });
  expect(await head(server, lines)).toBe(status);
});

test('from other machines only where that was asked for, and with a key where there are keys', async () => {
  const { networkInterfaces } = await import('node:os');
  const address = Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const hosted = { host: '0.0.0.0', apiKey: 'sesame' };
  const [local, remote] = [await controlled(hosted), await controlled({ ...hosted, control: 'remote' })];
  expect((await ask(local, 'GET /state')).status).toBe(200);
  expect(await head(remote, 'Host: double:80')).toBe(401);
  expect(await head(remote, 'Host: double:80\r\nAuthorization: Bearer sesame')).toBe(200);
  expect(await head(remote, 'Host: double:80\r\nAuthorization: Bearer sesame\r\nOrigin: http://evil.example')).toBe(
    403,
  );
  if (address === undefined) return;
  const from = (server: ReferenceServer) => ({ url: server.url.replace('127.0.0.1', address) });
  expect(await ask(from(local), 'GET /state')).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
  expect((await ask(from(remote), 'GET /state', undefined, { 'x-api-key': 'sesame' })).status).toBe(200);
});

test('without a port, too', async () => {
  const server = await controlled({ listen: false });
  const answer = await server.fetch(`${server.url}/__agentproto/state`);
  expect(await answer.json()).toMatchObject({ url: server.url });
});

test('the inspector is one page that loads nothing', async () => {
  const server = await controlled();
  const response = await fetch(`${server.url}/__agentproto/ui`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'; script-src 'sha256-");
  expect(policy).toContain("frame-ancestors 'none'");
  const page = await response.text();
  expect(page).not.toMatch(/https?:\/\//);
  expect(page).not.toMatch(/\ssrc=/);
});
