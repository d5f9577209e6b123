import { parseArgs } from 'node:util';
import { UsageError } from '../kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';

/** One flag of a command. */
export interface Flag {
  /** Without the hyphens. */
  name: string;
  /** What to call its value; without it the flag takes none. */
  value?: string;
  repeatable?: boolean;
}

export interface Flags {
  /** The value of a flag that was given. */
  one(name: string): string | undefined;
  /** All values of a flag, in order. */
  all(name: string): readonly string[];
  has(name: string): boolean;
  positionals: readonly string[];
}

/**
 * Reads the arguments of a command.
 * @throws UsageError for an unknown flag (with the nearest known one), a missing or superfluous value, a repetition.
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): Flags {
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      flags.map(({ name, value }) => [name, { type: value ? ('string' as const) : ('boolean' as const) }]),
    ),
  });

  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const flag = known.get(name);
    if (!flag)
      throw new UsageError(
        `unknown flag ${rawName}${didYouMean(
          rawName,
          flags.map((one) => `--${one.name}`),
        )}`,
      );
    if (flag.value) {
      if (value === undefined || value === '' || (!inlineValue && value.startsWith('--')))
        throw new UsageError(`${rawName}: expected ${flag.value} after it`);
    } else if (inlineValue) throw new UsageError(`${rawName}: takes no value, got ${JSON.stringify(value)}`);
    const values = given.get(name) ?? [];
    if (values.length > 0 && !flag.repeatable) throw new UsageError(`${rawName}: given twice`);
    given.set(name, [...values, value ?? '']);
  }
  return {
    one: (name) => given.get(name)?.[0],
    all: (name) => given.get(name) ?? [],
    has: (name) => given.has(name),
    positionals,
  };
}

/** A duration such as `500ms`, `2s` or `1.5m`, in milliseconds. */
export function parseDuration(flag: string, text: string): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? NaN));
  if (!(ms >= 1 && ms <= 86_400_000))
    throw new UsageError(`${flag} ${text}: expected a duration from 1ms to 1440m, such as 500ms, 2s or 2m`);
  return ms;
}

/** A whole number from `least` to `most`. */
export function parseInteger(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most))
    throw new UsageError(`${flag} ${text}: expected a whole number from ${least} to ${most}`);
  return number;
}

/** One of a few words. */
export function parseChoice<const Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (!found) throw new UsageError(`${flag} ${text}: expected ${words.join(', ')}${didYouMean(text, words)}`);
  return found;
}
