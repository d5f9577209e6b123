import type { SuiteResult } from './result.ts';
import type { Report, ReportedRequirement } from './suite.ts';

const RED = new Set(['violation', 'warning']);

/** What the suite found, by cause: each red row is one, in the order of the report. */
export function causesOf({ requirements, scenarios }: Report): SuiteResult {
  const saidOf = (id: string) =>
    scenarios.flatMap(({ failures }) => failures).find(({ requirement }) => requirement === id)?.message ?? 'red';
  const causes = requirements.filter(isRed).map((row) => {
    const red = Object.entries(row.bindings).filter(([, { verdict }]) => RED.has(verdict));
    const reasons = new Set(red.map(([, { expected }]) => expected));
    const known = !reasons.has(undefined);
    const reason = known ? [...reasons].join(' ') : `§${row.section}: ${row.reason ?? saidOf(row.id)}`;
    return { id: row.id, verdict: row.verdict, bindings: red.map(([name]) => name), reason, known };
  });
  const unjudged = requirements.filter((row) => !isRed(row) && isUnjudged(row));
  return {
    passed: requirements.filter(({ verdict }) => verdict === 'pass').length,
    causes,
    unjudged: unjudged.map(({ id }) => id),
  };
}

function isRed({ bindings }: ReportedRequirement): boolean {
  return Object.values(bindings).some(({ verdict }) => RED.has(verdict));
}

/** What a cause hides is `blocked`, and its name is told; only what nobody can explain is a gap. */
function isUnjudged({ level, bindings }: ReportedRequirement): boolean {
  return (
    (level === 'must' || level === 'product') &&
    Object.values(bindings).some(({ planned, verdict }) => planned && verdict === 'inconclusive')
  );
}
