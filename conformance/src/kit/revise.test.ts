import { expect, test } from 'vitest';
import type { Finding } from './result.ts';
import { measure, revise } from './revise.ts';
import type { Verdict } from './verdict.ts';

const found = (verdict: Verdict | undefined): Finding[] =>
  verdict ? [{ requirement: 'A2A10-SEND-001', binding: 'JSONRPC', scenario: 's', verdict }] : [];

test.each<[first: Verdict | undefined, again: Verdict | undefined, result: Verdict, reason?: string]>([
  ['violation', 'violation', 'violation'],
  ['violation', 'warning', 'warning'],
  ['violation', 'pass', 'inconclusive', 'flaky: red once, pass when played alone'],
  ['warning', undefined, 'inconclusive', 'flaky: red once, not looked at when played alone'],
  ['pass', 'violation', 'inconclusive', 'flaky: pass at first, violation when played alone'],
  [undefined, 'violation', 'inconclusive', 'flaky: not looked at at first, violation when played alone'],
  ['blocked', 'pass', 'pass'],
  ['pass', undefined, 'pass'],
  [undefined, 'observed', 'observed'],
])('%s, then %s when played alone, is %s', (first, again, verdict, reason) => {
  const revised = revise(found(first), found(again));
  expect(revised).toMatchObject([{ verdict, ...(reason ? { reason } : {}) }]);
});

test.each<[plays: (Verdict | undefined)[], result: Verdict, reason?: string]>([
  [['pass', 'pass', 'pass'], 'pass'],
  [['violation', 'violation', 'violation'], 'violation'],
  [['violation', 'pass', 'pass'], 'inconclusive', 'flaky: held in 2 of 3 plays (66.7 %), red in 1'],
  [['pass', 'warning', 'blocked', undefined], 'inconclusive', 'flaky: held in 1 of 4 plays (25 %), red in 1'],
  // A play that could not tell keeps a red from being certain.
  [['violation', 'violation', undefined], 'inconclusive', 'flaky: held in 0 of 3 plays (0 %), red in 2'],
  [['pass', 'blocked'], 'pass'],
  [['blocked', 'inconclusive'], 'inconclusive'],
])('%j come to %s', (plays, verdict, reason) => {
  expect(measure(plays.map(found))).toMatchObject([{ verdict, ...(reason ? { reason } : {}) }]);
});
