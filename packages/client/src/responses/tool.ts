import type { FunctionCall, FunctionToolParam, ToolOutputPart } from '@agentproto/protocol/responses/openai';
import { AbortedError } from '../errors.ts';
import { type JsonSchemaObject, schemaOf } from '../tool-schema.ts';
import { issuesSaid, type StandardSchema } from '../standard-schema.ts';

/** What a function can give back: a text, parts, or any value that JSON has. */
export type ToolResult = string | ToolOutputPart[] | object | number | boolean | null | undefined;

export interface ToolContext {
  /** Aborts when `run` is aborted. */
  signal: AbortSignal;
  call: FunctionCall;
}

export interface ToolDefinition<Args> {
  /** Letters, digits, `_` and `-`, at most 64. */
  name: string;
  description?: string;
  /** Of its arguments, a JSON Schema or a Standard Schema; without, it has none. */
  parameters?: StandardSchema<Args> | JsonSchemaObject;
  /** For parameters whose library does not make it. */
  jsonSchema?: JsonSchemaObject;
  strict?: boolean;
  /** Ask `approve` of `run` before each call. Default: false. */
  needsApproval?: boolean;
  /** What it throws is told to the model. */
  run(args: Args, context: ToolContext): ToolResult | Promise<ToolResult>;
}

/** A function that `run` can call for the model. */
export interface RunnableTool {
  readonly name: string;
  readonly needsApproval: boolean;
  /** For `tools` of a request. */
  readonly param: FunctionToolParam & { type: 'function' };
  /** What goes back to the model: also of arguments that cannot be read, and of what was thrown. */
  answer(call: FunctionCall, signal: AbortSignal): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  output: string | ToolOutputPart[];
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
    param: {
      type: 'function',
      name,
      parameters: schema.json,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    },
    async answer(call, signal) {
      let args: unknown;
      try {
        // A function without arguments is often called with an empty text.
        args = JSON.parse(call.arguments.trim() || '{}');
      } catch (error) {
        return failed('the arguments are not JSON', error);
      }
      const checked = await schema.check(args);
      if ('issues' in checked)
        return failed(`the arguments are not as asked for: ${issuesSaid(checked.issues)}`, checked.issues);
      try {
        return { output: textOf(await run(checked.value, { signal, call })) };
      } catch (error) {
        if (signal.aborted) throw new AbortedError(signal.reason);
        return failed(error instanceof Error ? error.message : String(error), error);
      }
    },
  };
}

const NOTHING: JsonSchemaObject = { type: 'object', properties: {}, additionalProperties: false };

function failed(why: string, error: unknown): ToolAnswer {
  return { output: JSON.stringify({ error: why }), error };
}

function textOf(result: ToolResult): string | ToolOutputPart[] {
  if (typeof result === 'string') return result;
  if (Array.isArray(result) && result.length > 0 && result.every(isPart)) return result as ToolOutputPart[];
  return JSON.stringify(result ?? null);
}

function isPart(part: unknown): boolean {
  const type = (part as { type?: unknown } | null)?.type;
  return type === 'input_text' || type === 'input_image' || type === 'input_file' || type === 'input_video';
}
