import type { RequirementId } from '@agentproto/rules';
import { globs } from '../glob.ts';
import type { Detected, SuiteFamily } from './family.ts';
import type { PlannedRow } from './result.ts';
import { rowTable } from './rows.ts';
import { provesOver, type Scenario } from './scenario.ts';
import { HARNESS_WORDS, STIMULUS_WORDS, type HarnessWord, type Profile } from './stimulus.ts';
import { UsageError } from './usage-error.ts';
import type { NotRunReason } from './verdict.ts';

/** A family revision that the target speaks, and how. */
export interface Spoken {
  family: SuiteFamily;
  found: Detected;
}

/** One scenario over one binding. */
export interface Play {
  spoken: Spoken;
  scenario: Scenario;
  binding: string;
}

export interface Plan {
  plays: Play[];
  rows: PlannedRow[];
}

export interface PlanFilter {
  /** Globs over requirement ids and scenario ids; empty: everything. */
  only: readonly string[];
  skip: readonly string[];
}

/** What plays have at hand besides the target: what its agent can be brought to do, and what the user brought along. */
interface Means {
  profile: Profile;
  given: ReadonlySet<HarnessWord>;
}

/**
 * What will be played, and for each row of the registry that has a check: by what, or why not.
 * @throws UsageError for a pattern that matches nothing.
 */
export function makePlan(
  spoken: readonly Spoken[],
  profile: Profile,
  filter: PlanFilter,
  given: ReadonlySet<HarnessWord> = new Set(),
): Plan {
  const wanted = chooser(
    spoken.flatMap(({ family }) => [...family.scenarios, ...family.invariants]),
    filter,
  );
  const plan: Plan = { plays: [], rows: [] };
  const choice = { wanted, leftOut: anyOf(filter.skip), isChoice: filter.only.length > 0 };
  for (const one of spoken) planFamily(one, { profile, given }, choice, plan);
  return plan;
}

interface Choice {
  wanted: (id: RequirementId) => boolean;
  /** A scenario that was named is not played at all, not even for what invariants would see in it: it may be what the target does not survive. */
  leftOut: (scenario: string) => boolean;
  isChoice: boolean;
}

function planFamily(spoken: Spoken, means: Means, { wanted, leftOut, isChoice }: Choice, plan: Plan) {
  const { family, found } = spoken;
  const rows = new RowTable();
  const invariantRows = new Set(family.invariants.flatMap(({ proves }) => proves));
  // An invariant may see something in any exchange; of a choice of rows, one in every kind of exchange is enough.
  const isSeen = [...invariantRows].some((id) => wanted(id));
  const watched = (id: string) => isSeen && (!isChoice || family.smoke.includes(id));

  for (const scenario of family.scenarios) {
    for (const binding of scenario.bindings ?? family.bindings) {
      const proves = provesOver(family, scenario, binding);
      const left = leftOut(scenario.id);
      const relevant = proves.some((id) => wanted(id));
      const outside = whyNot(scenario, binding, found, means, family);
      for (const id of proves) {
        if (left || !wanted(id)) rows.leave(id, binding, { verdict: 'not-run', reason: 'filtered' });
        else if (outside) rows.leave(id, binding, outside);
        else rows.play(id, binding, scenario.id).owed = true;
      }
      if (!left && !outside && proves.length > 0 && (relevant || watched(scenario.id)))
        plan.plays.push({ spoken, scenario, binding });
    }
  }
  for (const { id: name, proves, bindings } of family.invariants) {
    for (const id of proves) {
      for (const binding of watchedBindings(id, family).filter((one) => bindings?.includes(one) ?? true)) {
        const missing = found.undeclared.get(binding);
        if (!wanted(id)) rows.leave(id, binding, { verdict: 'not-run', reason: 'filtered' });
        else if (missing) rows.leave(id, binding, { verdict: 'not-applicable', reason: missing });
        else rows.play(id, binding, name);
      }
    }
  }
  plan.rows.push(...rows.list().sort((a, b) => causeRank(family, a) - causeRank(family, b)));
}

/** Reds of the first areas are causes; within an area rules that are seen in every exchange come before the rest. */
function causeRank({ causes, invariants }: SuiteFamily, { requirement }: PlannedRow): number {
  const own = causes.indexOf(requirement);
  const area = own < 0 ? causes.indexOf(areaOf(requirement)) : own;
  const isEverywhere = invariants.some(({ proves }) => proves.includes(requirement));
  return area < 0 ? causes.length * 2 : area * 2 + (isEverywhere ? 0 : 1);
}

/** `A2A10-STREAM-006` -> `STREAM`. */
export function areaOf(id: string): string {
  return id.split('-').slice(1, -1).join('-') || id;
}

/** Where a row can be seen in what scenarios record; webhooks and clients are looked at elsewhere. */
function watchedBindings(id: RequirementId, family: SuiteFamily): string[] {
  return (rowTable(family).get(id)?.binding ?? []).filter(
    (binding) => binding === family.sideBinding || family.bindings.includes(binding),
  );
}

function whyNot(
  scenario: Scenario,
  binding: string,
  found: Detected,
  { profile, given }: Means,
  family: SuiteFamily,
): PlannedRow['outside'] {
  const missing = found.undeclared.get(binding);
  if (missing) return { verdict: 'not-applicable', reason: missing };
  if (family.bindings.includes(binding) && !found.bindings.includes(binding))
    return { verdict: 'not-applicable', reason: `the target does not declare ${binding}` };
  for (const capability of scenario.capability ?? []) {
    const off = capability.startsWith('-');
    const name = off ? capability.slice(1) : capability;
    if (found.capabilities.has(name) === off) {
      return {
        verdict: 'not-applicable',
        reason: off ? `the target declares ${name}` : `the target does not declare ${name}`,
      };
    }
  }
  const needs = scenario.stimulus ?? [];
  if (needs.some((word) => isOf(STIMULUS_WORDS, word) && !profile.offers.has(word)))
    return { verdict: 'not-run', reason: 'no-stimulus' };
  const without = needs.find((word): word is HarnessWord => isOf(HARNESS_WORDS, word) && !given.has(word));
  return without && { verdict: 'not-run', reason: WITHOUT[without] };
}

const WITHOUT: Record<HarnessWord, NotRunReason> = {
  hook: 'no-webhook',
  '2id': 'no-identity',
  mail: 'no-mailbox',
  device: 'no-approval',
  stripe: 'no-stripe-secret',
};

function isOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}

/** Rows by requirement and binding; a row that any scenario plays is inside the plan. */
class RowTable {
  readonly #rows = new Map<string, PlannedRow>();

  play(requirement: RequirementId, binding: string, by: string): PlannedRow {
    const row = this.#row(requirement, binding);
    row.scenarios.push(by);
    delete row.outside;
    return row;
  }

  leave(requirement: RequirementId, binding: string, outside: NonNullable<PlannedRow['outside']>) {
    const row = this.#row(requirement, binding);
    if (row.scenarios.length === 0) row.outside ??= outside;
  }

  list(): PlannedRow[] {
    return [...this.#rows.values()];
  }

  #row(requirement: RequirementId, binding: string): PlannedRow {
    const key = `${requirement} ${binding}`;
    let row = this.#rows.get(key);
    if (!row) this.#rows.set(key, (row = { requirement, binding, scenarios: [] }));
    return row;
  }
}

/** Which rows are wanted, of those that these look at. @throws UsageError for a pattern that is of none of them. */
export function chooser(
  all: readonly { id: string; proves: readonly RequirementId[] }[],
  filter: PlanFilter,
): (id: RequirementId) => boolean {
  const provers = new Map<string, string[]>();
  for (const { id, proves } of all) {
    for (const row of proves) provers.set(row, [...(provers.get(row) ?? []), id]);
  }
  const names = new Set([...provers.keys(), ...[...provers.values()].flat()]);
  const only = filter.only.map((pattern) => compile('--only', pattern, names));
  const skip = filter.skip.map((pattern) => compile('--skip', pattern, names));
  const hits = (patterns: ((name: string) => boolean)[], id: RequirementId) =>
    patterns.some((matches) => matches(id) || (provers.get(id) ?? []).some(matches));
  return (id) =>
    (only.length === 0 || hits(only, id)) &&
    !skip.some((matches) => matches(id) || (provers.get(id) ?? []).every(matches));
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const all = patterns.map((pattern) => globs(pattern));
  return (name) => all.some((matches) => matches(name));
}

function compile(flag: string, pattern: string, names: ReadonlySet<string>): (name: string) => boolean {
  const matches = globs(pattern);
  if (![...names].some(matches)) {
    throw new UsageError(
      `${flag} ${pattern}: matches no requirement and no scenario that would be judged here; \`agentproto-conformance list\` names them all`,
    );
  }
  return matches;
}
