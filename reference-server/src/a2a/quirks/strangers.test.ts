import { expect, test } from 'vitest';
import { PERSONAS, personaQuirks, QUIRKS } from '../../quirks.ts';
import { caller, startServer } from '../caller.test.kit.ts';

const withQuirk = (name: string) => startServer({ quirks: QUIRKS.filter((quirk) => quirk.name === name) });

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const rpc = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });
const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }] };
const events = async (response: Response) =>
  (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);

test('refuses application/a2a+json and takes application/json', async () => {
  const server = await withQuirk('a2a.rest.refuses-a2a-json');
  const url = `${server.urls['a2a@1.0']}/message:send`;
  const [refused, taken] = [
    await post(url, { message }, { 'content-type': 'application/a2a+json' }),
    await post(url, { message }),
  ];
  expect([refused.status, taken.status]).toEqual([415, 200]);
});

test('names stream events after their messages, over either binding', async () => {
  for (const [name, path, body] of [
    ['a2a.rpc.event-aliases', '', rpc('SendStreamingMessage', { message })],
    ['a2a.rest.event-aliases', '/message:stream', { message }],
  ] as const) {
    const server = await withQuirk(name);
    const said = await events(await post(`${server.urls['a2a@1.0']}${path}`, body));
    const members = said.flatMap((event) => Object.keys((event.result as object | undefined) ?? event));
    expect(members).toEqual(['task', 'taskArtifactUpdate', 'taskStatusUpdate']);
  }
});

test('begins a stream over HTTP+JSON with a bare task', async () => {
  const server = await withQuirk('a2a.rest.bare-first-event');
  const [first] = await events(await post(`${server.urls['a2a@1.0']}/message:stream`, { message }));
  expect(Object.keys(first!)).toEqual(expect.arrayContaining(['id', 'status']));
});

test('refuses a version in a shape that neither binding has', async () => {
  const server = await withQuirk('a2a.version.refused-in-another-shape');
  const url = server.urls['a2a@1.0']!;
  for (const response of [
    await post(url, rpc('GetTask', { id: 'x' }), { 'a2a-version': '99.0' }),
    await post(`${url}/message:send`, { message }, { 'a2a-version': '99.0' }),
  ])
    expect([response.status, Object.keys(((await response.json()) as { error: object }).error)]).toEqual([
      400,
      ['code', 'status', 'message'],
    ]);
});

test('answers bad input with a bare 500, and good input as ever', async () => {
  const server = await withQuirk('a2a.rpc.bad-input-is-a-500');
  const bad = await post(server.urls['a2a@1.0']!, '{"jsonrpc":');
  expect([bad.status, bad.headers.get('content-type')]).toEqual([500, 'text/plain']);
  expect((await caller(server, 'JSONRPC').send('x')).task?.status.state).toBe('TASK_STATE_COMPLETED');
});

test('answers a list with neither result nor error', async () => {
  const server = await withQuirk('a2a.rpc.neither-result-nor-error');
  const answer = await post(server.urls['a2a@1.0']!, rpc('ListTasks', {}));
  expect(await answer.json()).toEqual({ jsonrpc: '2.0', id: 1 });
});

test('dies, so that not even a connection is answered', async () => {
  const server = await withQuirk('a2a.wire.dies-at-the-twelfth-request');
  const ask = () => post(server.urls['a2a@1.0']!, rpc('GetTask', { id: 'x' })).then(({ status }) => status);
  for (let i = 1; i < 12; i++) expect(await ask()).toBe(200);
  await expect(ask()).rejects.toThrow('fetch failed');
  await expect(ask()).rejects.toThrow('fetch failed');
});

test('a persona is a list of quirks that there are', () => {
  for (const [name, quirks] of Object.entries(PERSONAS))
    expect(personaQuirks(name).map((quirk) => quirk.name)).toEqual(quirks);
  expect(() => personaQuirks('nobody')).toThrow(
    'expected one of a2akit-like, dcaf-2.1, wayflow-responses@26.3, open-agent@0.7; got nobody',
  );
});
