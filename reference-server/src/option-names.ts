import { didYouMean } from '@agentproto/script';
import { ServerOptionsError } from './options-error.ts';

/** Every name that a record of options may have; a name that is forgotten here does not compile. */
export type NamesOf<Options> = { readonly [Name in keyof Required<Options>]: true };

/** Throws a ServerOptionsError for what is no object. `such`: how one looks. */
export function checkObject(at: string, value: unknown, such = ''): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const got = value === undefined ? 'nothing' : String(JSON.stringify(value));
  throw new ServerOptionsError(`${at}: expected an object${such && ` such as ${such}`}; got ${got}`);
}

/** Throws a ServerOptionsError for a member that is no option. `at` is where the options are: `a2a.`. */
export function checkNames<Options extends object>(
  options: Options | undefined,
  names: NamesOf<Options>,
  at = '',
): void {
  if (options === undefined) return;
  checkObject(at.replace(/[.: ]+$/, '') || 'options', options);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    throw new ServerOptionsError(
      `${at}${name}: there is no such option${didYouMean(name, known)}; expected ${known.join(', ')}`,
    );
  }
}
