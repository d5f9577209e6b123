import { areaOf } from '../kit/plan.ts';
import { NO_ACCESS, type Verdict } from '../kit/verdict.ts';
import { ending } from './exit-code.ts';
import { LEVELS, type Report, type ReportedRequirement } from './model.ts';
import { MARKS, REDS, type Paint } from './paint.ts';
import type { ConsoleOptions } from './console-options.ts';
import { redBlock } from './red-block.ts';
import { isExpected, listReds } from './reds.ts';
import { count, cut, duration, plain, wrap, wrapItems } from './text.ts';

/** What a run has to say, for people: how each area went, what is wrong and where, and one last sentence. */
export function renderConsole(report: Report, options: ConsoleOptions): string {
  const parts =
    options.verbosity === 'quiet'
      ? []
      : [
          heading(report, options),
          learnt(report, options),
          areas(report, options),
          ...reds(report, options),
          unknowns(report, options),
          accepted(report, options),
          totals(report, options),
        ];
  return `${[...parts, lastSentence(report, options)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading(report: Report, { paint, width }: ConsoleOptions): string[] {
  const judged = Object.entries(report.revisions).map(([id, patch]) => `${id}, judged by ${patch}`);
  const how = [...new Set(report.runs.map(({ profile }) => profile))].map((profile) => `profile ${profile}`);
  const seeds = report.runs.length === 1 ? [`seed ${report.runs[0]!.seed}`] : [`${report.runs.length} runs merged`];
  return [
    ...wrap(judged.join('; ') || 'no protocol recognised', width - 4).map((line) => `  ${paint(line, 'bold')}`),
    ...wrap(report.target.url, width - 4).map((line) => `  ${line}`),
    paint(cut(`  ${plain([...how, ...seeds, duration(report.durationMs)].join(' · '))}`, width), 'dim'),
  ];
}

/** What was seen through, and what was not waited for any more. */
function learnt({ seenThrough, impatience }: Report, { paint, width }: ConsoleOptions): string[] {
  const lines = [
    ...seenThrough.map(
      ({ requirement, binding, what, exchange }) =>
        `seen through: ${what}; ${requirement} over ${binding}, exchange ${exchange}`,
    ),
    ...impatience.map(
      ({ what, binding, waitedMs, brieflyMs }) =>
        `waited in vain for ${what} over ${binding} (${duration(waitedMs)}): from then on only ${duration(brieflyMs)}`,
    ),
  ];
  return lines.flatMap((line) => {
    const [first = '', ...rest] = wrap(line, width - 6);
    return [`  ${paint('~', 'cyan')} ${first}`, ...rest.map((more) => `    ${more}`)];
  });
}

/** A line of ticks for each area; what was outside the plan is only counted, and not at all where it was filtered out. */
function areas(report: Report, options: ConsoleOptions): string[] {
  const { paint, width, verbosity } = options;
  const lines: string[] = [];
  const families = Map.groupBy(report.requirements, ({ family, revision }) => `${family}@${revision}`);
  for (const [family, rows] of families) {
    if (families.size > 1) lines.push(`  ${paint(family, 'bold')}`);
    const groups = Map.groupBy(
      rows.filter(({ verdict, reason }) => verdict !== 'not-run' || reason !== 'filtered'),
      ({ id }) => areaOf(id),
    );
    const column = Math.max(...[...groups.keys()].map((area) => area.length)) + 4;
    for (const [area, group] of groups) {
      if (verbosity === 'verbose') {
        lines.push(`  ${paint(area, 'bold')}`, ...group.flatMap((row) => describeRow(row, options)));
        continue;
      }
      const looked = group.filter(({ verdict }) => verdict !== 'not-run');
      const perLine = Math.max(10, width - column - 16);
      const label = `  ${area}`.padEnd(column);
      const rest =
        group.length > looked.length
          ? paint(`${looked.length > 0 ? '  ' : ''}${group.length - looked.length} not run`, 'dim')
          : '';
      for (let start = 0; start === 0 || start < looked.length; start += perLine) {
        const ticks = looked.slice(start, start + perLine).map((row) => tick(row, paint));
        lines.push(
          `${start === 0 ? label : ' '.repeat(column)}${ticks.join('')}${start + perLine >= looked.length ? rest : ''}`,
        );
      }
    }
  }
  const used = new Set(report.requirements.map(({ verdict }) => verdict));
  const legend = (Object.keys(MARKS) as Verdict[]).filter((verdict) => used.has(verdict) && verdict !== 'not-run');
  const keys = wrapItems(
    legend.map((verdict) => `${MARKS[verdict].mark} ${MARKS[verdict].word}`),
    ' ',
    width - 2,
  );
  if (legend.length > 1) lines.push('', ...keys.map((line) => paint(`  ${line}`, 'dim')));
  return lines;
}

function tick(row: ReportedRequirement, paint: Paint): string {
  const { mark, styles } = MARKS[row.verdict];
  return isExpected(row) ? paint(mark, 'dim') : paint(mark, ...styles);
}

function describeRow(row: ReportedRequirement, { paint, width }: ConsoleOptions): string[] {
  const { mark, styles } = MARKS[row.verdict];
  const indent = row.id.length + 8;
  const [first = '', ...rest] = wrap(row.statement, Math.max(20, width - indent));
  const reason = row.reason ? wrap(because(row.verdict, row.reason), Math.max(20, width - indent)) : [];
  return [
    `    ${paint(mark, ...styles)} ${row.id}  ${first}`,
    ...rest.map((line) => ' '.repeat(indent) + line),
    ...reason.map((line) => ' '.repeat(indent) + paint(line, 'dim')),
  ];
}

const NOT_RUN_WORDS: { readonly [reason: string]: string } = {
  filtered: 'filtered out',
  'no-stimulus': 'without a stimulus in this profile',
  'no-webhook': 'without a webhook receiver (--webhook-listen)',
  'no-identity': 'without a second identity (--identity)',
  'no-mailbox': 'without a mailbox (--mailbox)',
  'no-approval': 'without a way to let a device in (--device-approve)',
  'no-stripe-secret': "without the secret of Stripe's webhooks (--stripe-secret)",
  unjudged: 'played, and nothing to look at came',
  uncovered: 'without an occasion',
  ended: 'the run ended first',
};

/** A reason in words. */
export function because(verdict: Verdict, reason: string): string {
  if (verdict === 'blocked')
    return reason === NO_ACCESS ? 'blocked: the target asks for credentials' : `blocked by ${reason}`;
  return (verdict === 'not-run' ? NOT_RUN_WORDS[reason] : undefined) ?? reason.slice(0, 500);
}

/** One block for each requirement that is red and not expected to be: broken rules first, and among them causes first. */
function reds(report: Report, options: ConsoleOptions): string[][] {
  return listReds(report).flatMap((red) => (red.expected === undefined ? [redBlock(red, options)] : []));
}

/** What could not be told, by reason; what stands behind a red is named there. */
function unknowns(report: Report, { paint, width }: ConsoleOptions): string[] {
  const groups = new Map<string, { verdict: Verdict; reason: string; ids: Set<string> }>();
  for (const { id, bindings } of report.requirements) {
    for (const { verdict, reason = 'no reason was given', planned, expected } of Object.values(bindings)) {
      const cause = report.requirements.find((row) => row.id === reason);
      const folded = verdict === 'blocked' && cause && REDS.includes(cause.verdict) && !isExpected(cause);
      const ended = verdict === 'not-run' && (reason === 'ended' || reason === 'unjudged');
      if (!planned || expected || folded || !(verdict === 'inconclusive' || verdict === 'blocked' || ended)) continue;
      const key = `${verdict} ${reason}`;
      const group = groups.get(key) ?? { verdict, reason, ids: new Set<string>() };
      groups.set(key, group);
      group.ids.add(id);
    }
  }
  return [...groups.values()].flatMap(({ verdict, reason, ids }) => {
    const { mark, styles } = MARKS[verdict];
    const why = because(verdict, reason);
    const [first = '', ...rest] = wrap([...ids].join(', '), width - 6);
    return [
      `  ${paint(mark, ...styles)} ${first}`,
      ...rest.map((line) => `    ${line}`),
      ...wrap(why, width - 6).map((line) => `    ${paint(line, 'dim')}`),
    ];
  });
}

/** What the baseline has to say: reds that it expects, and entries that no longer hold. */
function accepted(report: Report, { paint, width }: ConsoleOptions): string[] {
  if (!report.baseline) return [];
  const lines = report.baseline.broken.flatMap(({ message }) => {
    const [first = '', ...rest] = wrap(`baseline: ${message}`, width - 6);
    return [`  ${paint('✗', 'red', 'bold')} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  const expected = report.requirements.flatMap((row) => {
    const reason = Object.values(row.bindings).find(
      (binding) => binding.expected !== undefined && binding.verdict !== 'blocked',
    )?.expected;
    return reason === undefined ? [] : [{ id: row.id, verdict: row.verdict, reason }];
  });
  if (expected.length > 0) lines.push(paint(`  expected by the baseline`, 'dim'));
  for (const { id, verdict, reason } of expected) {
    const [first = '', ...rest] = wrap(reason, width - id.length - 8);
    lines.push(
      paint(`  ${MARKS[verdict].mark} ${id}  ${first}`, 'dim'),
      ...rest.map((line) => paint(`${' '.repeat(id.length + 6)}${line}`, 'dim')),
    );
  }
  return lines;
}

function totals(report: Report, { paint, width }: ConsoleOptions): string[] {
  const order: Verdict[] = [
    'pass',
    'violation',
    'warning',
    'harness-error',
    'blocked',
    'inconclusive',
    'observed',
    'not-applicable',
    'not-run',
  ];
  const lines = LEVELS.flatMap((level) => {
    const counts = order.flatMap((verdict) => {
      const number = report.summary[level][verdict];
      if (number === 0) return [];
      return [REDS.includes(verdict) ? count(number, MARKS[verdict].word) : `${number} ${MARKS[verdict].word}`];
    });
    if (counts.length === 0) return [];
    const [first = '', ...rest] = wrapItems(counts, ' ·', width - 13);
    return [`  ${level.toUpperCase().padEnd(9)}${first}`, ...rest.map((line) => `${' '.repeat(11)}${line}`)];
  });
  const { testable, checked, planned, exercised } = report.coverage;
  if (testable === 0) return lines;
  const reach = `Of ${count(testable, 'rule')} that can be seen from outside, ${checked} have a check; planned here: ${planned}, exercised: ${exercised}.`;
  const red = report.requirements.find((row) => REDS.includes(row.verdict) && !isExpected(row));
  const hint = red ? ['', ...wrap(hints(red.id, report), width - 4)] : [];
  return [
    ...lines,
    '',
    ...[...wrap(`${reach} ${outside(report)}`, width - 4), ...hint].map((line) =>
      line ? paint(`  ${line}`, 'dim') : '',
    ),
  ];
}

/** What can be asked next of a red. */
function hints(id: string, report: Report): string {
  const failures = report.scenarios.flatMap((scenario) => scenario.failures);
  const at = failures.find(({ requirement, exchange }) => requirement === id && exchange !== null)?.exchange;
  const show =
    at === undefined || at === null
      ? ''
      : ` \`show RUN ${at}\` prints that exchange whole, \`replay RUN#${id}\` plays the red again, where RUN is the file of --report run.`;
  return `\`explain ${id}\` says more of a rule; \`--only ${id}\` plays it alone.${show}`;
}

/** Why rows were left out of the plan, and the rules whose occasion never came. */
function outside(report: Report): string {
  const why = new Map<string, number>();
  for (const { verdict, reason = '' } of report.requirements) {
    const word =
      verdict === 'not-applicable'
        ? 'not applicable'
        : verdict === 'not-run' && reason !== 'ended'
          ? because(verdict, reason)
          : undefined;
    if (word) why.set(word, (why.get(word) ?? 0) + 1);
  }
  return why.size === 0 ? '' : `Left out: ${[...why].map(([word, number]) => `${number} ${word}`).join(', ')}.`;
}

function lastSentence(report: Report, { paint, width }: ConsoleOptions): string[] {
  const { outcome, exitCode, sentence } = ending(report);
  const { mark, styles } =
    MARKS[
      (
        {
          conforms: 'pass',
          violation: 'violation',
          incomplete: 'inconclusive',
          unreachable: 'violation',
          error: 'harness-error',
        } as const
      )[outcome]
    ];
  const interrupted = outcome === 'violation' && report.stopped ? ` ${report.stopped.message}` : '';
  const [first = '', ...rest] = wrap(
    `${outcome}: ${plain(sentence).slice(0, 2_000).replace(/\.?$/, '.')}${interrupted} Exit\u00a0code\u00a0${exitCode}.`,
    width - 6,
  ).map((line) => line.replaceAll('\u00a0', ' '));
  return [`  ${paint(`${mark} ${first}`, ...styles)}`, ...rest.map((line) => `    ${paint(line, ...styles)}`)];
}
