/** Validators for Open Agent API (readme), compiled ahead of time. Apart from the models, so that only who validates pays for them. */
import type { MessageName, Models } from '@agentproto/protocol/open-agent/readme';
import { validators } from '../generated/open-agent/readme/validators.ts';
import { violationsOf, type Violation } from '../violation.ts';

export type { Violation } from '../violation.ts';

/** What is wrong with `value` as a message of type `name`, at most 20 violations; empty when it is valid. Unknown members are allowed. */
export function validate(name: MessageName, value: unknown): Violation[] {
  return violationsOf(name, validators[name], value);
}

/** Whether `value` is a message of type `name`. */
export function is<Name extends MessageName>(name: Name, value: unknown): value is Models[Name] {
  return validators[name](value);
}
