import type { Cause, SuiteResult } from './result.ts';
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

/**
 * The causes: a red is one, with a sentence of its own, unless the baseline calls it the shadow of another red. What is neither
 * is told, a sentence each.
 */
export function distinct(causes: readonly Cause[]): { causes: number; faults: string[] } {
  const sentences = new Map<string, string>();
  const faults: string[] = [];
  const own = causes.filter(({ id, reason }) => {
    const of = /^Shadow of ([A-Z\d-]+)/.exec(reason)?.[1];
    if (of === undefined) return true;
    if (!causes.some((one) => one.id === of)) faults.push(`${id}: the shadow of ${of}, which is not red`);
    return false;
  });
  for (const { id, reason } of own) {
    const twin = sentences.get(reason);
    if (twin) faults.push(`${id}: expected a sentence of its own, got that of ${twin}`);
    if (!isSentence(reason)) faults.push(`${id}: expected one sentence, got: ${reason}`);
    sentences.set(reason, id);
  }
  return { causes: sentences.size, faults };
}

/** Where the baseline and what was found differ. */
export function faultsOfSuite(report: Report | undefined, causes: readonly Cause[]): string[] {
  return [
    ...causes.filter(({ known }) => !known).map(({ id, reason }) => `the baseline does not know ${id}: ${reason}`),
    ...distinct(causes.filter(({ known }) => known)).faults.map((fault) => `baseline, ${fault}`),
    ...(report?.baseline?.broken ?? []).map(({ id, message }) => `baseline, ${id}: ${message}`),
  ];
}

/** What is quoted, or in brackets, counts as a word. */
const isSentence = (text: string) => {
  const plain = text.replaceAll(/\([^)]*\)|`[^`]*`|"[^"]*"/g, '');
  return text !== '' && (plain.match(/[.!?](?= |$)/g) ?? []).length === 1;
};

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
