import type { RequirementId } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import type { CheckFunction } from './check.ts';
import type { Lost, NotApplicable } from './stops.ts';
import { rowTable, type Ruled } from './rows.ts';
import type { Need } from './stimulus.ts';

/** What a play has at hand. */
export interface Stage<Driver, Id extends RequirementId = RequirementId> {
  agent: Driver;
  check: CheckFunction<Id>;
  /**
   * The MUSTs of general rules (invariants) that these exchanges break by themselves, whatever they were about. For
   * `blockedBy`: what else is wrong with an answer for that reason is no news. A stream must have ended.
   */
  flaws(...seen: readonly { exchange: Exchange }[]): RequirementId[];
  /** `throw lost('the task finished before the cancel arrived')`: it cannot be told this time. */
  lost(reason: string): Lost;
  /** `throw notApplicable('the card has no …')`. */
  notApplicable(reason: string): NotApplicable;
}

export interface Scenario<Driver = unknown> {
  /** `family/area/name`; what `--only` and reports call it. */
  id: string;
  title: string;
  /** The rows that the play checks, each over the bindings that it names; `check` takes no others. */
  proves: readonly RequirementId[];
  /** Bindings that it is played over; default: all that the family plays over and the target declares. */
  bindings?: readonly string[];
  /** Capabilities that the target must declare; `-name`: must not declare. */
  capability?: readonly string[];
  /** Behaviour of the agent, and what else the play needs. */
  stimulus?: readonly Need[];
  /** Touches state that other scenarios see: played alone. */
  exclusive?: boolean;
  play(stage: Stage<Driver>): Promise<void>;
}

/** The rows that a scenario owes over one binding: those that can be seen there, in this family. */
export function provesOver(family: Ruled, { proves }: Pick<Scenario, 'proves'>, binding: string): RequirementId[] {
  return proves.filter((id) => rowTable(family).get(id)?.binding.includes(binding));
}

/** A family's own `scenario(id, …)`, in which `check` takes only ids that stand in `proves`. */
export function scenariosFor<Driver>() {
  return <const Id extends RequirementId>(
    id: string,
    definition: Omit<Scenario<Driver>, 'id' | 'proves' | 'play'> & {
      proves: readonly Id[];
      play(stage: Stage<Driver, NoInfer<Id>>): Promise<void>;
    },
  ): Scenario<Driver> => ({ ...definition, id, play: (stage) => definition.play(stage) });
}
