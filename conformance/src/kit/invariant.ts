import type { RequirementId } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import type { CheckFunction } from './check.ts';

/** Something that must be so in every exchange that any scenario recorded. */
export interface Invariant {
  /** `family/name`. */
  id: string;
  title: string;
  proves: readonly RequirementId[];
  /** Bindings whose exchanges it looks at; default all. */
  bindings?: readonly string[];
  /** Holds for the answer to a request that breaks a rule on purpose, too: what is hostile is the request. */
  ofHostile?: boolean;
  /** Looks at one exchange; says nothing where there is nothing to look at. `play`: all that its play recorded. */
  examine(exchange: Exchange, check: CheckFunction, play: () => readonly Exchange[]): void;
}

/** `check` takes only ids that stand in `proves`. */
export function invariant<const Id extends RequirementId>(
  id: string,
  definition: Omit<Invariant, 'id' | 'proves' | 'examine'> & {
    proves: readonly Id[];
    examine(exchange: Exchange, check: CheckFunction<NoInfer<Id>>, play: () => readonly Exchange[]): void;
  },
): Invariant {
  return { ...definition, id, examine: (exchange, check, play) => definition.examine(exchange, check, play) };
}
