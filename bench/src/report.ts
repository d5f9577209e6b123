import type { Aim, Result, Row, Spread } from './row.ts';

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

interface Verdict {
  aim: Aim;
  came: Spread;
  met: boolean;
}

function judged({ row, measured }: Result): Verdict[] {
  return (row.aims ?? []).map((aim) => {
    const came = measured.find(({ subject }) => subject === aim.subject)?.figures[aim.figure]?.shown;
    if (!came) throw new Error(`${row.name}: there is no ${aim.figure} of ${aim.subject}`);
    return { aim, came, met: came.median <= aim.atMost };
  });
}

/** An amount as the row shows it. */
const shown = ({ shows, unit }: Row, text: string): string =>
  shows === 'ratio' ? `×${text}` : shows === 'more' ? `+${text} ${unit}` : `${text} ${unit}`.trim();

/** A line for each aim of a row, for a terminal. */
export const verdicts = (result: Result): string =>
  judged(result)
    .map(({ aim: { subject, figure, atMost }, came, met }) => {
      const { row } = result;
      return `${met ? 'met  ' : 'below'} ${subject}, ${figure}: ${shown(row, spread(came))}, goal ${shown(row, digits(atMost))}\n`;
    })
    .join('');

/** Ours beside the goals, and beside the best of the others. */
function summary(results: readonly Result[]): string {
  const lines = results.flatMap((result) => {
    const { row, measured } = result;
    const ours = new Set((row.aims ?? []).map(({ subject }) => subject));
    return judged(result).map(({ aim: { subject, figure, atMost }, came, met }) => {
      const peers = measured
        // The baseline is what the others are counted in.
        .slice(row.shows === 'absolute' ? 0 : 1)
        .filter((one) => !ours.has(one.subject) && one.figures[figure])
        .map((one) => `${one.subject} ${shown(row, digits(one.figures[figure]!.shown.median))}`);
      const [goal, mine] = [shown(row, digits(atMost)), shown(row, spread(came))];
      return `| [${row.name}](#${anchor(row.title)}) | ${subject}, ${figure} | ${goal} | ${mine} | ${met ? 'met' : 'below'} | ${peers.join(', ')} |`;
    });
  });
  return ['| row | of what | goal | ours | | others |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** As Markdown pages make them of headings. */
const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

function section(result: Result): string {
  const { row } = result;
  const isBelow = judged(result).some(({ met }) => !met);
  const why = isBelow && row.below ? `\n**Below its goal.** ${row.below}\n` : '';
  return `### ${row.title}\n\n${row.what} Goal: ${row.goal}. (\`pnpm bench ${row.name}\`)\n\n${table(result)}\n${why}`;
}

const BEGIN = '<!-- what `pnpm bench` measured -->';
const END = '<!-- end of what was measured -->';

/** The page with its measured part replaced; what stands around it was written by hand. */
export function written(page: string, results: readonly Result[], about: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${BEGIN} or ${END}`);
  const measured = [about, summary(results), ...results.map(section)].join('\n\n');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${measured}\n${page.slice(end)}`;
}
