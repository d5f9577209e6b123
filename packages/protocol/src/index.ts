export { families, type FamilyRevisionId } from './generated/families.ts';
export { requirements, type RequirementId } from './generated/requirements.ts';
export type { Basis, Level, Requirement } from './requirement.ts';
export { requirementsOf } from './requirements-of.ts';
