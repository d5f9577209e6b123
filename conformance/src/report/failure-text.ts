import type { ExchangeLookup } from './format.ts';
import { painter } from './paint.ts';
import { failureLines } from './red-block.ts';
import { placeOf, type Red } from './reds.ts';
import { count } from './text.ts';

const WIDTH = 160;

/** What shows a red, as lines for formats that know only text: harmless, and of bearable size. */
export function redText({ row, failures, blocks }: Red, exchange: ExchangeLookup): string[] {
  const [first] = failures;
  const others = new Set(failures.map(placeOf));
  if (first) others.delete(placeOf(first));
  return [
    ...(row.reason ? [row.reason] : []),
    ...(first
      ? [
          `in ${placeOf(first)}`,
          ...failureLines(first.failure, first.scenario.run ?? 0, {
            width: WIDTH,
            paint: painter(false),
            verbosity: 'normal',
            exchange,
          }).map((line) => line.replace(/^ {4}/, '')),
        ]
      : []),
    ...(others.size > 0 ? [`also in ${[...others].join(', ')}`] : []),
    ...(blocks.length > 0
      ? [`${count(blocks.length, 'check')} could not be made because of it: ${blocks.join(', ')}`]
      : []),
  ];
}

/** One sentence: what was broken, and how. */
export function redSentence({ row, bindings, failures }: Red): string {
  const [first] = failures;
  const how = first?.failure.message ?? row.reason ?? row.verdict;
  return `${row.statement} Over ${bindings.join(', ')}: ${how.slice(0, 500)}`;
}
