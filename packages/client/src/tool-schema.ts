import { InvalidInputError } from './errors.ts';
import { isObject } from './json.ts';
import { isStandardSchema, type StandardIssue, type StandardSchema } from './standard-schema.ts';

/** A JSON Schema. */
export type JsonSchemaObject = Record<string, unknown>;

/** What is sent of a schema, and how what comes is held against it. */
export interface Schema<Value> {
  json: JsonSchemaObject;
  /** Gives the value, or what is wrong with it. A JSON Schema alone is for the server to keep: nothing is then checked here. */
  check(value: unknown): Promise<{ value: Value } | { issues: readonly StandardIssue[] }>;
}

/**
 * From a JSON Schema, or from a schema of a library. One that cannot be made a JSON Schema by its library needs `json`
 * beside it.
 */
export function schemaOf<Value>(
  given: JsonSchemaObject | StandardSchema<Value>,
  json: JsonSchemaObject | undefined,
  what: string,
): Schema<Value> {
  if (!isStandardSchema(given)) {
    if (!isObject(given)) throw new InvalidInputError(`${what}: expected a JSON Schema or a Standard Schema`);
    return { json: json ?? given, check: async (value) => ({ value: value as Value }) };
  }
  const standard = given['~standard'] as StandardSchema<Value>['~standard'];
  const made = json ?? standard.jsonSchema?.input({ target: 'draft-2020-12' });
  if (!made) {
    throw new InvalidInputError(`${what}: ${standard.vendor} does not say its JSON Schema: give it as well`);
  }
  return {
    json: made,
    async check(value) {
      const result = await standard.validate(value);
      return result.issues ? { issues: result.issues } : { value: result.value };
    },
  };
}
