import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from './a2a/caller.test.kit.ts';
import { prefersHtml } from './front-page.ts';
import { referenceServer } from './server.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

test('a browser gets a page, others get JSON, with the URLs of all that it speaks', async () => {
  const { url, urls } = await startServer({ quirks: ['a2a.card.no-description'] });
  const plain = await fetch(url);
  expect([plain.status, plain.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(plain.headers.get('vary')).toContain('Accept');
  expect(await plain.json()).toMatchObject({
    name: '@agentproto/reference-server',
    urls,
    pages: expect.arrayContaining(['agentproto.json', 'agent-card.json'].map((name) => `${url}/.well-known/${name}`)),
    quirks: ['a2a.card.no-description'],
    docs: expect.stringContaining('https://'),
  });

  const html = await fetch(url, { headers: { accept: BROWSER } });
  expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const text = await html.text();
  for (const part of [...Object.keys(urls), ...Object.values(urls), 'a2a.card.no-description'])
    expect(text).toContain(part);
  for (const [, href] of text.matchAll(/<a href="(http:[^"]+)"/g)) expect((await fetch(href!)).status).toBe(200);

  const head = await fetch(url, { method: 'HEAD', headers: { accept: BROWSER } });
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
    200,
    'text/html; charset=utf-8',
    '',
  ]);
});

test('what the owner says of its URL is text', async () => {
  const { url } = await startServer({ publicUrl: 'https://agents.example/"<script>' });
  expect(await (await fetch(url, { headers: { accept: 'text/html' } })).text()).not.toContain('<script>');
});

test("a plugin has it below its prefix; without one the page is the application's", async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(referenceServer);
  await app.register(referenceServer, { prefix: '/agents' });
  app.get('/', () => 'mine');
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  expect(await (await fetch(origin)).text()).toBe('mine');
  for (const path of ['/agents', '/agents/']) {
    const answer = (await (await fetch(origin + path)).json()) as { urls: object };
    expect(answer.urls).toMatchObject({ 'a2a@1.0': `${origin}/agents/a2a/1.0` });
  }
});

test.each([
  [BROWSER, true],
  ['text/html', true],
  ['text/html;q=0.5, application/json;q=0.4', true],
  ['text/html;q=0.4, application/json', false],
  ['application/json, text/html', false],
  ['*/*', false],
  ['text/*, application/json;q=0.1', true],
  ['text/html;q=0, */*', false],
  ['', false],
  [undefined, false],
])('who accepts %j wants a page: %j', (accept, wants) => {
  expect(prefersHtml(accept)).toBe(wants);
});
