import { entriesFor, isExpired, REASON_PLACEHOLDER, type BaselineEntry } from '../baseline.ts';
import { isRed } from './exit-code.ts';
import type { JudgedRow } from './judgement.ts';
import type { Report, ReportedBaseline } from './model.ts';

/** What a baseline makes of a run. */
export interface Expectations extends ReportedBaseline {
  /** The reason for which this row need not be better than it is. */
  reasonFor(row: JudgedRow): string | undefined;
}

/**
 * Holds the entries against the rows of a run. Harness errors are never expected; neither is anything by an
 * entry whose day is over. An entry is out of date once what it names was judged and is no longer red.
 * @param entries those that speak of this target, for revisions that were judged.
 * @param date when the run was (ISO 8601).
 */
export function expectations(
  rows: readonly JudgedRow[],
  entries: readonly BaselineEntry[],
  date: string,
): Expectations {
  const byId = Map.groupBy(rows, ({ requirement }) => requirement);
  const reasons = new Map<JudgedRow, string>();
  const broken: ReportedBaseline['broken'] = [];

  for (const entry of entries) {
    const { id, binding, reason, flaky, until } = entry;
    const all = byId.get(id) ?? [];
    const named = all.filter((row) => binding === undefined || row.binding === binding);
    const breaks = (problem: 'stale' | 'expired', message: string) =>
      broken.push({ id, ...(binding && { binding }), problem, message });
    const what = binding ? `${id} over ${binding}` : id;

    if (isExpired(entry, date)) {
      breaks('expired', `${what} was accepted until ${until}.`);
      continue;
    }
    for (const row of named) {
      if (isRed(row, 'should') || (flaky && row.verdict === 'inconclusive')) reasons.set(row, reason);
    }
    if (flaky || named.some((row) => reasons.has(row))) continue;
    if (all.length === 0) breaks('stale', `${what} is not checked by this version of the suite.`);
    else if (named.length === 0)
      breaks('stale', `${id} is not judged over ${binding}, only over ${all.map((row) => row.binding).join(', ')}.`);
    else if (
      named.every(({ verdict }) => verdict === 'pass' || verdict === 'observed' || verdict === 'not-applicable')
    ) {
      breaks(
        'stale',
        `${what} no longer fails: ${[...new Set(named.map(({ verdict }) => verdict))].join(', ')}. Remove the entry.`,
      );
    }
  }

  const expected = reasons.size;
  for (const row of rows) {
    // What stands behind an expected red cannot be asked for either.
    if (row.verdict !== 'blocked' || reasons.has(row)) continue;
    const causes = byId.get(row.reason ?? '') ?? [];
    const cause =
      causes.find(({ binding }) => binding === row.binding) ?? causes.find((candidate) => reasons.has(candidate));
    if (cause && reasons.has(cause)) reasons.set(row, `blocked by ${row.reason}: ${reasons.get(cause)}`);
  }
  return { expected, broken, reasonFor: (row) => reasons.get(row) };
}

/**
 * What a baseline would have to hold for this report to have no unexpected red: the known entries without those
 * that are out of date, and new ones for this reason; without one it is still to be filled.
 */
export function acceptedReds(
  report: Report,
  known: readonly BaselineEntry[],
  reason: string = REASON_PLACEHOLDER,
): BaselineEntry[] {
  const here = new Set(entriesFor(known, report.target.url));
  const isBroken = ({ id, binding }: BaselineEntry) =>
    report.baseline?.broken.some((entry) => entry.id === id && entry.binding === binding);
  const kept = known.filter((entry) => !here.has(entry) || !isBroken(entry));
  const added = report.requirements.flatMap(({ id, bindings }): BaselineEntry[] => {
    const rows = Object.entries(bindings).filter(([, { planned }]) => planned);
    const red = rows
      .filter(([, row]) => isRed(row, 'should') && row.expected === undefined)
      .map(([binding]) => binding);
    if (red.length > 0 && red.length === rows.length) return [{ id, reason }];
    return red.map((binding) => ({ id, binding, reason }));
  });
  return [...kept, ...added];
}
