import type { RequirementId } from '@agentproto/rules';

/** The scenarios and invariants that check a requirement, one line each. */
export async function describeChecks(id: RequirementId): Promise<string[]> {
  const { families } = await import('../families.ts');
  return families.flatMap(({ scenarios, invariants, clients = [] }) => [
    ...scenarios
      .filter(({ proves }) => proves.includes(id))
      .map((scenario) => `scenario ${scenario.id}: ${scenario.title}`),
    ...invariants
      .filter(({ proves }) => proves.includes(id))
      .map((invariant) => `invariant ${invariant.id}: ${invariant.title}`),
    ...clients.filter(({ proves }) => proves.includes(id)).map((one) => `recording ${one.id}: ${one.title}`),
  ]);
}
