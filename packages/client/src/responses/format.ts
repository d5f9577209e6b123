import type { JsonSchemaResponseFormatParam, ResponseResource } from '@agentproto/protocol/responses/openai';
import { OutputInvalidError, ResponseNotCompletedError } from './error.ts';
import { type JsonSchemaObject, schemaOf } from '../tool-schema.ts';
import { issuesSaid, type StandardSchema } from '../standard-schema.ts';
import { outputTextOf, refusalOf } from './text.ts';

export interface FormatOptions {
  /** For a schema whose library does not make it. */
  jsonSchema?: JsonSchemaObject;
  description?: string;
  /** Whether the model must keep to it exactly; servers then take a part of JSON Schema only. Default: the server's. */
  strict?: boolean;
}

/** A form that the text of a response shall have. */
export interface OutputFormat<Value> {
  /** For `text` of a request: `{ text: { format } }`. */
  readonly format: JsonSchemaResponseFormatParam;
  /**
   * The text of a response as a value. Throws `ResponseNotCompletedError` for one that was cut, and `OutputInvalidError`,
   * which holds the response, for a refusal, for what is no JSON, and for what the schema's library refuses.
   */
  parse(response: ResponseResource): Promise<Value>;
}

/**
 * A form by a JSON Schema, whose value is then of the type that you say, or by a schema of any library that is a Standard
 * Schema, which also checks it. `name`: letters, digits, `_` and `-`, at most 64.
 */
export function outputFormat<Value>(
  name: string,
  schema: StandardSchema<Value>,
  options?: FormatOptions,
): OutputFormat<Value>;
export function outputFormat<Value = unknown>(
  name: string,
  schema: JsonSchemaObject,
  options?: FormatOptions,
): OutputFormat<Value>;
export function outputFormat<Value>(
  name: string,
  given: StandardSchema<Value> | JsonSchemaObject,
  { jsonSchema, description, strict }: FormatOptions = {},
): OutputFormat<Value> {
  const schema = schemaOf<Value>(given, jsonSchema, name);
  return {
    format: {
      type: 'json_schema',
      name,
      schema: schema.json,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    },
    async parse(response) {
      if (response.status !== undefined && response.status !== 'completed') {
        throw new ResponseNotCompletedError(response);
      }
      const refusal = refusalOf(response);
      if (refusal !== undefined) throw new OutputInvalidError('the model refuses', response, { refusal });
      let value: unknown;
      try {
        value = JSON.parse(outputTextOf(response));
      } catch {
        throw new OutputInvalidError(`expected JSON (${name})`, response);
      }
      const checked = await schema.check(value);
      if ('value' in checked) return checked.value;
      const { issues } = checked;
      throw new OutputInvalidError(`not as ${name} says: ${issuesSaid(issues)}`, response, { issues });
    },
  };
}
