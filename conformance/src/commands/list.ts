import { requirements, type Requirement, type RequirementId } from '@agentproto/rules';
import type { Command } from '../command.ts';
import { globs } from '../glob.ts';
import { UsageError } from '../kit/usage-error.ts';
import { cut } from '../report/text.ts';
import { parseChoice, parseFlags } from './flags.ts';

const EXAMPLE: RequirementId = 'A2A10-SEND-001';
const FORMATS = ['table', 'json'] as const;

/** `list [GLOB] [--format table|json]`: one line for each requirement, or the rows as JSON. */
export const list: Command = async (args) => {
  const flags = parseFlags(args, [{ name: 'json' }, { name: 'format', value: FORMATS.join(', ') }]);
  const format = parseChoice('--format', flags.one('format') ?? (flags.has('json') ? 'json' : 'table'), FORMATS);
  const [pattern = '*', ...more] = flags.positionals;
  if (more.length > 0)
    throw new UsageError(
      `list: expected one pattern, got ${flags.positionals.length}; quote it, so that the shell leaves it alone`,
    );
  const matches = globs(pattern);
  const rows = Object.values(requirements).filter(({ id }) => matches(id));
  if (rows.length === 0) throw new UsageError(`list ${pattern}: matches no requirement; ids look like ${EXAMPLE}`);
  // A terminal gets lines that fit; a pipe gets all there is.
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(
          rows.map((row) => ({ ...row, state: stateOf(row) })),
          null,
          2,
        )}\n`
      : renderList(rows, width),
  );
  return 0;
};

export function stateOf({ check, pending }: Requirement): 'checked' | 'pending' | 'untestable' {
  if (check !== undefined) return 'checked';
  return pending === undefined ? 'untestable' : 'pending';
}

export function renderList(rows: readonly Requirement[], width: number): string {
  const column = (text: (row: Requirement) => string) => Math.max(...rows.map((row) => text(row).length));
  const ids = column(({ id }) => id);
  const levels = column(({ level }) => level);
  const sections = Math.min(
    14,
    column(({ section }) => section),
  );
  return rows
    .map((row) => {
      const line = [
        row.id.padEnd(ids),
        row.level.toUpperCase().padEnd(levels),
        cut(row.section, sections).padEnd(sections),
        stateOf(row).padEnd(10),
        row.statement,
      ].join('  ');
      return `${width === Infinity ? line : cut(line, width)}\n`;
    })
    .join('');
}
