import { VERDICTS } from '../kit/verdict.ts';
import { because } from './console.ts';
import { ending } from './exit-code.ts';
import { redText } from './failure-text.ts';
import type { ReportInput } from './format.ts';
import { LEVELS, type Report } from './model.ts';
import { MARKS } from './paint.ts';
import { levelOf, sectionOf } from './red-block.ts';
import { listReds, type Red } from './reds.ts';
import { count, duration, plain } from './text.ts';

/** Reds that are told whole: a summary on GitHub may have 1 MiB, a comment 65,536 characters. */
const TOLD = 20;

/** A summary for people who read it beside a change: the verdict, the numbers, each red, what could not be told. */
export function* renderMarkdown({ report, exchange }: ReportInput): Iterable<string> {
  const { outcome, exitCode, sentence } = ending(report);
  const judged = Object.entries(report.revisions).map(([id, patch]) => `${id} (${patch})`);
  yield `## ${outcome === 'conforms' ? '✅' : outcome === 'violation' ? '❌' : '⚠️'} ${outcome}: ${inline(report.target.url)}\n\n`;
  yield `${inline(sentence)} Exit code ${exitCode}.\n\n`;
  if (report.stopped) yield `> **Partial:** ${inline(report.stopped.message)}\n\n`;
  yield `${inline(judged.join(', ') || 'no protocol recognised')} · ${report.tool.name} ${report.tool.version} · ${duration(report.durationMs)}\n\n`;
  yield* table(report);

  const reds = listReds(report);
  const open = reds.filter(({ expected }) => expected === undefined);
  for (const red of open.slice(0, TOLD)) yield* section(red, redText(red, exchange));
  if (open.length > TOLD) {
    yield `### ${open.length - TOLD} more\n\n`;
    for (const { row } of open.slice(TOLD)) yield `- \`${row.id}\` ${inline(row.statement)}\n`;
    yield '\n';
  }
  yield* list(
    'Expected by the baseline',
    reds.flatMap(({ row, expected }) => (expected === undefined ? [] : [`\`${row.id}\` ${inline(expected)}`])),
  );
  yield* list(
    'Baseline entries out of date',
    (report.baseline?.broken ?? []).map(({ message }) => inline(message)),
  );
  yield* list(
    'Could not be told',
    report.requirements.flatMap(({ id, verdict, reason = '', bindings }) =>
      (verdict === 'inconclusive' || verdict === 'blocked') && Object.values(bindings).some(({ planned }) => planned)
        ? [`${MARKS[verdict].mark} \`${id}\` ${inline(because(verdict, reason))}`]
        : [],
    ),
  );
  yield* list(
    'Seen through',
    report.seenThrough.map(({ requirement, binding, what }) => `\`${requirement}\` over ${binding}: ${inline(what)}`),
  );
}

function* table({ summary, coverage }: Report): Iterable<string> {
  const verdicts = VERDICTS.filter((verdict) => LEVELS.some((level) => summary[level][verdict] > 0));
  const levels = LEVELS.filter((level) => verdicts.some((verdict) => summary[level][verdict] > 0));
  if (levels.length === 0) return;
  yield `| | ${verdicts.map((verdict) => `${MARKS[verdict].mark} ${MARKS[verdict].word}`).join(' | ')} |\n`;
  yield `|---|${verdicts.map(() => '--:|').join('')}\n`;
  for (const level of levels)
    yield `| ${level.toUpperCase()} | ${verdicts.map((verdict) => summary[level][verdict] || '').join(' | ')} |\n`;
  const { testable, checked, planned, exercised } = coverage;
  yield `\n${count(testable, 'rule')} visible from outside, ${checked} with a check, ${planned} planned, ${exercised} exercised.\n\n`;
}

function* section({ row, bindings }: Red, lines: readonly string[]): Iterable<string> {
  yield `### ${MARKS[row.verdict].mark} \`${row.id}\` ${inline(row.statement)}\n\n`;
  yield `${levelOf(row)} · ${inline(sectionOf(row))} · ${bindings.map(inline).join(', ')}\n\n`;
  const text = lines.join('\n');
  // A fence that nothing in the text can close.
  const fence = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length + 1)));
  yield `${fence}text\n${text}\n${fence}\n\n`;
}

function* list(title: string, items: readonly string[]): Iterable<string> {
  if (items.length === 0) return;
  yield `<details><summary>${title}: ${items.length}</summary>\n\n${items.map((item) => `- ${item}\n`).join('')}\n</details>\n\n`;
}

/** Text that is text: nothing in it is markup, mentions somebody or makes a link. */
function inline(text: string): string {
  return plain(text.slice(0, 2_000))
    .replace(/[\\`*_[\]{}<>#|~!&]/g, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`))
    .replaceAll('@', '@\u200b');
}
