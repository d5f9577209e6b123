import type { Exchange } from '@agentproto/recording';
import type { Finding } from '../kit/result.ts';
import { isRed, rowOf } from '../kit/revise.ts';
import type { RunEvent, RunFooter, RunHeader } from '../kit/run-log.ts';
import { worst, type Judgement, type Verdict } from '../kit/verdict.ts';

/** A run as read from its file, or kept in memory; without a footer it was cut short. */
export interface RunRecord {
  header: RunHeader;
  events: readonly RunEvent[];
  footer?: RunFooter | undefined;
}

/** A run with its exchanges, which `events` does not hold: there may be more of them than there is memory. */
export interface RunSource extends RunRecord {
  /** One after the other, in the order in which they ended; from the start whenever it is called. Values are not parsed. */
  exchanges(): AsyncIterable<Exchange>;
}

/** What a run says of one requirement over one binding. */
export interface JudgedRow {
  requirement: string;
  binding: string;
  /** Inside the plan: someone meant to look at it. */
  planned: boolean;
  verdict: Verdict;
  reason?: string;
  /** Scenarios that looked at it, or would have. */
  scenarios: string[];
}

/** All plays of one scenario over one binding, as one. */
export interface JudgedScenario {
  id: string;
  binding: string;
  attempts: number;
  /** Over all attempts. */
  durationMs: number;
  /** What counts: the revision where there is one, else what the first play found. */
  findings: readonly Finding[];
}

/** The scenarios of a run in the order in which they first ended. */
export function judgeScenarios(run: RunRecord): JudgedScenario[] {
  const scenarios = new Map<string, JudgedScenario>();
  const confirmed = new Set<string>();
  for (const event of run.events) {
    if (event.type === 'scenario-end') {
      const key = `${event.id}\n${event.binding}`;
      const known = scenarios.get(key);
      if (known) {
        known.attempts = Math.max(known.attempts, event.attempt);
        known.durationMs += event.durationMs;
        for (const row of event.findings.filter(isRed).map(rowOf)) confirmed.add(row);
      } else {
        const { id, binding, attempt, durationMs, findings } = event;
        scenarios.set(key, { id, binding, attempts: attempt, durationMs, findings });
      }
    }
    if (event.type === 'revision') {
      const scenario = scenarios.get(`${event.scenario}\n${event.binding}`);
      if (scenario) scenario.findings = event.findings;
    }
  }
  if (!isWhole(run)) {
    const once = (finding: Finding) =>
      isRed(finding) && !confirmed.has(rowOf(finding)) ? { ...finding, reason: SEEN_ONCE } : finding;
    for (const scenario of scenarios.values()) scenario.findings = scenario.findings.map(once);
  }
  return [...scenarios.values()];
}

function isWhole({ events, footer }: RunRecord): boolean {
  return footer !== undefined && !events.some((event) => event.type === 'stop');
}

/** A red counts before it is confirmed: what was seen is not undone by a run that ends. */
const SEEN_ONCE = 'seen once: the run ended before it could be played again';

/** Folds a run into a verdict for each requirement and binding. */
export function judge(run: RunRecord): JudgedRow[] {
  const rows = new Map<
    string,
    {
      planned: boolean;
      owed?: boolean;
      scenarios: string[];
      outside?: { verdict: Verdict; reason: string };
      findings: Finding[];
    }
  >();
  const rowOf = (requirement: string, binding: string) => {
    const key = `${requirement}\n${binding}`;
    let row = rows.get(key);
    if (!row) rows.set(key, (row = { planned: false, scenarios: [], findings: [] }));
    return row;
  };
  for (const event of run.events) {
    if (event.type !== 'plan') continue;
    for (const { requirement, binding, scenarios, owed = false, outside } of event.rows) {
      const row = rowOf(requirement, binding);
      row.planned = !outside;
      row.owed = owed;
      row.scenarios = scenarios;
      if (outside) row.outside = outside;
    }
  }
  for (const { findings } of judgeScenarios(run)) {
    for (const finding of findings) rowOf(finding.requirement, finding.binding).findings.push(finding);
  }

  const whole = isWhole(run);
  return [...rows].map(([key, { planned, owed, scenarios, outside, findings }]) => {
    const [requirement = '', binding = ''] = key.split('\n');
    // What a filter leaves out stays out, even where a play that was wanted for another rule saw it too.
    if (outside?.reason === 'filtered') return { requirement, binding, planned, scenarios, ...outside };
    const looked = [...new Set(findings.map((finding) => finding.scenario))];
    const judged = {
      requirement,
      binding,
      planned: planned || findings.length > 0,
      scenarios: looked.length > 0 ? looked : scenarios,
    };
    if (findings.length > 0) return { ...judged, ...said(withRemarks(worst(findings), findings)) };
    if (outside) return { ...judged, ...outside };
    // A check that had nothing to look at is never a pass.
    return { ...judged, verdict: 'not-run', reason: whole ? (owed ? 'unjudged' : 'uncovered') : 'ended' };
  });
}

/** A pass, with what was seen of the target where the rule leaves a choice. */
function withRemarks(found: Judgement, findings: readonly Finding[]): Judgement {
  if (found.verdict !== 'pass') return found;
  const remarks = findings.flatMap(({ verdict, reason }) => (verdict === 'observed' && reason ? [reason] : []));
  return remarks.length === 0 ? found : { verdict: 'pass', reason: [...new Set(remarks)].join('; ') };
}

/** A verdict with its reason, free of whatever else the object holds. */
export function said({ verdict, reason }: { verdict: Verdict; reason?: string | undefined }): {
  verdict: Verdict;
  reason?: string;
} {
  return reason === undefined ? { verdict } : { verdict, reason };
}

/** Over several runs a pass counts more than a run that could not tell: another server fixture could not show it. */
const MERGE_ORDER: readonly Verdict[] = [
  'violation',
  'warning',
  'harness-error',
  'pass',
  'blocked',
  'inconclusive',
  'observed',
  'not-applicable',
  'not-run',
];

/** Rows of several runs as one: violated anywhere is violated; passed somewhere and violated nowhere is pass. */
export function mergeRows(runs: readonly JudgedRow[][]): JudgedRow[] {
  const merged = new Map<string, JudgedRow>();
  for (const row of runs.flat()) {
    const key = `${row.requirement}\n${row.binding}`;
    const known = merged.get(key);
    if (!known) {
      merged.set(key, row);
      continue;
    }
    const heavier = MERGE_ORDER.indexOf(row.verdict) < MERGE_ORDER.indexOf(known.verdict) ? row : known;
    merged.set(key, {
      ...heavier,
      planned: row.planned || known.planned,
      scenarios: [...new Set([...known.scenarios, ...row.scenarios])],
    });
  }
  return [...merged.values()];
}
