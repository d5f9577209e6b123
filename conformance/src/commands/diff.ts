import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildReport } from '../report/build.ts';
import { compare, type Change, type Comparison } from '../report/compare.ts';
import { count, duration, plain } from '../report/text.ts';
import { readRunFile } from '../run-file.ts';
import { parseChoice, parseFlags } from './flags.ts';

const FORMATS = ['text', 'markdown', 'json'] as const;

/** `diff OLD NEW`: what is different between two runs; 1 where something is newly red, else 0. */
export const diff: Command = async (args) => {
  const flags = parseFlags(args, [{ name: 'format', value: FORMATS.join(', ') }]);
  const [old, fresh, ...more] = flags.positionals;
  if (old === undefined || fresh === undefined || more.length > 0)
    throw new UsageError(`diff: expected two run files, the older first, got ${flags.positionals.length}`);
  const format = parseChoice('--format', flags.one('format') ?? 'text', FORMATS);
  const reports = [];
  for (const file of [old, fresh]) {
    const run = await readRunFile(file);
    const changed = run.problems.find(({ kind }) => kind === 'edited');
    if (changed) throw new UsageError(`diff: ${changed.message}; \`verify ${file}\` says more`);
    reports.push(buildReport(run, run.scoring));
  }
  const found = compare(reports[0]!, reports[1]!);
  process.stdout.write(
    { text: () => asText(found), markdown: () => asMarkdown(found), json: () => `${JSON.stringify(found, null, 2)}\n` }[
      format
    ](),
  );
  return found.newlyRed.length > 0 ? 1 : 0;
};

const TITLES: readonly [
  keyof Comparison & ('newlyRed' | 'newlyGreen' | 'newlyUnknown' | 'newlyKnown' | 'otherReason'),
  mark: string,
  title: string,
][] = [
  ['newlyRed', '✗', 'newly red'],
  ['otherReason', '!', 'red for another reason'],
  ['newlyUnknown', '?', 'could be told, and no longer can'],
  ['newlyGreen', '✓', 'newly green'],
  ['newlyKnown', '✓', 'could not be told, and holds'],
];

function lineOf({ id, binding, before, after }: Change): string {
  return plain(`${id} over ${binding}: ${before.slice(0, 300)} → ${after.slice(0, 300)}`);
}

export function asText(found: Comparison): string {
  const lines = TITLES.flatMap(([key, mark, title]) =>
    found[key].length === 0 ? [] : [`${title}:`, ...found[key].map((change) => `  ${mark} ${lineOf(change)}`), ''],
  );
  if (found.timing.length > 0) {
    lines.push('other timing:');
    for (const { scenario, binding, beforeMs, afterMs } of found.timing)
      lines.push(`  ~ ${scenario} over ${binding}: ${duration(beforeMs)} → ${duration(afterMs)}`);
    lines.push('');
  }
  return `${[...lines, sentence(found)].join('\n')}\n`;
}

export function asMarkdown(found: Comparison): string {
  const code = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('@', '@\u200b');
  const tables = TITLES.flatMap(([key, mark, title]) =>
    found[key].length === 0
      ? []
      : [
          `### ${mark} ${title}: ${found[key].length}`,
          '',
          '| requirement | over | before | after |',
          '|---|---|---|---|',
          ...found[key].map(
            ({ id, binding, before, after }) =>
              `| \`${id}\` | ${binding} | ${code(plain(before.slice(0, 300)))} | ${code(plain(after.slice(0, 300)))} |`,
          ),
          '',
        ],
  );
  const timing = found.timing.map(
    ({ scenario, binding, beforeMs, afterMs }) =>
      `- ${scenario} over ${binding}: ${duration(beforeMs)} → ${duration(afterMs)}`,
  );
  return `${[`## ${sentence(found)}`, '', ...tables, ...(timing.length > 0 ? ['### Other timing', '', ...timing, ''] : [])].join('\n').trimEnd()}\n`;
}

function sentence({ newlyRed, newlyGreen, outcome }: Comparison): string {
  const ids = (changes: readonly Change[]) => new Set(changes.map(({ id }) => id)).size;
  const [red, green] = [ids(newlyRed), ids(newlyGreen)];
  const changed = outcome.before === outcome.after ? `still ${outcome.after}` : `${outcome.before} → ${outcome.after}`;
  const what = [red > 0 && `${count(red, 'requirement')} newly red`, green > 0 && `${green} newly green`]
    .filter(Boolean)
    .join(', ');
  return `${what || 'nothing newly red or green'}; ${changed}`;
}
