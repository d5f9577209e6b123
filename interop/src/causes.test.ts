import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { causesOf, distinct } from './causes.ts';
import { hidden, readEntries } from './hidden.ts';
import { ours } from './place.ts';
import { PAGE, readResults } from './record.ts';
import type { Cause } from './result.ts';
import { faultsOf, withLimits } from './run-lane.ts';
import { baselineOf, type Report, type ReportedRequirement } from './suite.ts';

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
      JSONRPC: { verdict: 'violation', planned: true, expected: '§3: why.' },
      'HTTP+JSON': { verdict: 'blocked', planned: true },
    }),
    row('NEW-1', {
      JSONRPC: { verdict: 'violation', planned: true },
      'HTTP+JSON': { verdict: 'violation', planned: true, expected: '§3: why.' },
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
      { id: 'KNOWN-1', verdict: 'violation', bindings: ['JSONRPC'], reason: '§3: why.', known: true },
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

const cause = (id: string, reason: string): Cause => ({ id, reason, verdict: 'violation', bindings: [], known: true });

test('a cause has a red and a sentence of its own, and a shadow is none', () => {
  const reds = [
    cause('A-1', '§1: it is (as ever. And so on.) `a. b` to be.'),
    cause('A-2', 'Shadow of A-1: so it is here.'),
    cause('A-3', '§2: it is not.'),
  ];
  expect(distinct(reds)).toEqual({ causes: 2, faults: [] });
  const odd = [...reds, cause('A-4', '§2: it is not.'), cause('A-5', 'Shadow of B-1.'), cause('A-6', 'One. Two.')];
  expect(distinct(odd)).toEqual({
    causes: 3,
    faults: [
      'A-5: the shadow of B-1, which is not red',
      'A-4: expected a sentence of its own, got that of A-3',
      'A-6: expected one sentence, got: One. Two.',
    ],
  });
});

test('what the lanes have recorded is a sentence a cause', async () => {
  for (const { lane, suite } of await readResults())
    expect([lane, distinct(suite?.causes ?? []).faults]).toEqual([lane, []]);
});

test.each(['a2akit 0.0.35', 'a2akit 0.0.32', 'fasta2a 2.1.1'])(
  '%s: as many reds as causes, in the baseline and on the page',
  async (named) => {
    const { lane, suite } = (await readResults()).find(({ system, version }) => `${system} ${version}` === named)!;
    const reds = suite!.causes;
    expect(distinct(reds).causes).toBe(reds.length);
    const baseline = await readFile(ours(`${lane}/baseline.yaml`), 'utf8');
    const known = [...baseline.matchAll(/^- id: (\S+)$/gm)].map(([, id]) => id);
    expect(known.sort()).toEqual(reds.map(({ id }) => id).sort());
    const sections = (await readFile(PAGE, 'utf8')).split('\n## ');
    const lines = sections.find((section) => section.startsWith(`${named}\n`))!.split('\n');
    expect(lines.filter((line) => /^\| A2A\d\d-(?!CLI-)/.test(line))).toHaveLength(reds.length);
    expect(lines).toContain(`What the suite found: ${reds.length} reds, ${reds.length} causes.`);
  },
);

test('a new red, an entry that no longer holds and a failed step are faults', () => {
  const step = { name: 'stream', result: 'failed' as const, saw: 'cut off' };
  const ours = [{ binding: 'JSONRPC', steps: [step], deviations: [] }];
  expect(faultsOf(report, causesOf(report), ours, [])).toEqual([
    'the baseline does not know NEW-1: §3.1: expected a task',
    'baseline, GONE-1: no longer fails',
    'our client, JSONRPC, stream: cut off',
  ]);
});

test('an entry whose row another red stands before is a fault', () => {
  const entries = [
    { id: 'KNOWN-1' },
    { id: 'HIDDEN-1' },
    { id: 'HIDDEN-1', flaky: true },
    { id: 'KNOWN-1', binding: 'HTTP+JSON' },
    { id: 'OPEN-1' },
    { id: 'ELSEWHERE-1' },
  ];
  const { requirements } = report;
  requirements.at(-1)!.bindings.JSONRPC!.reason = 'NEW-1';
  expect(hidden(entries, requirements)).toEqual([
    'HIDDEN-1: it is not red but blocked by NEW-1 over JSONRPC: remove the entry, or find out why NEW-1 now stands before it',
    'KNOWN-1: it is not red but blocked by another row over HTTP+JSON: remove the entry, or find out why another row now stands before it',
  ]);
  expect(faultsOf(report, causesOf(report), [], [], entries)).toContain(
    `baseline, ${hidden(entries, requirements)[0]}`,
  );
});

test('each lane has entries that can be read', async () => {
  expect((await readEntries(baselineOf('a2a-go'))).length).toBeGreaterThan(5);
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
