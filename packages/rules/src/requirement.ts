import type { FamilyRevisionId } from './generated/families.ts';
import type { RequirementId } from './generated/requirement-ids.ts';

/**
 * How strong a rule is; it decides the verdict. `product`: what a product always does, in its own revision: no MUST, for no
 * specification says it, and as binding for whoever stands in for it. `observe` is recorded and never judged.
 */
export type Level = 'must' | 'product' | 'should' | 'may' | 'observe';

/**
 * Where a rule comes from. `stated`: the source uses an RFC 2119 word; `implied`: a plain rule, table or schema;
 * `product`: what a product is seen to do; `ours`: our reading.
 */
export type Basis = 'stated' | 'implied' | 'product' | 'ours';

/** A row of specs/<family>/<revision>/requirements.yaml. Exactly one of `check`, `untestable`, `pending` is there. */
export interface Requirement {
  readonly id: RequirementId;
  readonly family: string;
  readonly revision: string;
  readonly level: Level;
  readonly basis: Basis;
  /** Sections of the source, as it numbers them. */
  readonly section: string;
  /** Where the rule is seen: a binding of the family, or one of its sides as `card`, `webhook`, `client`. */
  readonly binding: readonly string[];
  /** The rule in one sentence. */
  readonly statement: string;
  /** Rows of another revision that ask for the same: what checks them checks this one, in a run by this revision. */
  readonly same?: readonly RequirementId[];
  /** What the target must declare; with a leading `-`, what it must not declare. */
  readonly capability?: readonly string[];
  /** What the agent under test must be brought to do, or what the harness needs. */
  readonly stimulus?: readonly string[];
  /** The suite version that brought the row. */
  readonly since: string;
  readonly check?: 'scenario' | 'invariant';
  /** Why nothing can check it from outside. */
  readonly untestable?: string;
  /** Why nothing checks it yet. */
  readonly pending?: string;
  /** Why it is other than in the revision that this one extends; absent where it is not. */
  readonly changed?: string;
}

/** How a revision differs from another of its family: specs/<family>/<revision>/changes.yaml. */
export interface Extension {
  readonly extends: FamilyRevisionId;
  readonly changes: { readonly [Id in RequirementId]?: RequirementChange };
}

export interface RequirementChange extends Partial<
  Pick<Requirement, 'level' | 'basis' | 'section' | 'binding' | 'statement'>
> {
  readonly reason: string;
  /** The rule does not hold here. */
  readonly dropped?: true;
}
