export { differences, type Difference } from './compare.ts';
export { outcome, type Outcome, type OutcomeOptions, type ToolOutcome } from './outcome.ts';
export { foldParts } from './parts.ts';
