import { expect, test } from 'vitest';
import type { Finding } from './result.ts';
import { revise } from './revise.ts';
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
