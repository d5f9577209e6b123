import { timeline, type Body, type Exchange } from '@agentproto/recording';
import type { ConsoleOptions } from './console-options.ts';
import type { ReportedFailure, ReportedRequirement } from './model.ts';
import { MARKS } from './paint.ts';
import { placeOf, type Red } from './reds.ts';
import { count, cut, duration, few, shown, wrap } from './text.ts';

/** One red: the rule, where it was broken first, what came, and what stands behind it. */
export function redBlock({ row, bindings, failures, blocks }: Red, options: ConsoleOptions): string[] {
  const { paint, width, verbosity } = options;
  const { mark, styles } = MARKS[row.verdict];
  const facts = `${levelOf(row)} · ${sectionOf(row)} · ${bindings.join(', ')}${row.unscored ? ' · not scored' : ''}`;
  const lines = [
    `  ${paint(`${mark} ${row.id}`, ...styles)}  ${paint(cut(facts, width - row.id.length - 6), 'dim')}`,
    ...wrap(row.statement, width - 6).map((line) => `    ${paint(line, 'bold')}`),
  ];
  if (row.reason) lines.push(...wrap(row.reason.slice(0, 1_000), width - 6).map((line) => `    ${line}`));

  const full = verbosity === 'verbose' ? failures : failures.slice(0, 1);
  for (const one of full)
    lines.push(
      '',
      `    ${paint(cut(placeOf(one), width - 6), 'dim')}`,
      ...failureLines(one.failure, one.scenario.run ?? 0, options),
    );
  if (failures.length > full.length) {
    const others = new Set(failures.map(placeOf));
    for (const failure of full) others.delete(placeOf(failure));
    if (others.size > 0)
      lines.push('', ...wrap(`also in ${few([...others], 4)}`, width - 6).map((line) => `    ${paint(line, 'dim')}`));
  }
  if (blocks.length > 0)
    lines.push(
      '',
      ...wrap(`${count(blocks.length, 'check')} could not be made because of it: ${blocks.join(', ')}`, width - 6).map(
        (line) => `    ${paint(line, 'dim')}`,
      ),
    );
  return lines;
}

/** `MUST`; with its basis where the source does not state it. */
export function levelOf({ level, basis }: ReportedRequirement): string {
  return `${level.toUpperCase()}${basis === 'stated' || basis === level ? '' : `, ${basis}`}`;
}

/** `§3.1.5`; a name stays a name. */
export function sectionOf({ section }: ReportedRequirement): string {
  return `${/^\d/.test(section) ? '§' : ''}${section}`;
}

/** What was expected and what came, indented; with the frames around the one in question. */
export function failureLines(
  failure: ReportedFailure,
  run: number,
  { paint, width, verbosity, exchange }: ConsoleOptions,
): string[] {
  const lines = wrap(failure.message.slice(0, 1_000), width - 8).map((line) => `      ${line}`);
  const said = failure.expected === null || failure.message === `expected ${String(failure.expected)}`;
  const told = (value: unknown) => (verbosity === 'verbose' ? whole(value, width - 16) : [shown(value, width - 16)]);
  if (!said) lines.push(...labelled('expected', told(failure.expected)));
  // The report has null where there was nothing.
  if (failure.actual !== null || !said)
    lines.push(
      ...labelled(
        'actual',
        told(failure.actual ?? undefined).map((line) => paint(line, 'red')),
      ),
    );
  if (failure.exchange === null) return lines;
  const at = [
    `exchange ${failure.exchange}`,
    ...(failure.frame === undefined ? [] : [`frame ${failure.frame}`]),
    ...(failure.atMs === undefined ? [] : [duration(failure.atMs)]),
  ];
  lines.push(`      at        ${cut(at.join(', '), width - 16)}`);
  const found = exchange?.(run, failure.exchange);
  if (!found) return lines;
  const { body } = found.request;
  if (verbosity === 'verbose' && body && 'text' in body)
    lines.push(...labelled('request', wrap(body.text.slice(0, LONGEST), width - 16)));
  // The first line of a timeline says what stands above already.
  const [, ...seen] = timeline(excerpt(found, failure.frame), { width: width - 4, maxFrames: FRAMES_SHOWN }).split(
    '\n',
  );
  lines.push('');
  const here = new RegExp(`^ *\\+\\d+ ms [<>] \\[${failure.frame}\\] `);
  for (const line of seen)
    lines.push(here.test(line) ? `  ${paint('▸', 'red', 'bold')} ${line}` : `    ${paint(line, 'dim')}`);
  return lines;
}

/** A label before the first of several lines. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `      ${(index === 0 ? label : '').padEnd(10)}${line}`);
}

/** All of a value, as JSON on as many lines as it takes; of bearable size. */
function whole(value: unknown, width: number): string[] {
  if (value === undefined) return ['nothing'];
  return wrap((JSON.stringify(value) ?? String(value)).slice(0, LONGEST), width);
}

/** Of one value, in characters. */
const LONGEST = 16_384;
const FRAMES_SHOWN = 6;

/** The frames up to the one in question and the two after it; without one the timeline chooses. */
export function excerpt(exchange: Exchange, frame: number | undefined): Exchange {
  const frames = exchange.frames.map((one) => ({ ...one, data: brief(one.data) }));
  const place = frames.findIndex(({ index }) => index === frame);
  const start = Math.max(0, Math.min(place - 3, frames.length - FRAMES_SHOWN));
  const { request, response } = exchange;
  return {
    ...exchange,
    request: { ...request, ...briefBody(request) },
    ...(response ? { response: { ...response, ...briefBody(response) } } : {}),
    frames: place < 0 ? frames : frames.slice(start, start + FRAMES_SHOWN),
  };
}

function briefBody({ body }: { body?: Body }): { body?: Body } {
  return body && 'text' in body ? { body: { ...body, text: brief(body.text) } } : {};
}

/** JSON without what is the same in every frame: the JSON-RPC envelope, and members that are UUIDs. */
function brief(data: string): string {
  return data
    .slice(0, 2_000)
    .replace(/^\{(?:"jsonrpc": ?"2\.0", ?|"id": ?(?:"[^"]*"|\d+|null), ?)*"result": ?/, '…')
    .replace(/^\{(?:"jsonrpc": ?"2\.0", ?|"id": ?(?:"[^"]*"|\d+|null), ?)+/, '{…')
    .replace(/("\w+": ?"[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}"(, ?)?)+/gi, '…');
}
