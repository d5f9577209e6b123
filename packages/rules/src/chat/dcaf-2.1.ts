/** Validators for what DCAF 2.1.0 sends and takes, compiled ahead of time. */
import type { MessageName, Models } from '@agentproto/protocol/chat/dcaf-2.1';
import { validators } from '../generated/chat/dcaf-2.1/validators.ts';
import { violationsOf, type Violation } from '../violation.ts';

export type { Violation } from '../violation.ts';

/** What is wrong with `value` as a message of type `name`, at most 20 violations; empty when it is valid. */
export function validate(name: MessageName, value: unknown): Violation[] {
  return violationsOf(name, validators[name], value);
}

/** Whether `value` is a message of type `name`. */
export function is<Name extends MessageName>(name: Name, value: unknown): value is Models[Name] {
  return validators[name](value);
}
