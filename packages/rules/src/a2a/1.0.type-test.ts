/** What the compiler refuses, so that a misspelt id is seen before anything runs. */
import { requirements, type RequirementId } from '../index.ts';
import { is } from './1.0.ts';

export const rule: RequirementId = 'A2A10-SEND-001';
export const statement: string = requirements['A2A10-SEND-001'].statement;
// @ts-expect-error an unknown requirement
export const unknownRule: RequirementId = 'A2A10-SEND-999';
// @ts-expect-error an unknown requirement
export const unknownRow = requirements['A2A10-SEND-999'];

export function guarded(value: unknown): string | undefined {
  return is('Task', value) ? value.status.state : undefined;
}
