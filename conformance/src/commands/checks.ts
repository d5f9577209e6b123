import type { RequirementId } from '@agentproto/rules';

/** What checks a requirement, one line each: a revision that extends another has the same checks. */
export async function describeChecks(id: RequirementId): Promise<string[]> {
  const { families } = await import('../families.ts');
  const lines = families.flatMap(({ scenarios, invariants, clients = [] }) => [
    ...scenarios
      .filter(({ proves }) => proves.includes(id))
      .map((scenario) => `scenario ${scenario.id}: ${scenario.title}`),
    ...invariants
      .filter(({ proves }) => proves.includes(id))
      .map((invariant) => `invariant ${invariant.id}: ${invariant.title}`),
    ...clients.filter(({ proves }) => proves.includes(id)).map((one) => `recording ${one.id}: ${one.title}`),
  ]);
  return [...new Set(lines)];
}
