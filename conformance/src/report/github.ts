import { ending } from './exit-code.ts';
import { redText } from './failure-text.ts';
import type { ReportInput } from './format.ts';
import { levelOf, sectionOf } from './red-block.ts';
import { listReds } from './reds.ts';

/** GitHub shows ten errors and ten warnings of a step, and drops the rest: the last one says how many more there are. */
const SHOWN = 10;

/** Workflow commands that GitHub Actions turns into annotations: one for each red, and one where the run broke off. */
export function* renderGithub({ report, exchange }: ReportInput): Iterable<string> {
  const reds = listReds(report).filter(({ expected, row }) => expected === undefined && !row.unscored);
  const { outcome, sentence } = ending(report);
  const stopped = report.stopped ? [report.stopped.message] : [];
  const broken = (report.baseline?.broken ?? []).map(({ message }) => message);
  const isError = ({ row }: (typeof reds)[number]) => row.verdict !== 'warning' || report.policy.failOn !== 'must';
  const groups = [
    ['error', reds.filter(isError), [...stopped, ...broken]],
    ['warning', reds.filter((red) => !isError(red)), []],
  ] as const;
  for (const [command, rows, sentences] of groups) {
    const lines = [
      ...sentences.map((text) => annotation(command, outcome, text)),
      ...rows.map((red) =>
        annotation(
          command,
          `${red.row.id} ${levelOf(red.row)} ${sectionOf(red.row)}`,
          [red.row.statement, ...redText(red, exchange)].join('\n'),
        ),
      ),
    ];
    const more = lines.length - (SHOWN - 1);
    if (lines.length <= SHOWN) yield* lines;
    else yield* [...lines.slice(0, SHOWN - 1), annotation(command, `${more} more`, `${more} more: see the report`)];
  }
  yield annotation('notice', `${report.tool.name}: ${outcome}`, `${report.target.url}: ${sentence}`);
}

/** Nobody reads more in an annotation. */
const LONGEST = 4_000;

function annotation(command: string, title: string, message: string): string {
  return `::${command} title=${property(title)}::${data(message.slice(0, LONGEST))}\n`;
}

/** As the runner takes them apart again: a line ends a command. */
function data(text: string): string {
  return text.toWellFormed().replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
