import { WireError } from '../wire-error.ts';

/** One line of an NDJSON stream: a JSON text, if all is well. */
export interface NdjsonLine {
  /** Counts from 1; blank lines count too. */
  number: number;
  /** Without its line end. */
  text: string;
  /** The stream stopped before this line's LF: the text may be whole, or cut. */
  unterminated?: true;
}

/** The value that `line` says. Throws `WireError` (`bad-json`) with the line's number. */
export function parseNdjsonLine({ number, text, unterminated }: NdjsonLine): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const which = unterminated ? `${number}, where the stream stopped` : `${number}`;
    const why = cause instanceof Error ? cause.message : cause;
    throw new WireError('bad-json', `expected JSON in line ${which}: ${why}`, { line: number, cause });
  }
}

const SPACE = 32;

/** Nothing but JSON's white space (RFC 8259, section 2). */
export function isBlank(text: string): boolean {
  // What begins with a sign, as nearly every line does, is not: a regular expression for each costs as much as the line.
  return !(text.charCodeAt(0) > SPACE) && /^[ \t\r]*$/.test(text);
}
