import { createReferenceServer, type AnyQuirk } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import type { Finding } from '../kit/result.ts';
import { runSuite } from '../kit/runner.ts';

/** Servers without streaming that the selftest's oddities cannot be: what is made of them, row by row. */

type Change = (impl: Record<string, (...args: never[]) => unknown>) => object;

async function findings(
  scenario: string | readonly string[],
  make: Change,
  { profile = 'echo', concurrency = 4, timeoutMs = 2_000, streaming = false } = {},
): Promise<Finding[]> {
  const quirk = { name: 'a2a.test', breaks: null, make } as unknown as AnyQuirk;
  await using server = await createReferenceServer({
    protocols: ['a2a@1.0'],
    a2a: { capabilities: { streaming } },
    quirks: [quirk],
  });
  const found: Finding[] = [];
  await runSuite(
    {
      target: server.url,
      protocols: ['a2a@1.0'],
      profile,
      only: [],
      skip: [],
      headers: [],
      concurrency,
      timeoutMs,
      deadlineMs: 280_000,
      seed: 1,
      replayReds: false,
      plays: ({ id }) => [scenario].flat().includes(id),
      command: { name: 'test', version: '0.0.0' },
    },
    (entry) => {
      if ('type' in entry && entry.type === 'scenario-end') found.push(...entry.findings);
    },
  );
  return found;
}

/** One word where both bindings say the same. */
const verdicts = (found: readonly Finding[], id: string) =>
  [...new Set(found.filter(({ requirement }) => requirement === id).map(({ verdict }) => verdict))].join();

test('a server that makes no contexts is none that hides them', async () => {
  const without: Change = (impl) => ({
    taskView(...args: never[]) {
      const { contextId: _none, ...task } = impl['taskView']!(...args) as { contextId?: string };
      return task;
    },
  });
  expect(verdicts(await findings('a2a/send/task', without), 'A2A10-CTX-001')).toBe('not-applicable');
  expect(verdicts(await findings('a2a/send/context', without), 'A2A10-CTX-005')).toBe('not-applicable');
});

test('a server that streams without declaring it, or answers a stream with a task, is told so', async () => {
  const streams: Change = () => ({ checkCapability: () => {} });
  expect(verdicts(await findings('a2a/capability/no-streaming', streams), 'A2A10-CAP-002')).toBe('violation');
  const answers: Change = (impl) => ({
    checkCapability: () => {},
    answerRest: (...[ctx, request]: [never, { path: string }]) =>
      impl['answerRest']!(ctx, { ...request, path: request.path.replace('message:stream', 'message:send') } as never),
    readRpcRequest(...args: never[]) {
      const read = impl['readRpcRequest']!(...args) as { ok: boolean; request: { method: string } };
      return read.ok
        ? {
            ...read,
            request: { ...read.request, method: read.request.method.replace('SendStreamingMessage', 'SendMessage') },
          }
        : read;
    },
  });
  expect(verdicts(await findings('a2a/capability/no-streaming', answers), 'A2A10-CAP-002')).toBe('violation');
});

test('a stream that breaks off for an unknown task is one of a method that is known', async () => {
  const breaksOff: Change = (impl) => ({
    answerRpc: (...args: never[]) =>
      (args as unknown as [ctx: object, request: { body: string }])[1].body.includes('SubscribeToTask')
        ? { status: 200, headers: { 'content-type': 'text/event-stream' }, body: '' }
        : impl['answerRpc']!(...args),
  });
  const found = await findings('a2a/json-rpc/methods', breaksOff, { streaming: true });
  expect(verdicts(found, 'A2A10-RPC-003')).toBe('pass');
});

test('what a refused stream lacks is no fault of its content', async () => {
  const refuses: Change = (impl) => ({
    answerRpc(...args: never[]) {
      const [, { body }] = args as unknown as [ctx: object, request: { body: string }];
      if (!body.includes('SendStreamingMessage')) return impl['answerRpc']!(...args);
      const { id } = JSON.parse(body) as { id: string };
      const event = { jsonrpc: '2.0', id, error: { code: -32_602, message: 'Not with these words' } };
      const headers = { 'content-type': 'text/event-stream' };
      return { status: 200, headers, body: `data: ${JSON.stringify(event)}\n\n` };
    },
  });
  const plays = ['a2a/stream/artifact', 'a2a/stream/message', 'a2a/stream/any'];
  const found = (await findings(plays, refuses, { profile: 'script', streaming: true })).filter(
    ({ binding }) => binding === 'JSONRPC',
  );
  for (const row of ['SEND-019', 'STREAM-002', 'STREAM-020'])
    expect(verdicts(found, `A2A10-${row}`), row).toBe('blocked');
});

test('where nobody listens, the card alone is to blame', async () => {
  const elsewhere: Change = (impl) => ({
    card(...args: never[]) {
      const card = impl['card']!(...args) as { supportedInterfaces: object[] };
      return {
        ...card,
        supportedInterfaces: card.supportedInterfaces.map((one) => ({ ...one, url: 'http://127.0.0.1:1' })),
      };
    },
  });
  expect(verdicts(await findings('a2a/card/true', elsewhere), 'A2A10-CARD-004')).toBe('violation');
  expect(
    (await findings('a2a/json-rpc/malformed', elsewhere)).map(({ verdict, reason }) => `${verdict} ${reason}`),
  ).toEqual(Array(5).fill('blocked A2A10-CARD-004'));
});

test('of a server that hangs after one exchange the rest is lost, in a sentence, and what it still answers is judged', async () => {
  let isStuck = false;
  const unlessStuck = (name: string, impl: Parameters<Change>[0]) => ({
    [name]: (...args: never[]) => (isStuck ? new Promise(() => {}) : impl[name]!(...args)),
  });
  const hangs: Change = (impl) => ({
    ...unlessStuck('SendMessage', impl),
    CancelTask(...args: never[]) {
      isStuck = true;
      return impl['CancelTask']!(...args);
    },
  });
  const plays = ['a2a/send/task', 'a2a/cancel/unknown', 'a2a/cancel/ended', 'a2a/cancel/failed', 'a2a/get/unknown'];
  const found = await findings(plays, hangs, { profile: 'script', concurrency: 1, timeoutMs: 1_000 });
  expect(found.filter(({ verdict }) => verdict === 'violation' || verdict === 'warning')).toEqual([]);
  for (const answered of ['A2A10-SEND-001', 'A2A10-GET-002', 'A2A10-CANCEL-003'])
    expect(verdicts(found, answered)).toBe('pass');
  const lost = found.filter(({ requirement }) => requirement === 'A2A10-CANCEL-002');
  expect(lost.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive']);
  expect(new Set(lost.map(({ reason }) => reason?.replace(/\d+/, 'N')))).toEqual(
    new Set(['the server hangs: since exchange N it answers no message any more, not even one that asks for no wait']),
  );
});
