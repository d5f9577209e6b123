import { expect, test } from 'vitest';
import { Recorder } from '../recorder/recorder.ts';
import type { SuiteFamily } from './family.ts';
import { Lenience } from './lenience.ts';
import { Patience } from './patience.ts';
import { playOnce } from './play.ts';
import { scriptProfile } from './profile.ts';
import type { Scenario } from './scenario.ts';
import { Blocked, NoAccess } from './stops.ts';
import { seen } from './subject.ts';

const proves = ['A2A10-SEND-001', 'A2A10-SEND-006'] as const;

async function findingsOf(play: Scenario['play'], signal = new AbortController().signal) {
  await using recorder = new Recorder({});
  const scenario: Scenario = { id: 'test/one', title: 'One', proves, play };
  const family: SuiteFamily = {
    id: 'a2a@1.0',
    patch: '1.0.1',
    spoken: 'A2A10-CARD-001',
    bindings: ['JSONRPC', 'HTTP+JSON'],
    sideBinding: 'card',
    scenarios: [scenario],
    smoke: [],
    causes: [],
    invariants: [],
    detect: () => Promise.reject(new Error('not asked for')),
    driver: () => ({}),
    say: () => Promise.reject(new Error('nobody asks')),
  };
  const found = { bindings: ['JSONRPC'], undeclared: new Map(), capabilities: new Set<string>(), evidence: '' };
  const findings = await playOnce(
    { spoken: { family, found }, scenario, binding: 'JSONRPC' },
    {
      recorder,
      profile: scriptProfile,
      patienceMs: 100,
      patience: new Patience(100),
      isAlive: () => Promise.resolve(true),
      diedAt: () => undefined,
      unique: () => 'x',
      lenience: new Lenience(),
      callers: { own: [] },
      onExchange: () => {},
      signal,
    },
  );
  return findings.map(({ requirement, verdict, reason }) => [requirement.slice(6), verdict, reason]);
}

test('rows that the play did not look at are unjudged, never passed', async () => {
  expect(await findingsOf(async ({ check }) => check('A2A10-SEND-001', seen(1)).has(1))).toEqual([
    ['SEND-001', 'pass', undefined],
    ['SEND-006', 'not-run', 'unjudged'],
  ]);
});

test('a lost race is inconclusive for what was not yet looked at', async () => {
  const findings = await findingsOf(async ({ check, lost }) => {
    check('A2A10-SEND-001', seen(1)).has(1);
    throw lost('too late');
  });
  expect(findings).toEqual([
    ['SEND-001', 'pass', undefined],
    ['SEND-006', 'inconclusive', 'too late'],
  ]);
});

test('one cause, one red: a step that broke blocks the rest by its requirement', async () => {
  expect(await findingsOf(() => Promise.reject(new Blocked('A2A10-SEND-001', 'expected a task')))).toEqual([
    ['SEND-001', 'violation', undefined],
    ['SEND-006', 'blocked', 'A2A10-SEND-001'],
  ]);
  expect(await findingsOf(() => Promise.reject(new Blocked('A2A10-GET-001', 'expected a task')))).toEqual([
    ['SEND-001', 'blocked', 'A2A10-GET-001'],
    ['SEND-006', 'blocked', 'A2A10-GET-001'],
  ]);
});

test('our own mistakes are harness errors, even after the last check', async () => {
  const crashed = await findingsOf(async ({ check }) => {
    check('A2A10-SEND-001', seen(1)).has(1);
    check('A2A10-SEND-006', seen(1)).has(1);
    throw new TypeError('oops');
  });
  expect(crashed).toMatchObject([
    ['SEND-001', 'harness-error', expect.stringContaining('oops')],
    ['SEND-006', 'pass', undefined],
  ]);
});

test('a run that is over leaves the rest not run', async () => {
  expect(await findingsOf(() => Promise.reject(new Error('aborted')), AbortSignal.abort())).toEqual([
    ['SEND-001', 'not-run', 'ended'],
    ['SEND-006', 'not-run', 'ended'],
  ]);
});

test('what was seen red before the run was cut off stays red', async () => {
  const cut = new AbortController();
  const findings = await findingsOf(async ({ check }) => {
    check('A2A10-SEND-001', seen(1)).has(2);
    cut.abort();
    // Concluded from what the end of the run took away.
    check('A2A10-SEND-006', seen(undefined)).has(2);
    throw new Error('the connection is gone');
  }, cut.signal);
  expect(findings).toEqual([
    ['SEND-001', 'violation', undefined],
    ['SEND-006', 'not-run', 'ended'],
  ]);
});

test('who is not let in is blocked, and nothing of it is red', async () => {
  expect(await findingsOf(() => Promise.reject(new NoAccess('HTTP 401')))).toEqual([
    ['SEND-001', 'blocked', 'credentials'],
    ['SEND-006', 'blocked', 'credentials'],
  ]);
});

test('of several findings on a row the worst stays', async () => {
  const findings = await findingsOf(async ({ check }) => {
    check('A2A10-SEND-001', seen(1)).has(1);
    check('A2A10-SEND-001', seen(1)).has(2);
    check('A2A10-SEND-006', seen(1)).has(1);
  });
  expect(findings).toEqual([
    ['SEND-001', 'violation', undefined],
    ['SEND-006', 'pass', undefined],
  ]);
});
