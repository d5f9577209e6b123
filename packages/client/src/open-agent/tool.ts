import type { ToolkitFunction } from '@agentproto/protocol/open-agent/0.7';
import { AbortedError } from '../errors.ts';
import { isObject } from '../json.ts';
import { issuesSaid, type StandardSchema } from '../standard-schema.ts';
import { type JsonSchemaObject, schemaOf } from '../tool-schema.ts';
import type { ToolRequest } from './run-result.ts';

/** What a function can give back: a text, or any value that JSON has. */
export type ToolResult = string | object | number | boolean | null | undefined;

export interface ToolContext {
  /** Aborts when `run` is aborted. */
  signal: AbortSignal;
  request: ToolRequest;
}

export interface ToolDefinition<Args> {
  name: string;
  description: string;
  /** Of its arguments, a JSON Schema or a Standard Schema; without, it has none. */
  parameters?: StandardSchema<Args> | JsonSchemaObject;
  /** For parameters whose library does not make it. */
  jsonSchema?: JsonSchemaObject;
  strict?: boolean;
  /** Ask `approve` of `run` before each call. Default: false. */
  needsApproval?: boolean;
  /** What it throws is told to the agent. */
  run(args: Args, context: ToolContext): ToolResult | Promise<ToolResult>;
}

/** A function that `run` can call for an agent. */
export interface RunnableTool {
  readonly name: string;
  readonly needsApproval: boolean;
  /** For `tools` of a request. */
  readonly param: ToolkitFunction;
  /** What goes back to the agent: also of an input that cannot be read, and of what was thrown. */
  answer(request: ToolRequest, signal: AbortSignal): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  content: string;
  /** What the function threw, or why it was not called. */
  error?: unknown;
}

/** A tool that is a function here. */
export function functionTool<Args = Record<string, unknown>>(definition: ToolDefinition<Args>): RunnableTool {
  const { name, description, parameters = NOTHING, jsonSchema, strict, needsApproval = false, run } = definition;
  const schema = schemaOf<Args>(parameters, jsonSchema, name);
  return {
    name,
    needsApproval,
    param: { name, description, parameters: schema.json, ...(strict !== undefined && { strict }) },
    async answer(request, signal) {
      const checked = await schema.check(argumentsIn(request.input, schema.json));
      if ('issues' in checked) {
        return failed(`the arguments are not as asked for: ${issuesSaid(checked.issues)}`, checked.issues);
      }
      try {
        const result = await run(checked.value, { signal, request });
        return { content: typeof result === 'string' ? result : JSON.stringify(result ?? null) };
      } catch (error) {
        if (signal.aborted) throw new AbortedError(signal.reason);
        return failed(error instanceof Error ? error.message : String(error), error);
      }
    },
  };
}

const NOTHING: JsonSchemaObject = { type: 'object', properties: {}, additionalProperties: false };

/**
 * The input of a ToolRequest is an object, the same as JSON, or a bare text (README): that is the one argument of a function
 * which has one, and else stays a text.
 */
function argumentsIn(input: unknown, { properties }: JsonSchemaObject): unknown {
  if (input === undefined || input === null) return {};
  if (typeof input !== 'string') return input;
  if (input.trim() === '') return {};
  try {
    const json: unknown = JSON.parse(input);
    if (isObject(json)) return json;
  } catch {
    // A text, then.
  }
  const names = isObject(properties) ? Object.keys(properties) : [];
  return names.length === 1 ? { [names[0]!]: input } : input;
}

function failed(why: string, error: unknown): ToolAnswer {
  return { content: JSON.stringify({ error: why }), error };
}
