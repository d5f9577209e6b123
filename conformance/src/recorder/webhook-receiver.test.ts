import { Agent, get } from 'node:http';
import type { Exchange } from '@agentproto/recording';
import { expect, onTestFinished, test } from 'vitest';
import { Recorder } from './recorder.ts';
import { isLoopback, WebhookReceiver, type WebhookPlace } from './webhook-receiver.ts';

async function receiver(place: Partial<WebhookPlace> = {}) {
  const recorded: Exchange[] = [];
  const recorder = new Recorder({ label: 'test', onExchange: (exchange) => void recorded.push(exchange) });
  const webhooks = new WebhookReceiver({ host: '127.0.0.1', port: 0, ...place });
  onTestFinished(async () => {
    await webhooks[Symbol.asyncDispose]();
    await recorder.close();
  });
  return { recorded, recorder, webhooks };
}

const post = (url: string, body: string) =>
  fetch(url, { method: 'POST', body, headers: { authorization: 'Bearer x' } });

test('a call is written down as an exchange that the target began, and answered', async () => {
  const { recorded, recorder, webhooks } = await receiver();
  const hook = await webhooks.open(recorder, (_call, index) => ({ status: index === 0 ? 503 : 204 }));
  const waiting = hook.next(({ json }) => json !== undefined && (json as { n: number }).n === 2, 5_000);
  expect((await post(hook.url, '{"n":1}')).status).toBe(503);
  expect((await post(hook.url, '{"n":2}')).status).toBe(204);
  expect((await waiting)?.json).toEqual({ n: 2 });
  expect(recorded).toMatchObject([
    {
      ...{ id: 0, label: 'test', binding: 'webhook', end: { kind: 'complete' }, response: { status: 503 } },
      request: { method: 'POST', url: hook.url, body: { text: '{"n":1}' } },
    },
    { id: 1, response: { status: 204 } },
  ]);
  expect(recorded[0]!.request.headers).toContainEqual(['authorization', 'Bearer x']);
});

test('a webhook that does not come is undefined, after as long as was waited', async () => {
  const { recorder, webhooks } = await receiver();
  expect(await (await webhooks.open(recorder)).next(() => true, 20)).toBeUndefined();
});

test('nobody else is let in, and nothing without end', async () => {
  const { recorded, recorder, webhooks } = await receiver();
  const hook = await webhooks.open(recorder);
  expect((await post(hook.url.replace(/[^/]+$/, 'guessed'), '{}')).status).toBe(404);
  expect((await post(hook.url, ' '.repeat(1024 * 1024 + 1))).status).toBe(413);
  expect([hook.calls.length, recorded.length]).toEqual([0, 0]);
});

test('one that hangs answers nothing until the receiver is closed', async () => {
  const { recorder, webhooks } = await receiver();
  const hook = await webhooks.open(recorder, () => 'hang');
  const ended = new Promise((resolve) => get(hook.url, { agent: new Agent() }).once('error', resolve));
  expect((await hook.next(() => true, 5_000))?.exchange.end?.kind).toBe('left');
  await webhooks[Symbol.asyncDispose]();
  expect(await ended).toBeInstanceOf(Error);
});

test('the target is told the public address', async () => {
  const { recorder, webhooks } = await receiver({ url: 'https://hooks.example.com/in/' });
  expect((await webhooks.open(recorder)).url).toMatch(/^https:\/\/hooks\.example\.com\/in\/hook\/[\w-]{36}$/);
});

test.each([
  ['http://127.0.0.1:8', true],
  ['http://localhost:8', true],
  ['http://[::1]:8', true],
  ['http://10.0.0.1', false],
  ['http://127.0.0.1.example.com', false],
])('%s is on loopback: %s', (url, is) => expect(isLoopback(new URL(url))).toBe(is));
