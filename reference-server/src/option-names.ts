import { didYouMean } from '@agentproto/script';
import type { Kind } from './option-kinds.ts';
import { ServerOptionsError } from './options-error.ts';

/**
 * Every name that a record of options may have, and what its value has to be (true: that is looked at elsewhere); a name that is forgotten
 * here does not compile.
 */
export type NamesOf<Options> = { readonly [Name in keyof Required<Options>]: true | Kind };

/** Throws a ServerOptionsError for what is no object. `such`: how one looks. */
export function checkObject(at: string, value: unknown, such = ''): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const got = value === undefined ? 'nothing' : String(JSON.stringify(value));
  throw new ServerOptionsError(`${at}: expected an object${such && ` such as ${such}`}; got ${got}`);
}

/** Throws a ServerOptionsError for a member that is no option, or not what it has to be. `at` is where the options are: `a2a.`. */
export function checkNames<Options extends object>(
  options: Options | undefined,
  names: NamesOf<Options>,
  at = '',
): void {
  if (options === undefined) return;
  checkObject(at.replace(/[.: ]+$/, '') || 'options', options);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(names, name)) {
      const known = Object.keys(names);
      throw new ServerOptionsError(
        `${at}${name}: there is no such option${didYouMean(name, known)}; expected ${known.join(', ')}`,
      );
    }
    const kind = names[name as keyof Options];
    if (kind === true || value === undefined || kind.fits(value)) continue;
    throw new ServerOptionsError(`${at}${name}: expected ${kind.expected}; got ${gotten(value, kind)}`);
  }
}

function gotten(value: unknown, { isSecret }: Kind): string {
  if (isSecret || typeof value === 'function' || typeof value === 'bigint') return `a ${typeof value}`;
  const text = typeof value === 'number' ? String(value) : String(JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
