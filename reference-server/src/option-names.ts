import { didYouMean } from '@agentproto/script';
import { ServerOptionsError } from './options-error.ts';

/** Every name that a record of options may have; a name that is forgotten here does not compile. */
export type NamesOf<Options> = { readonly [Name in keyof Required<Options>]: true };

/** Throws a ServerOptionsError for a member that is no option. `at` is where the options are: `a2a.`. */
export function checkNames<Options extends object>(
  options: Options | undefined,
  names: NamesOf<Options>,
  at = '',
): void {
  for (const name of Object.keys(options ?? {})) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    throw new ServerOptionsError(
      `${at}${name}: there is no such option${didYouMean(name, known)}; expected ${known.join(', ')}`,
    );
  }
}
