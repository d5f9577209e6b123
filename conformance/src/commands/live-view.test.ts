import { get, request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { cancelExchange, sampleRun, sourceOfRun } from '../report/sample.test.data.ts';
import { serveLive } from './live-view.ts';

const scoring = { failOn: 'must', allowIncomplete: false } as const;

test('the page, what is new, an exchange, and nothing for other sites', async () => {
  await using view = await serveLive(scoring);
  expect((await fetch(view.url)).status).toBe(503);
  // Rows of the real registry, which the sample's ids are a part of.
  const record = { ...sourceOfRun(sampleRun), events: [] };
  view.begin(() => record);
  const text = await (await fetch(view.url)).text();
  expect(text).toContain("connect-src 'self'");
  const element = /id="report">([^<]*)</.exec(text)![1]!;
  expect(JSON.parse(element)).toMatchObject({ live: 'running', report: { target: { url: 'http://127.0.0.1:4000' } } });

  const events = await fetch(`${view.url}events`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toMatch(/^data: \{"page":/);
  view.listen({ type: 'exchange', exchange: cancelExchange });
  const { value } = await reader.read();
  const { added } = JSON.parse(value!.slice('data: '.length)) as { added: unknown[] };
  expect(added).toMatchObject([{ run: 0, id: 12, frames: 6 }]);
  expect(await (await fetch(`${view.url}exchange/0/12`)).json()).toMatchObject({ id: 12 });
  expect((await fetch(`${view.url}exchange/0/13`)).status).toBe(404);

  const { port } = new URL(view.url);
  const status = await new Promise((resolve, reject) =>
    request({ host: '127.0.0.1', port, headers: { host: 'evil.example' } }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end(),
  );
  expect(status).toBe(403);
});

test('a page has what it could ask for when the run is over', async () => {
  const view = await serveLive(scoring);
  const record = { ...sourceOfRun(sampleRun), events: [] };
  view.begin(() => record);
  // More than a socket takes at once.
  const many = Array.from({ length: 500 }, (_, id) => ({ ...cancelExchange, id }));
  for (const exchange of many) view.listen({ type: 'exchange', exchange });
  const events = await fetch(`${view.url}events`);
  const over = view[Symbol.asyncDispose]();
  const text = await events.text();
  await over;
  const kept = text.split('\n\n').filter((event) => event.startsWith('event: kept'));
  expect(kept).toHaveLength(500);
  expect(JSON.parse(kept[0]!.split('\ndata: ')[1]!)).toMatchObject({ name: '0/0', exchange: { id: 0 } });
  expect(text.trimEnd()).toMatch(/event: done\ndata: \{\}$/);
});

test('a page may be slow, but not stand still, and never sees an exchange twice', async () => {
  const view = await serveLive(scoring, 1_000);
  view.begin(() => ({ ...sourceOfRun(sampleRun), events: [] }));
  const long = {
    ...cancelExchange,
    request: { ...cancelExchange.request, url: `http://127.0.0.1/${'x'.repeat(1e6)}` },
  };
  const slow = await events(view.url);
  const stuck = await events(view.url);
  onTestFinished(() => void stuck.on('error', () => {}).destroy());
  for (let id = 0; id < 30; id += 1) view.listen({ type: 'exchange', exchange: { ...long, id } });
  const over = view[Symbol.asyncDispose]();
  // Nobody who comes now is waited for.
  const late = await events(view.url);
  onTestFinished(() => void late.on('error', () => {}).destroy());
  let text = '';
  for await (const chunk of slow) {
    text += chunk as string;
    await pause(5);
  }
  await over;
  const said = text.split('\n\n');
  expect(said.filter((event) => event.startsWith('event: kept'))).toHaveLength(30);
  expect(text.trimEnd()).toMatch(/event: done\ndata: \{\}$/);
  const added = said
    .filter((event) => event.startsWith('data: '))
    .flatMap((event) => (JSON.parse(event.slice('data: '.length)) as { added: { id: number }[] }).added);
  expect(added.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, id) => id));
});

const events = (url: string) =>
  new Promise<IncomingMessage>((resolve, reject) =>
    get(`${url}events`, (response) => resolve(response.setEncoding('utf8'))).on('error', reject),
  );
