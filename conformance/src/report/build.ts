import type { Level } from '@agentproto/rules';
import { entriesFor } from '../baseline.ts';
import { UsageError } from '../kit/usage-error.ts';
import { VERDICTS, worstOver, type Verdict } from '../kit/verdict.ts';
import { listCauses } from './causes.ts';
import { ending } from './exit-code.ts';
import { expectations, type Expectations } from './expectation.ts';
import { registryOf } from './registry.ts';
import { judge, judgeScenarios, mergeRows, said, type JudgedRow, type RunRecord } from './judgement.ts';
import {
  LEVELS,
  type BindingVerdict,
  type Coverage,
  type Registry,
  type Report,
  type ReportedRequirement,
  type ReportedScenario,
  type Scoring,
  type Summary,
} from './model.ts';

/** The report of a run: a pure function of its events. */
export function buildReport(run: RunRecord, scoring: Scoring, registry?: Registry): Report {
  return assemble([run], judge(run), scoring, registry);
}

/**
 * The report of several runs as one, for rules that no single server fixture can show: violated anywhere is
 * violated, passed somewhere and violated nowhere is pass.
 * @throws UsageError for runs of another suite version or other revision pins.
 */
export function buildMergedReport(runs: readonly RunRecord[], scoring: Scoring, registry?: Registry): Report {
  const [first, ...others] = runs;
  if (!first) throw new UsageError('merge: expected at least one run file');
  const pins = new Map(Object.entries(first.header.revisions));
  for (const { header } of others) {
    const { tool } = first.header;
    if (header.tool.version !== tool.version) {
      throw new UsageError(
        `merge: the run of ${header.target.url} is by ${header.tool.name} ${header.tool.version}, the first by ${tool.name} ${tool.version}; expected one version`,
      );
    }
    for (const [id, patch] of Object.entries(header.revisions)) {
      if (pins.has(id) && pins.get(id) !== patch) {
        throw new UsageError(
          `merge: the run of ${header.target.url} judges ${id} by ${patch}, another by ${pins.get(id)}; expected one patch`,
        );
      }
      pins.set(id, patch);
    }
  }
  return assemble(runs, mergeRows(runs.map(judge)), scoring, registry);
}

function assemble(
  runs: readonly RunRecord[],
  rows: readonly JudgedRow[],
  scoring: Scoring,
  given: Registry | undefined,
): Report {
  const { baseline, failOn, allowIncomplete, asOf } = scoring;
  const headers = runs.map(({ header }) => header);
  const { tool, startedAt } = headers[0]!;
  const revisions = Object.assign({}, ...headers.map((header) => header.revisions)) as Report['revisions'];
  const registry =
    given ??
    registryOf(
      Object.keys(revisions),
      headers.flatMap((header) => header.requirements ?? []),
    );
  const urls = [...new Set(headers.map(({ target }) => target.url))];
  const detected = new Map(
    headers.flatMap(({ target }) => target.detected.map((one) => [JSON.stringify(one), one] as const)),
  );

  const judged = (id: string) => `${registry[id]?.family}@${registry[id]?.revision}` in revisions;
  const entries = baseline?.filter(
    (entry) => urls.some((url) => entriesFor([entry], url).length > 0) && judged(entry.id),
  );
  const expected = entries && expectations(rows, entries, startedAt);
  const listed = listRequirements(rows, registry, asOf, expected);
  const stopped = stopOf(runs);

  const first = {
    schemaVersion: 1 as const,
    tool,
    target: { url: urls.join(', '), detected: [...detected.values()] },
    startedAt,
    durationMs: runs.reduce((sum, run) => sum + durationOf(run), 0),
  };
  const rest = {
    policy: { failOn, allowIncomplete, ...(asOf !== undefined && { asOf }) },
    revisions,
    runs: headers.map((header) => ({
      url: header.target.url,
      startedAt: header.startedAt,
      profile: header.profile,
      seed: header.seed,
    })),
    summary: summarize(listed),
    coverage: cover(listed, Object.keys(revisions), registry),
    requirements: listed,
    causes: listCauses(runs, listed),
    ...learnt(runs),
    scenarios: runs.flatMap((run, index) => listScenarios(run, runs.length > 1 ? index : undefined)),
    ...(expected && { baseline: { expected: expected.expected, broken: expected.broken } }),
    ...(stopped && { stopped }),
  };
  const { outcome, exitCode } = ending({ ...first, ...rest });
  return { ...first, outcome, exitCode, ...rest };
}

function listRequirements(
  rows: readonly JudgedRow[],
  registry: Registry,
  asOf: string | undefined,
  expected: Expectations | undefined,
): ReportedRequirement[] {
  const listed = [...Map.groupBy(rows, ({ requirement }) => requirement)].map(([id, group]) => {
    const row = registry[id];
    if (!row)
      throw new UsageError(
        `the run speaks of ${id}, which this version of the suite does not know; read it with the version that wrote it`,
      );
    const { family, revision, level, basis, section, statement } = row;
    const bindings: { [binding: string]: BindingVerdict } = {};
    for (const judged of group) {
      const reason = expected?.reasonFor(judged);
      bindings[judged.binding] = {
        ...said(judged),
        planned: judged.planned,
        ...(reason !== undefined && { expected: reason }),
      };
    }
    const unscored = asOf !== undefined && isNewer(row.since, asOf);
    return {
      ...{ id, family, revision, level, basis, section, statement },
      ...overall(bindings),
      ...(unscored && { unscored }),
      bindings,
      scenarios: [...new Set(group.flatMap(({ scenarios }) => scenarios))],
    };
  });
  const place = new Map(Object.keys(registry).map((id, index) => [id, index]));
  return listed.sort((a, b) => place.get(a.id)! - place.get(b.id)!);
}

/** What is said of a requirement as a whole; a reason that is one binding's names the binding. */
function overall(bindings: ReportedRequirement['bindings']): ReturnType<typeof said> {
  const rows = Object.entries(bindings);
  const { verdict, reason } = said(worstOver(rows.map(([, row]) => row)));
  const from = rows.filter(([, row]) => row.verdict === verdict && row.reason === reason).map(([name]) => name);
  const isOwn = reason !== undefined && verdict !== 'blocked' && from.length < rows.length && / /.test(reason);
  return isOwn ? { verdict, reason: `${from.join(', ')}: ${reason}` } : said({ verdict, reason });
}

/** What the runs learnt of the target on their way. */
function learnt(runs: readonly RunRecord[]): Pick<Report, 'seenThrough' | 'impatience'> {
  const seenThrough: Report['seenThrough'] = [];
  const impatience: Report['impatience'] = [];
  runs.forEach(({ events }, index) => {
    for (const event of events) {
      if (event.type === 'seen-through') {
        const { type: _, ...deviation } = event;
        seenThrough.push({ ...deviation, ...(runs.length > 1 && { run: index }) });
      }
      if (event.type === 'impatience') {
        const { type: _, ...wait } = event;
        impatience.push(wait);
      }
    }
  });
  return { seenThrough, impatience };
}

function listScenarios(run: RunRecord, index: number | undefined): ReportedScenario[] {
  const filtered = new Set(
    judge(run).flatMap((row) => (row.reason === 'filtered' ? [`${row.requirement}\n${row.binding}`] : [])),
  );
  const titles = new Map(
    run.events.flatMap((event) => (event.type === 'scenario-start' ? [[event.id, event.title] as const] : [])),
  );
  return judgeScenarios(run).map(({ id, binding, attempts, durationMs, findings }) => ({
    id,
    title: titles.get(id) ?? id,
    binding,
    ...(index !== undefined && { run: index }),
    attempts,
    durationMs,
    failures: findings.flatMap(({ requirement, binding: over, verdict, failure }) => {
      if (!failure || filtered.has(`${requirement}\n${over}`)) return [];
      const { message, expected, actual, exchange = null, frame, atMs } = failure;
      return [
        {
          ...{
            requirement,
            binding: over,
            verdict,
            message,
            expected: clipped(expected),
            actual: clipped(actual),
            exchange,
          },
          ...(frame !== undefined && { frame }),
          ...(atMs !== undefined && { atMs }),
        },
      ];
    }),
  }));
}

function summarize(listed: readonly ReportedRequirement[]): Summary {
  const zeros = () => Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  const summary = Object.fromEntries(LEVELS.map((level) => [level, zeros()])) as Record<Level, Record<Verdict, number>>;
  for (const { level, verdict, unscored } of listed) if (!unscored) summary[level][verdict] += 1;
  return summary;
}

const EXERCISED: readonly Verdict[] = ['pass', 'violation', 'warning', 'observed'];

function cover(listed: readonly ReportedRequirement[], revisions: readonly string[], registry: Registry): Coverage {
  const all = Object.values(registry).filter(({ family, revision }) => revisions.includes(`${family}@${revision}`));
  const having = (test: (row: BindingVerdict) => boolean) =>
    listed.filter(({ bindings }) => Object.values(bindings).some(test)).length;
  return {
    testable: all.filter(({ untestable }) => untestable === undefined).length,
    checked: all.filter(({ check }) => check !== undefined).length,
    planned: having(({ planned }) => planned),
    exercised: having(({ verdict }) => EXERCISED.includes(verdict)),
  };
}

function stopOf(runs: readonly RunRecord[]): Report['stopped'] {
  const stops = runs.flatMap(({ header, events, footer }): NonNullable<Report['stopped']>[] => {
    const stop = events.find((event) => event.type === 'stop');
    if (stop) return [{ outcome: stop.outcome, message: stop.message }];
    return footer
      ? []
      : [
          {
            outcome: 'incomplete',
            message: `The log of the run against ${header.target.url} has no end: it was cut short.`,
          },
        ];
  });
  const order = ['error', 'unreachable', 'incomplete'];
  return stops.sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))[0];
}

function durationOf({ events, footer }: RunRecord): number {
  if (footer) return footer.durationMs;
  const last = events.findLast((event) => event.type === 'scenario-end');
  return last ? last.startedAtMs + last.durationMs : 0;
}

const VALUE_LIMIT = 16_384;

/** A value of bearable size: the whole is in the run file. */
function clipped(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= VALUE_LIMIT
    ? (value ?? null)
    : `${text.slice(0, VALUE_LIMIT)}… (${text.length} characters in all)`;
}

/** Whether version `a` came after version `b` (numbers between dots; what follows a hyphen is left aside). */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('-')[0]!.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
