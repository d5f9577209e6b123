import { is } from '@agentproto/rules/a2a/1.0';
import { expect, test } from 'vitest';
import { startServer } from './caller.test.kit.ts';

const PATHS = ['/.well-known/agent-card.json', '/a2a/1.0/.well-known/agent-card.json'];

test.each(PATHS)('%s is a valid card of both bindings', async (path) => {
  const { url, urls } = await startServer({ protocols: ['a2a@1.0'] });
  const response = await fetch(url + path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  const card: unknown = await response.json();
  expect(is('AgentCard', card)).toBe(true);
  expect(card).toMatchObject({
    supportedInterfaces: [
      { url: urls['a2a@1.0'], protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: urls['a2a@1.0'], protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
    ],
    capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
  });
});

test('can be cached, and asked for again', async () => {
  const { url } = await startServer({ a2a: { cardMaxAgeS: 5 } });
  const card = url + PATHS[0];
  const first = await fetch(card);
  const etag = first.headers.get('etag') ?? '';
  const modified = first.headers.get('last-modified') ?? '';
  expect(etag).toMatch(/^"[\w-]+"$/);
  expect(first.headers.get('cache-control')).toBe('public, max-age=5');
  const again = async (headers: Record<string, string>) => {
    const response = await fetch(card, { headers });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.text() };
  };
  const same = { status: 304, etag, body: '' };
  expect(await again({ 'if-none-match': etag })).toEqual(same);
  expect(await again({ 'if-none-match': `"x", W/${etag}` })).toEqual(same);
  expect(await again({ 'if-none-match': '*' })).toEqual(same);
  expect(await again({ 'if-modified-since': modified })).toEqual(same);
  expect((await again({ 'if-none-match': '"x"' })).status).toBe(200);
  // A tag decides alone (RFC 9110, 13.1.3).
  expect((await again({ 'if-none-match': '"x"', 'if-modified-since': modified })).status).toBe(200);
  expect((await again({ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(200);
});

test('HEAD has the same head and no body', async () => {
  const { url } = await startServer();
  const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => fetch(url + PATHS[0], { method })));
  const shown = (response: Response | undefined) =>
    [...(response?.headers ?? [])].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name));
  expect(head?.status).toBe(200);
  expect(shown(head)).toEqual(shown(get));
  expect(await head?.text()).toBe('');
});

test('says what it is told to say', async () => {
  const { url } = await startServer({
    protocols: ['a2a@1.0'],
    publicUrl: 'https://agents.example/x/',
    a2a: { card: { name: 'Mine', defaultInputModes: ['text/plain'] } },
  });
  expect(await (await fetch(url + PATHS[0])).json()).toMatchObject({
    name: 'Mine',
    defaultInputModes: ['text/plain'],
    supportedInterfaces: [{ url: 'https://agents.example/x/a2a/1.0' }, { url: 'https://agents.example/x/a2a/1.0' }],
  });
});

test('the server says what it speaks and that it plays scripts', async () => {
  const { url, urls } = await startServer({ protocols: ['a2a@1.0'] });
  expect(await (await fetch(`${url}/.well-known/agentproto.json`)).json()).toEqual({
    script: 1,
    protocols: ['a2a@1.0'],
    urls,
    setUp: {},
  });
});
