import type { Result, Row, Spread } from './row.ts';

const digits = (value: number): string =>
  !Number.isFinite(value)
    ? '–'
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

function spread({ min, median, max }: Spread): string {
  const text = digits(median);
  return digits(min) === text && digits(max) === text ? text : `${text} [${digits(min)}–${digits(max)}]`;
}

/** A cell: beside the baseline for all but the baseline itself, which shows what it is. */
function cell({ shows, unit }: Row, isBaseline: boolean, { own, shown }: { own: Spread; shown: Spread }): string {
  if (shows === 'absolute' || isBaseline) return `${spread(own)}${unit && ` ${unit}`}`;
  return shows === 'ratio' ? `×${spread(shown)}` : `+${spread(shown)} ${unit}`;
}

/** One row as a table in Markdown. */
export function table({ row, measured }: Result): string {
  const figures = [...new Set(measured.flatMap((one) => Object.keys(one.figures)))];
  const lines = measured.map(({ subject, figures: of }, i) => {
    const cells = figures.map((figure) => (of[figure] ? cell(row, i === 0, of[figure]) : ''));
    return `| ${[subject, ...cells].join(' | ')} |`;
  });
  return [`| | ${figures.join(' | ')} |`, `|---|${'---|'.repeat(figures.length)}`, ...lines].join('\n');
}

const section = (result: Result): string =>
  `### ${result.row.title}\n\n${result.row.what} Goal: ${result.row.goal}. (\`pnpm bench ${result.row.name}\`)\n\n${table(result)}\n`;

const BEGIN = '<!-- what `pnpm bench` measured -->';
const END = '<!-- end of what was measured -->';

/** The page with its measured part replaced; what stands around it was written by hand. */
export function written(page: string, results: readonly Result[], about: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${BEGIN} or ${END}`);
  const measured = [about, ...results.map(section)].join('\n\n');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${measured}\n${page.slice(end)}`;
}
