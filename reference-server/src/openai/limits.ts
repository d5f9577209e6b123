import type { ChoiceEvent, ChoiceItem } from './choice.ts';
import { CHARS, tokensOf } from './tokens.ts';

/** Where a choice is cut. */
export interface ChoiceLimits {
  /** Texts that it stops in front of; none is empty. */
  stop: readonly string[];
  /** Tokens that it may have. */
  most: number;
  /** Tokens of the input, for the usage of a choice that is cut. */
  input: number;
}

/**
 * A choice up to the first text of `stop`, which is left out, or up to `most` tokens. What may be the beginning of a
 * stop is held back until more has come. Who cuts does not read on, so that the source is told by `return`.
 */
export async function* limited(items: AsyncIterable<ChoiceItem>, limits: ChoiceLimits): AsyncGenerator<ChoiceItem> {
  const { stop, input } = limits;
  const room = limits.most * CHARS;
  let held = '';
  let chars = 0;
  const cut = (reason: 'stop' | 'length'): ChoiceEvent => ({
    ended: reason,
    tokens: { input, output: tokensOf(chars) },
  });
  /** As much as there is room for. */
  const fitting = (text: string): ChoiceEvent[] => {
    const piece = text.slice(0, room - chars);
    chars += piece.length;
    return piece === '' ? [] : [{ text: piece }];
  };
  for await (const item of items) {
    if ('text' in item) {
      const text = held + item.text;
      const end = firstOf(stop, text);
      held = end === undefined ? beginningOf(stop, text) : '';
      const said = text.slice(0, end ?? text.length - held.length);
      const isTooLong = chars + said.length > room;
      yield* fitting(said);
      if (isTooLong) return yield cut('length');
      if (end !== undefined) return yield cut('stop');
      continue;
    }
    const rest = held;
    held = '';
    const isTooLong = chars + rest.length > room;
    yield* fitting(rest);
    if (isTooLong) return yield cut('length');
    yield item;
  }
}

/** Where the first of the stops begins. */
function firstOf(stop: readonly string[], text: string): number | undefined {
  const found = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** The longest end of the text with which a stop begins. */
function beginningOf(stop: readonly string[], text: string): string {
  const longest = Math.max(0, ...stop.map(({ length }) => length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stop.some((one) => one.startsWith(end))) return end;
  }
  return '';
}
