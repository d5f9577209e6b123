import { UsageError } from '../kit/usage-error.ts';
import type { Verdict } from '../kit/verdict.ts';
import { because } from './console.ts';
import type { BindingVerdict, Report } from './model.ts';
import { REDS } from './paint.ts';

/** One requirement over one binding, in two runs. */
export interface Change {
  id: string;
  binding: string;
  before: string;
  after: string;
}

export interface Timing {
  scenario: string;
  binding: string;
  beforeMs: number;
  afterMs: number;
}

/** What is different between two runs. */
export interface Comparison {
  /** Was not red, and is. */
  newlyRed: Change[];
  /** Was red, and holds. */
  newlyGreen: Change[];
  /** Could be told, and cannot any more. */
  newlyUnknown: Change[];
  /** Could not be told, and holds. */
  newlyKnown: Change[];
  /** Red in both, for another reason. */
  otherReason: Change[];
  timing: Timing[];
  outcome: { before: string; after: string };
}

const HELD: readonly Verdict[] = ['pass', 'observed'];
const UNKNOWN: readonly Verdict[] = ['inconclusive', 'blocked', 'not-run'];
/** What a busy machine does is no news. */
const SLOWER = { factor: 2, byMs: 500 };

/**
 * Compares two reports.
 * @throws UsageError for reports of another suite version, or of another patch of a revision: what changed would be the rules.
 */
export function compare(before: Report, after: Report): Comparison {
  if (before.tool.version !== after.tool.version)
    throw new UsageError(
      `diff: the first run is by ${before.tool.name} ${before.tool.version}, the second by ${after.tool.version}; expected one version, or what changed may be the suite`,
    );
  for (const [id, patch] of Object.entries(after.revisions)) {
    const other = before.revisions[id];
    if (other !== undefined && other !== patch)
      throw new UsageError(`diff: the first run judges ${id} by ${other}, the second by ${patch}; expected one patch`);
  }
  const shared = Object.keys(after.revisions).filter((id) => id in before.revisions);
  if (shared.length === 0 && Object.keys(after.revisions).length > 0)
    throw new UsageError(
      `diff: the first run judges ${Object.keys(before.revisions).join(', ') || 'nothing'}, the second ${Object.keys(after.revisions).join(', ')}; expected a protocol that both judge`,
    );
  const old = rowsOf(before);
  const changes = [...rowsOf(after)].flatMap(([key, now]) => {
    const was = old.get(key);
    if (!was || now.row.reason === 'filtered' || was.row.reason === 'filtered') return [];
    const told = ({ row: { verdict, reason }, failure }: Row) =>
      [verdict, failure ?? (because(verdict, reason ?? '') || undefined)].filter(Boolean).join(': ');
    return [
      { was: was.row, now: now.row, change: { id: now.id, binding: now.binding, before: told(was), after: told(now) } },
    ];
  });
  const having = (test: (was: BindingVerdict, now: BindingVerdict) => boolean) =>
    changes.filter(({ was, now }) => test(was, now)).map(({ change }) => change);
  const isRed = ({ verdict }: BindingVerdict) => REDS.includes(verdict);
  const isHeld = ({ verdict }: BindingVerdict) => HELD.includes(verdict);
  const isUnknown = ({ verdict }: BindingVerdict) => UNKNOWN.includes(verdict);
  return {
    newlyRed: having((was, now) => !isRed(was) && isRed(now)),
    newlyGreen: having((was, now) => isRed(was) && isHeld(now)),
    newlyUnknown: having((was, now) => !isUnknown(was) && isUnknown(now)),
    newlyKnown: having((was, now) => isUnknown(was) && isHeld(now)),
    otherReason: having((was, now) => isRed(was) && isRed(now)).filter((change) => change.before !== change.after),
    timing: timingOf(before, after),
    outcome: { before: before.outcome, after: after.outcome },
  };
}

interface Row {
  id: string;
  binding: string;
  row: BindingVerdict;
  /** How it failed, without the numbers that differ from run to run. */
  failure?: string | undefined;
}

function rowsOf(report: Report): Map<string, Row> {
  const failures = new Map<string, string>();
  for (const { failures: found } of report.scenarios)
    for (const { requirement, binding, message } of found) {
      const key = `${requirement}\n${binding}`;
      if (!failures.has(key)) failures.set(key, message.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi, '…'));
    }
  return new Map(
    report.requirements.flatMap(({ id, bindings }) =>
      Object.entries(bindings).map(([binding, row]) => {
        const key = `${id}\n${binding}`;
        return [key, { id, binding, row, failure: failures.get(key) }] as const;
      }),
    ),
  );
}

function timingOf(before: Report, after: Report): Timing[] {
  // Of a scenario that was played again the sum says nothing.
  const once = ({ scenarios }: Report) => scenarios.filter(({ attempts }) => attempts === 1);
  const old = new Map(once(before).map(({ id, binding, durationMs }) => [`${id}\n${binding}`, durationMs]));
  return once(after).flatMap(({ id, binding, durationMs }) => {
    const was = old.get(`${id}\n${binding}`);
    if (was === undefined) return [];
    const [less, more] = was < durationMs ? [was, durationMs] : [durationMs, was];
    const differs = more - less >= SLOWER.byMs && more >= less * SLOWER.factor;
    return differs ? [{ scenario: id, binding, beforeMs: was, afterMs: durationMs }] : [];
  });
}
