import { expect, test } from 'vitest';
import { causesOf } from './causes.ts';
import { faultsOf, withLimits } from './run-lane.ts';
import type { Report, ReportedRequirement } from './suite.ts';

const row = (id: string, bindings: ReportedRequirement['bindings'], verdict = 'violation'): ReportedRequirement => ({
  id,
  level: 'must',
  section: '3.1',
  verdict,
  bindings,
});

const report: Report = {
  outcome: 'violation',
  scenarios: [{ failures: [{ requirement: 'NEW-1', binding: 'JSONRPC', message: 'expected a task' }] }],
  requirements: [
    row('KNOWN-1', {
      JSONRPC: { verdict: 'violation', planned: true, expected: '§3: why' },
      'HTTP+JSON': { verdict: 'blocked', planned: true },
    }),
    row('NEW-1', {
      JSONRPC: { verdict: 'violation', planned: true },
      'HTTP+JSON': { verdict: 'violation', planned: true, expected: '§3: why' },
    }),
    row('OK-1', { JSONRPC: { verdict: 'pass', planned: true } }, 'pass'),
    row('OPEN-1', { JSONRPC: { verdict: 'inconclusive', planned: true } }, 'inconclusive'),
    row('HIDDEN-1', { JSONRPC: { verdict: 'blocked', planned: true } }, 'blocked'),
  ],
  baseline: { broken: [{ id: 'GONE-1', message: 'no longer fails' }] },
};

test('each red row is a cause, known only where the baseline knows it over every binding', () => {
  expect(causesOf(report)).toEqual({
    passed: 1,
    causes: [
      { id: 'KNOWN-1', verdict: 'violation', bindings: ['JSONRPC'], reason: '§3: why', known: true },
      {
        id: 'NEW-1',
        verdict: 'violation',
        bindings: ['JSONRPC', 'HTTP+JSON'],
        reason: '§3.1: expected a task',
        known: false,
      },
    ],
    unjudged: ['OPEN-1'],
  });
});

test('a new red, an entry that no longer holds and a failed step are faults', () => {
  const step = { name: 'stream', result: 'failed' as const, saw: 'cut off' };
  const ours = [{ binding: 'JSONRPC', steps: [step], deviations: [] }];
  expect(faultsOf(report, causesOf(report), ours, [])).toEqual([
    'the baseline does not know NEW-1: §3.1: expected a task',
    'baseline, GONE-1: no longer fails',
    'our client, JSONRPC, stream: cut off',
  ]);
});

test('what a system cannot do is no failure of the client, until it can', () => {
  const steps = [
    { name: 'list', result: 'failed' as const, saw: 'UnsupportedOperation' },
    { name: 'input', result: 'ok' as const, saw: 'COMPLETED' },
    { name: 'get', result: 'failed' as const, saw: '404' },
  ];
  const cannot = { list: 'it has no ListTasks', input: 'a follow-up is a new task' };
  expect(withLimits({ binding: 'JSONRPC', steps, deviations: [] }, cannot).steps).toEqual([
    { name: 'list', result: 'not offered', saw: 'it has no ListTasks' },
    { name: 'input', result: 'failed', saw: 'done, though the lane says: a follow-up is a new task' },
    { name: 'get', result: 'failed', saw: '404' },
  ]);
});
