import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { BaselineEntry } from '../baseline.ts';
import { buildMergedReport, buildReport } from './build.ts';
import { renderJson } from './json.ts';
import type { RunRecord } from './judgement.ts';
import type { Report, Scoring } from './model.ts';
import { ended, finding, planned, runOf, sampleHeader, sampleRegistry, sampleRun } from './sample.test.data.ts';

const must: Scoring = { failOn: 'must', allowIncomplete: false };
const validate = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(readFileSync(new URL('../report.schema.json', import.meta.url), 'utf8')) as object,
);

const jsonOf = (built: Report) => [...renderJson({ report: built, runs: [], exchange: () => undefined })].join('');

function report(run: RunRecord, options: Partial<Scoring> = {}) {
  const built = buildReport(run, { ...must, ...options }, sampleRegistry);
  expect(validate(JSON.parse(jsonOf(built))), JSON.stringify(validate.errors)).toBe(true);
  return built;
}

test('the JSON report of the sample run', async () => {
  await expect(jsonOf(report(sampleRun))).toMatchFileSnapshot('./golden/report.json');
});

test('the schema refuses what is no report', () => {
  const built = JSON.parse(jsonOf(report(sampleRun))) as { [key: string]: unknown };
  expect(validate({ ...built, exitCode: 2 })).toBe(false);
  expect(validate({ ...built, surprise: 1 })).toBe(false);
  expect(validate({ ...built, summary: {} })).toBe(false);
});

describe('exit codes', () => {
  const at = (verdict: Parameters<typeof finding>[3], id = 'A2A10-CARD-001', reason?: string) =>
    finding(id, 'JSONRPC', 'a2a/one', verdict, reason === undefined ? {} : { reason });
  const pass = at('pass');
  const rest = { ...must };
  test.each<[string, RunRecord, Partial<Scoring>, number]>([
    ['a pass', runOf([pass]), rest, 0],
    ['a violation', runOf([pass, at('violation', 'A2A10-CARD-002')]), rest, 1],
    ['a warning', runOf([pass, at('warning', 'A2A10-ERR-009')]), rest, 0],
    ['a warning, should', runOf([pass, at('warning', 'A2A10-ERR-009')]), { failOn: 'should' }, 1],
    ['a warning, any', runOf([pass, at('warning', 'A2A10-ERR-009')]), { failOn: 'any' }, 1],
    ['inconclusive MUST', runOf([pass, at('inconclusive', 'A2A10-CARD-002')]), rest, 3],
    [
      'inconclusive MUST over one binding only',
      runOf([pass, { ...at('inconclusive'), binding: 'HTTP+JSON' }]),
      rest,
      3,
    ],
    ['inconclusive MUST, allowed', runOf([pass, at('inconclusive', 'A2A10-CARD-002')]), { allowIncomplete: true }, 0],
    ['inconclusive SHOULD', runOf([pass, at('inconclusive', 'A2A10-ERR-009')]), rest, 0],
    ['inconclusive SHOULD, should', runOf([pass, at('inconclusive', 'A2A10-ERR-009')]), { failOn: 'should' }, 3],
    ['inconclusive SHOULD, any', runOf([pass, at('inconclusive', 'A2A10-ERR-009')]), { failOn: 'any' }, 3],
    ['blocked MUST', runOf([pass, at('blocked', 'A2A10-CARD-002', 'A2A10-SUB-001')]), rest, 3],
    ['a rule without an occasion', runOf([pass, at('not-run', 'A2A10-CARD-002', 'uncovered')]), rest, 0],
    ['not run: ended', runOf([pass, at('not-run', 'A2A10-CARD-002', 'ended')]), rest, 3],
    [
      'outside the plan',
      runOf([pass], {
        extra: [
          {
            type: 'plan',
            plays: 1,
            rows: [planned('A2A10-LIST-001', 'JSONRPC', [], { verdict: 'not-run', reason: 'filtered' })],
          },
        ],
      }),
      rest,
      0,
    ],
    ['no MUST passed', runOf([at('pass', 'A2A10-ERR-009')]), rest, 3],
    ['no MUST passed, allowed', runOf([at('pass', 'A2A10-ERR-009')]), { allowIncomplete: true }, 0],
    ['nothing passed, allowed', runOf([at('not-applicable')]), { allowIncomplete: true }, 3],
    ['nothing at all', runOf([]), rest, 3],
    ['harness error', runOf([pass, at('harness-error', 'A2A10-CARD-002')]), rest, 5],
    ['harness error beside a violation', runOf([at('violation'), at('harness-error', 'A2A10-CARD-002')]), rest, 1],
    ['stop: error', runOf([pass], { extra: [{ type: 'stop', outcome: 'error', message: 'It crashed.' }] }), rest, 5],
    [
      'stop: unreachable',
      runOf([], { extra: [{ type: 'stop', outcome: 'unreachable', message: 'Nothing answers.' }] }),
      rest,
      4,
    ],
    [
      'stop: incomplete',
      runOf([pass], { extra: [{ type: 'stop', outcome: 'incomplete', message: 'The deadline passed.' }] }),
      rest,
      3,
    ],
    [
      'a red that could not be played again',
      runOf([pass, at('violation', 'A2A10-CARD-002')], {
        extra: [{ type: 'stop', outcome: 'incomplete', message: 'The deadline passed.' }],
      }),
      rest,
      1,
    ],
    [
      'a red that came back before the run ended',
      runOf([pass], {
        extra: [
          {
            type: 'revision',
            scenario: 'a2a/one',
            binding: 'JSONRPC',
            findings: [pass, at('violation', 'A2A10-CARD-002')],
          },
          { type: 'stop', outcome: 'incomplete', message: 'The deadline passed.' },
        ],
      }),
      rest,
      1,
    ],
    ['no footer', runOf([pass], { footer: undefined }), rest, 3],
    [
      'a red that is newer than --as-of',
      runOf([pass, at('warning', 'A2A10-ERR-009')]),
      { failOn: 'should', asOf: '0.1.9' },
      0,
    ],
    [
      'a red that is as old as --as-of',
      runOf([pass, at('warning', 'A2A10-ERR-009')]),
      { failOn: 'should', asOf: '0.2.0' },
      1,
    ],
  ])('%s', (_name, run, options, exitCode) => {
    expect(report(run, options).exitCode).toBe(exitCode);
  });
});

describe('folding', () => {
  const verdictOf = (run: RunRecord, id = 'A2A10-CARD-001') => {
    const row = report(run).requirements.find((one) => one.id === id)!;
    return [
      row.verdict,
      Object.fromEntries(Object.entries(row.bindings).map(([binding, { verdict }]) => [binding, verdict])),
    ];
  };
  const one = (verdict: Parameters<typeof finding>[3], binding = 'JSONRPC', scenario = 'a2a/one') =>
    finding('A2A10-CARD-001', binding, scenario, verdict);

  test('over scenarios and over bindings the worst counts', () => {
    expect(
      verdictOf(runOf([one('pass'), one('violation'), one('pass', 'HTTP+JSON'), one('inconclusive', 'HTTP+JSON')])),
    ).toEqual(['violation', { JSONRPC: 'violation', 'HTTP+JSON': 'pass' }]);
    expect(verdictOf(runOf([one('not-applicable'), one('pass', 'HTTP+JSON')]))[0]).toBe('pass');
  });

  test('a revision replaces what the first play found', () => {
    const revised = {
      type: 'revision',
      scenario: 'a2a/one',
      binding: 'JSONRPC',
      findings: [{ ...one('inconclusive'), reason: 'flaky: red once' }],
    } as const;
    const run = runOf([one('violation')], {
      extra: [ended('a2a/one', 'JSONRPC', [one('pass')], 7, 2), { ...revised, findings: [...revised.findings] }],
    });
    expect(verdictOf(run)[0]).toBe('inconclusive');
    expect(report(run).scenarios).toMatchObject([{ attempts: 2, durationMs: 17, failures: [] }]);
  });

  test('over bindings one that could not be told outweighs a pass, and says which it was', () => {
    const lost = { ...one('inconclusive', 'HTTP+JSON'), reason: 'the agent was busy' };
    const built = report(runOf([one('pass'), lost]));
    expect(built.requirements[0]).toMatchObject({ verdict: 'inconclusive', reason: 'HTTP+JSON: the agent was busy' });
    expect([built.summary.must.pass, built.summary.must.inconclusive, built.exitCode]).toEqual([0, 1, 3]);
    expect(verdictOf(runOf([one('pass'), one('inconclusive', 'JSONRPC', 'a2a/two')]))[0]).toBe('pass');
  });

  test('what was red once and then was not is not outweighed by a pass elsewhere', () => {
    const flaky = { ...one('inconclusive', 'JSONRPC', 'a2a/two'), reason: 'flaky: red once, pass when played alone' };
    expect(verdictOf(runOf([one('pass'), flaky]))[0]).toBe('inconclusive');
  });

  test('a red that could not be confirmed stays red and says so; one that was confirmed anywhere does not', () => {
    const stop = { type: 'stop', outcome: 'incomplete', message: 'The deadline passed.' } as const;
    const reason = 'seen once: the run ended before it could be played again';
    expect(report(runOf([one('violation')], { extra: [stop] })).requirements[0]).toMatchObject({
      verdict: 'violation',
      reason,
    });
    const confirmed = runOf([one('violation')], {
      extra: [ended('a2a/one', 'JSONRPC', [one('violation')], 7, 2), stop],
    });
    expect(report(confirmed).requirements[0]!.reason).toBeUndefined();
  });

  test('a second play without a revision changes nothing', () => {
    expect(verdictOf(runOf([one('violation')], { extra: [ended('a2a/one', 'JSONRPC', [one('pass')], 7, 2)] }))[0]).toBe(
      'violation',
    );
  });

  test('a planned row that nobody looked at is never a pass', () => {
    const rows = [planned('A2A10-CARD-001', 'JSONRPC', ['a2a/none'])];
    expect(report(runOf([], { rows })).requirements[0]).toMatchObject({ verdict: 'not-run', reason: 'uncovered' });
    expect(report(runOf([], { rows, footer: undefined })).requirements[0]).toMatchObject({
      verdict: 'not-run',
      reason: 'ended',
    });
  });

  test('what a filter leaves out stays out', () => {
    const red = { ...one('violation'), failure: { message: 'no' } };
    const built = report(
      runOf([red, finding('A2A10-CARD-002', 'JSONRPC', 'a2a/one', 'pass')], {
        rows: [planned('A2A10-CARD-001', 'JSONRPC', [], { verdict: 'not-run', reason: 'filtered' })],
      }),
    );
    expect(built).toMatchObject({
      exitCode: 0,
      requirements: [{ verdict: 'not-run', reason: 'filtered' }, { verdict: 'pass' }],
      scenarios: [{ failures: [] }],
    });
  });

  test('an unknown requirement is refused', () => {
    expect(() => report(runOf([finding('A2A10-NONE-001', 'JSONRPC', 'a2a/one', 'pass')]))).toThrow('A2A10-NONE-001');
  });
});

test('values of unbearable size are cut', () => {
  const failure = { message: 'too much', expected: 'x'.repeat(20_000), actual: ['y'.repeat(20_000)] };
  const [scenario] = report(
    runOf([finding('A2A10-CARD-001', 'JSONRPC', 'a2a/one', 'violation', { failure })]),
  ).scenarios;
  expect(scenario!.failures[0]!.expected).toMatch(/… \(20002 characters in all\)$/);
  expect(JSON.stringify(scenario).length).toBeLessThan(40_000);
});

describe('baseline', () => {
  const red = (binding = 'JSONRPC') =>
    finding('A2A10-CANCEL-006', binding, 'a2a/one', 'violation', { failure: { message: 'no' } });
  const pass = finding('A2A10-CARD-001', 'JSONRPC', 'a2a/one', 'pass');
  const entry = (more: Partial<BaselineEntry> = {}): BaselineEntry => ({
    id: 'A2A10-CANCEL-006',
    reason: 'section 3.1.5 leaves it open',
    ...more,
  });
  const run = runOf([pass, red()]);
  const green = runOf([pass, { ...red(), verdict: 'pass' }]);

  test.each<[string, RunRecord, BaselineEntry[], number, ('stale' | 'expired')[]]>([
    ['expects the red', run, [entry()], 0, []],
    ['for another target', run, [entry({ target: 'https://*' })], 1, []],
    ['for this target', run, [entry({ target: 'http://127.0.0.1:*' })], 0, []],
    ['for this binding', run, [entry({ binding: 'JSONRPC' })], 0, []],
    ['for one binding of two', runOf([pass, red(), red('HTTP+JSON')]), [entry({ binding: 'JSONRPC' })], 1, []],
    ['for a binding that is not judged', run, [entry(), entry({ binding: 'GRPC' })], 1, ['stale']],
    ['is all that was judged', runOf([red()]), [entry()], 0, []],
    ['no longer fails', green, [entry()], 1, ['stale']],
    ['comes and goes, gone', green, [entry({ flaky: true })], 0, []],
    ['comes and goes, unknown', runOf([pass, { ...red(), verdict: 'inconclusive' }]), [entry({ flaky: true })], 0, []],
    ['cannot be told', runOf([pass, { ...red(), verdict: 'inconclusive' }]), [entry()], 3, []],
    [
      'filtered out',
      runOf([pass], {
        extra: [
          {
            type: 'plan',
            plays: 1,
            rows: [planned('A2A10-CANCEL-006', 'JSONRPC', [], { verdict: 'not-run', reason: 'filtered' })],
          },
        ],
      }),
      [entry()],
      0,
      [],
    ],
    ['is not checked', run, [entry(), entry({ id: 'A2A10-DM-001' })], 1, ['stale']],
    ['last day', run, [entry({ until: '2026-09-01' })], 0, []],
    ['a day too late', run, [entry({ until: '2026-08-31' })], 1, ['expired']],
    ['harness errors are never expected', runOf([pass, { ...red(), verdict: 'harness-error' }]), [entry()], 5, []],
    [
      'what an expected red blocks is expected',
      runOf([
        pass,
        red(),
        finding('A2A10-STREAM-005', 'JSONRPC', 'a2a/one', 'blocked', { reason: 'A2A10-CANCEL-006' }),
      ]),
      [entry()],
      0,
      [],
    ],
    ['of a revision that is not judged', { ...run, header: { ...sampleHeader, revisions: {} } }, [entry()], 1, []],
  ])('%s', (_name, record, baseline, exitCode, problems) => {
    const built = report(record, { baseline });
    expect(built.exitCode).toBe(exitCode);
    expect(built.baseline!.broken.map(({ problem }) => problem)).toEqual(problems);
  });
});

describe('merging', () => {
  const over = (verdict: Parameters<typeof finding>[3], id = 'A2A10-CARD-001') =>
    runOf([finding(id, 'JSONRPC', 'a2a/one', verdict)]);
  const merged = (...runs: RunRecord[]) => buildMergedReport(runs, must, sampleRegistry);

  test.each([
    ['pass', 'violation', 'violation'],
    ['not-applicable', 'pass', 'pass'],
    ['blocked', 'pass', 'pass'],
    ['inconclusive', 'pass', 'pass'],
    ['warning', 'pass', 'warning'],
    ['harness-error', 'pass', 'harness-error'],
    ['not-run', 'inconclusive', 'inconclusive'],
    ['not-run', 'not-applicable', 'not-applicable'],
  ] as const)('%s and %s is %s, in any order', (a, b, expected) => {
    expect(merged(over(a), over(b)).requirements[0]!.verdict).toBe(expected);
    expect(merged(over(b), over(a)).requirements[0]!.verdict).toBe(expected);
  });

  test('tells of every run', () => {
    const other = {
      ...over('pass', 'A2A10-CARD-002'),
      header: { ...sampleHeader, target: { url: 'http://127.0.0.1:5000', detected: [] } },
    };
    const built = merged(over('pass'), other);
    expect(validate(JSON.parse(jsonOf(built)))).toBe(true);
    expect(built).toMatchObject({
      exitCode: 0,
      durationMs: 20,
      target: { url: 'http://127.0.0.1:4000, http://127.0.0.1:5000' },
      scenarios: [{ run: 0 }, { run: 1 }],
    });
  });

  test('refuses other versions and other pins', () => {
    const newer = {
      ...over('pass'),
      header: { ...sampleHeader, tool: { name: 'agentproto-conformance', version: '0.3.0' } },
    };
    const older = { ...over('pass'), header: { ...sampleHeader, revisions: { 'a2a@1.0': '1.0.0' } } };
    expect(() => merged(over('pass'), newer)).toThrow('0.3.0, the first by agentproto-conformance 0.2.0');
    expect(() => merged(over('pass'), older)).toThrow('judges a2a@1.0 by 1.0.0, another by 1.0.1');
  });
});
