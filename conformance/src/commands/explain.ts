import { requirements, type Requirement } from '@agentproto/rules';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';
import { sourceOf } from '../report/source.ts';
import { wrap } from '../report/text.ts';
import { describeChecks } from './checks.ts';
import { quirksOf } from './quirks-of.ts';
import { parseFlags } from './flags.ts';
import { stateOf } from './list.ts';

/** `explain ID`: what a requirement says, where it comes from, and what checks it. */
export const explain: Command = async (args) => {
  const { positionals } = parseFlags(args, []);
  const [id] = positionals;
  if (id === undefined || positionals.length > 1)
    throw new UsageError(`explain: expected one requirement id, got ${positionals.length}`);
  const rows: { readonly [id: string]: Requirement } = requirements;
  const row = rows[id.toUpperCase()];
  if (!row)
    throw new UsageError(
      `explain ${id}: unknown requirement id${didYouMean(id, Object.keys(rows))}; \`list\` names them all`,
    );
  process.stdout.write(
    renderExplanation(row, await describeChecks(row.id), Math.min(process.stdout.columns ?? 80, 100), quirksOf(row.id)),
  );
  return 0;
};

export function renderExplanation(
  row: Requirement,
  checks: readonly string[],
  width: number,
  quirks: readonly string[] = [],
): string {
  const { title, url } = sourceOf(row);
  const needs = [
    ...(row.capability ?? []).map((name) => `capability ${name}`),
    ...(row.stimulus ?? []).map((word) => `stimulus ${word}`),
  ];
  const facts: [string, readonly string[]][] = [
    ['source', [`${title}, section ${row.section}`, ...(url ? [url] : [])]],
    ['basis', [BASES[row.basis]]],
    ['seen over', [row.binding.join(', ')]],
    ['needs', needs.length > 0 ? [needs.join(', ')] : []],
    ['since', [row.since]],
    ['state', [[stateOf(row), row.pending ?? row.untestable].filter(Boolean).join(': ')]],
    ['checks', checks],
    // The check has been seen to fail on each of these.
    ['proved by', quirks],
  ];
  const lines = [
    `${row.id}  ${row.level.toUpperCase()}`,
    ...wrap(row.statement, width - 2).map((line) => `  ${line}`),
    '',
  ];
  for (const [name, texts] of facts) {
    // An address stays whole, so that it can be clicked on.
    const wrapped = texts.flatMap((text) => (text.startsWith('https://') ? [text] : wrap(text, width - 14)));
    wrapped.forEach((line, index) => lines.push(`  ${(index === 0 ? name : '').padEnd(11)}${line}`));
  }
  return `${lines.join('\n')}\n`;
}

const BASES: Record<Requirement['basis'], string> = {
  stated: 'the source says so with a word of RFC 2119',
  implied: 'the source says so with a plain rule, a table or a schema',
  product: 'a product is seen to do so',
  ours: 'our reading of the source',
};
