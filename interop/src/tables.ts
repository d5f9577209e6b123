import { styleText } from 'node:util';
import type { Cause, Exercised } from './result.ts';

const MARKS = {
  ok: styleText('green', 'ok'),
  failed: styleText('red', 'FAILED'),
  'not offered': 'not offered',
  'false alarm': 'false alarm',
};

/** A line a cause: the row, where, and why. */
export function causesTable(causes: readonly Cause[]): string {
  if (causes.length === 0) return '  nothing';
  const width = Math.max(...causes.map(({ id }) => id.length));
  return causes
    .map(({ id, verdict, bindings, reason, known }) => {
      const mark = known ? '' : styleText('red', 'NEW ');
      return `  ${id.padEnd(width)}  ${verdict.padEnd(9)}  ${bindings.join(', ').padEnd(18)}  ${mark}${reason}`;
    })
    .join('\n');
}

/** A line a step. */
export function stepsTable({ steps, deviations }: Exercised): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = steps.map(({ name, result, saw }) => `  ${name.padEnd(width)}  ${MARKS[result]}  ${saw}`);
  return [...lines, ...(deviations.length > 0 ? [`  told as deviations: ${deviations.join(', ')}`] : [])].join('\n');
}
