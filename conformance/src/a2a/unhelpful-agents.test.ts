import { expect, test } from 'vitest';
import { createReferenceServer, type ServerOptions } from '@agentproto/reference-server';
import type { Finding } from '../kit/result.ts';
import { runSuite } from '../kit/runner.ts';

/** An agent that does not do what it is asked is no fault of its server: nothing may turn red. */

async function findings(
  agent: NonNullable<ServerOptions['agent']>,
  profile: string,
  timeoutMs = 2_000,
): Promise<Finding[]> {
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'], agent });
  const found: Finding[] = [];
  await runSuite(
    {
      target: server.url,
      protocols: ['a2a@1.0'],
      profile,
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs,
      deadlineMs: 280_000,
      seed: 1,
      replayReds: false,
      command: { name: 'test', version: '0.0.0' },
    },
    (entry) => {
      if ('type' in entry && entry.type === 'scenario-end') found.push(...entry.findings);
    },
  );
  return found;
}

const isRed = ({ verdict }: Finding) => verdict === 'violation' || verdict === 'warning' || verdict === 'harness-error';
const lost = (found: readonly Finding[], id: string) =>
  found.filter(({ requirement }) => requirement === id).map(({ verdict, reason }) => `${verdict}: ${reason}`);

test.each(['echo', 'tck'])('one that only ever says something, with %s', async (profile) => {
  const found = await findings(() => ({ steps: [{ reply: [{ text: 'Hello' }] }] }), profile);
  expect(found.filter(isRed)).toEqual([]);
  expect(lost(found, 'A2A10-SEND-006')).toContain(
    'not-applicable: the agent answers with a message, as 3.1.1 lets it: there is no task',
  );
  // What needs no task is judged all the same.
  expect(lost(found, 'A2A10-GET-002')).toContain('pass: undefined');
});

test.each(['echo', 'tck'])('one that is done at once, with %s', async (profile) => {
  const found = await findings(() => ({ steps: [{ end: 'completed', text: 'done' }] }), profile);
  expect(found.filter(isRed)).toEqual([]);
  expect(found.some(({ requirement, verdict }) => requirement === 'A2A10-GET-002' && verdict === 'pass')).toBe(true);
});

test.each(['echo', 'tck'])('one that fails every message, with %s', async (profile) => {
  const found = await findings(() => {
    throw new Error('no key');
  }, profile);
  expect(found.filter(isRed)).toEqual([]);
  expect(lost(found, 'A2A10-SEND-001').join()).toMatch(
    /inconclusive: the agent answers every message with an internal error/,
  );
});

test('one that takes longer than the suite waits', async () => {
  const found = await findings(
    () => ({ steps: [{ status: 'working' }, { sleep: 2_400 }, { end: 'completed' }] }),
    'tck',
    800,
  );
  expect(found.filter(isRed)).toEqual([]);
  expect(lost(found, 'A2A10-SEND-007').join()).toMatch(
    /inconclusive: no answer in \d+ ms: an agent that takes longer needs a longer --timeout/,
  );
});

test.each(['echo', 'tck'])(
  'one that asks before it does anything, with %s',
  async (profile) => {
    const found = await findings(
      () => ({ steps: [{ end: 'input-required', text: 'Which one?' }], turns: [{ steps: [{ end: 'completed' }] }] }),
      profile,
      500,
    );
    expect(found.filter(isRed)).toEqual([]);
    expect(lost(found, 'A2A10-ERR-008')).toContain(
      'inconclusive: the agent was asked for completed (done) and its task is input-required',
    );
  },
  60_000,
);

test.each(['echo', 'tck'])(
  'one that never succeeds, with %s',
  async (profile) => {
    const found = await findings(
      () => ({ steps: [{ status: 'trying' }, { sleep: 20 }, { end: 'failed', text: 'No luck' }] }),
      profile,
      500,
    );
    expect(found.filter(isRed)).toEqual([]);
  },
  60_000,
);
