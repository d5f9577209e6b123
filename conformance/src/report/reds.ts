import type { Report, ReportedFailure, ReportedRequirement, ReportedScenario } from './model.ts';
import { REDS } from './paint.ts';

/** A failure, and the scenario that saw it. */
export interface PlacedFailure {
  scenario: ReportedScenario;
  failure: ReportedFailure;
}

/** A requirement that is red, with what shows it and what stands behind it. */
export interface Red {
  row: ReportedRequirement;
  /** Where it is red. */
  bindings: string[];
  /** In the order in which scenarios ended; the first is the one to show. */
  failures: PlacedFailure[];
  /** Ids of the requirements that it keeps from being judged. */
  blocks: string[];
  /** The baseline expects it: why. */
  expected?: string;
}

/** Every requirement that is red: broken MUSTs first, and among them causes first. */
export function listReds(report: Report): Red[] {
  const rows = new Map(report.requirements.map((row) => [row.id, row]));
  const failures = Map.groupBy(
    report.scenarios.flatMap((scenario) => scenario.failures.map((failure) => ({ scenario, failure }))),
    ({ failure }) => failure.requirement,
  );
  return REDS.flatMap((verdict) =>
    report.causes.flatMap(({ id, blocks }) => {
      const row = rows.get(id);
      if (row?.verdict !== verdict) return [];
      const same = Object.entries(row.bindings).filter(([, one]) => one.verdict === verdict);
      const bindings = same.map(([binding]) => binding);
      const expected = isExpected(row) ? same[0]![1].expected : undefined;
      const seen = (failures.get(id) ?? []).filter(({ failure }) => REDS.includes(failure.verdict));
      return [{ row, bindings, failures: seen, blocks, ...(expected !== undefined && { expected }) }];
    }),
  );
}

/** Every red that it has, the baseline expects. */
export function isExpected({ verdict, bindings }: ReportedRequirement): boolean {
  const same = Object.values(bindings).filter((row) => row.verdict === verdict);
  return same.length > 0 && same.every(({ expected }) => expected !== undefined);
}

/** `a2a/cancel/stream over JSONRPC`. */
export function placeOf({ scenario, failure }: PlacedFailure): string {
  return `${scenario.id} over ${failure.binding}`;
}
