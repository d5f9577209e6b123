export { families, type FamilyRevisionId } from './generated/families.ts';
export type { RequirementId } from './generated/requirement-ids.ts';
export { requirements } from './generated/requirements.ts';
export type { Basis, Level, Requirement } from './requirement.ts';
export { requirementsOf } from './requirements-of.ts';
