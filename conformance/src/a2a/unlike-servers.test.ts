import { createReferenceServer, type AnyQuirk } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import type { Finding } from '../kit/result.ts';
import { runSuite } from '../kit/runner.ts';

/** Servers without streaming that the selftest's oddities cannot be: what is made of them, row by row. */

type Change = (impl: Record<string, (...args: never[]) => unknown>) => object;

async function findings(scenario: string, make: Change): Promise<Finding[]> {
  const quirk = { name: 'a2a.test', breaks: null, make } as unknown as AnyQuirk;
  await using server = await createReferenceServer({
    protocols: ['a2a@1.0'],
    a2a: { capabilities: { streaming: false } },
    quirks: [quirk],
  });
  const found: Finding[] = [];
  await runSuite(
    {
      target: server.url,
      protocols: ['a2a@1.0'],
      profile: 'echo',
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs: 2_000,
      deadlineMs: 60_000,
      seed: 1,
      replayReds: false,
      plays: ({ id }) => id === scenario,
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
