import { LogError } from './log-error.ts';

/** A whole text, or its pieces as they are read from a file; UTF-8. */
export type TextSource = string | AsyncIterable<string | Uint8Array>;

export interface Line {
  /** Without its LF. */
  text: string;
  /** False: the text stops before the line's LF. */
  ended: boolean;
}

/** Longer than any line that we write; V8 ends a string at 512 Mi. */
const MAX_LINE_LENGTH = 256 * 1024 * 1024;

/** Splits at LF and nothing else. Node's readline would also split at a lone CR. */
export async function* linesOf(source: TextSource): AsyncGenerator<Line, void, undefined> {
  let pieces: string[] = [];
  let length = 0;
  let count = 1;
  for await (const chunk of decoded(source)) {
    let from = 0;
    for (let to = chunk.indexOf('\n'); to !== -1; to = chunk.indexOf('\n', from)) {
      pieces.push(chunk.slice(from, to));
      yield { text: pieces.join(''), ended: true };
      from = to + 1;
      pieces = [];
      length = 0;
      count++;
    }
    pieces.push(chunk.slice(from));
    length += chunk.length - from;
    if (length > MAX_LINE_LENGTH) {
      throw new LogError('bad-line', `expected at most ${MAX_LINE_LENGTH} characters`, { line: count });
    }
  }
  const text = pieces.join('');
  if (text !== '') yield { text, ended: false };
}

async function* decoded(source: TextSource): AsyncGenerator<string, void, undefined> {
  if (typeof source === 'string') {
    yield source;
    return;
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of source) yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
