import { createRedactor, isSecretName, type Exchange } from '@agentproto/recording';
import { credentialsIn } from '@agentproto/recording/fixture';
import { secretsOf } from '../run-file.ts';
import type { ChildStream } from './child.ts';

/** Of a line that is shown: what comes after that is left out. */
const LONGEST = 64 * 1024;
/** Where a line is cut, so may a secret be, which nobody would know by its beginning. */
const UNSURE = 8 * 1024;
/** The last of what a client has written, in characters. */
const TAIL = 4_000;
/** Whatever is shorter is too common to be looked for. */
const SHORTEST = 8;

/** `Authorization: Bearer …`, whichever way it is written. */
const AUTHORIZATION = /(\bauthorization["']?\s*[:=]\s*["']?(?:\w+ +)?)[^\s"',;]+/gi;
/** Prose goes on with a word, a token has a digit. */
const BEARER = /(\bbearer +)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*/gi;

/** What a client must not be quoted with: what its environment holds by a name that says so, and what it showed who it is by. */
function secretsOfClient(env: NodeJS.ProcessEnv, exchanges: readonly Exchange[]): string[] {
  const held = Object.entries(env).flatMap(([name, value = '']) => (isSecretName(name) ? [value] : []));
  const shown = exchanges.flatMap(({ request: { headers } }) => [
    ...credentialsIn(headers),
    ...secretsOf(headers.filter(([name]) => /^(proxy-)?authorization$/i.test(name))),
  ]);
  return [...new Set([...held, ...shown])].filter((one) => one.length >= SHORTEST);
}

/** A client's own words without secrets, as far as they are known by then. */
export type Quote = (text: string) => string;

/** @param exchanges all that began, the oldest first */
export function quoteOf(env: NodeJS.ProcessEnv, exchanges: () => readonly Exchange[]): Quote {
  let redactor = createRedactor();
  let known = -1;
  return (text) => {
    const all = exchanges();
    if (all.length !== known) redactor = createRedactor(secretsOfClient(env, all));
    known = all.length;
    return redactor.text(text.replace(AUTHORIZATION, '$1[redacted]').replace(BEARER, '$1[redacted]'));
  };
}

interface Line {
  text: string;
  isCut: boolean;
}

/**
 * Shows what a client writes, without secrets. By lines, as a secret may come in pieces.
 * @param show given one line after the other, each with its end, once it is whole
 */
export class ClientOutput {
  readonly #quote: Quote;
  readonly #show: ((text: string) => void) | undefined;
  // Of both streams what has come of a line: they come in pieces, between each other.
  readonly #begun: Record<ChildStream, Line> = { stdout: newLine(), stderr: newLine() };
  /** As they came: more may be known of secrets when they are asked for. */
  #last: Line[] = [];
  #lastLength = 0;

  constructor(quote: Quote, show?: (text: string) => void) {
    this.#quote = quote;
    this.#show = show;
  }

  write(text: string, stream: ChildStream): void {
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      const line = this.#begun[stream];
      const room = LONGEST - line.text.length;
      const piece = text.slice(from, Math.min(end < 0 ? text.length : end, from + room + 1));
      line.text += piece.slice(0, room);
      line.isCut ||= piece.length > room;
      if (end < 0) return;
      this.#end(stream);
      from = end + 1;
    }
  }

  /** What has no end of a line has come to its end, too. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) if (this.#begun[stream].text !== '') this.#end(stream);
  }

  /** The last that it wrote. */
  tail(): string {
    return this.#last
      .map((line) => this.#shown(line))
      .join('')
      .slice(-TAIL);
  }

  #end(stream: ChildStream): void {
    const line = this.#begun[stream];
    this.#begun[stream] = newLine();
    this.#show?.(this.#shown(line));
    this.#last.push(line);
    this.#lastLength += line.text.length + 1;
    let dropped = 0;
    while (dropped < this.#last.length - 1 && this.#lastLength - this.#last[dropped]!.text.length - 1 >= TAIL)
      this.#lastLength -= this.#last[dropped++]!.text.length + 1;
    if (dropped > 0) this.#last = this.#last.slice(dropped);
  }

  #shown({ text, isCut }: Line): string {
    const shown = this.#quote(text);
    return isCut ? `${shown.slice(0, -UNSURE)}… (cut)\n` : `${shown}\n`;
  }
}

const newLine = (): Line => ({ text: '', isCut: false });
