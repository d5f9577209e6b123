import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { CreateResponseBody, ItemParam, TextParam, Tool, ToolParam } from '@agentproto/protocol/responses/openai';
import { HttpError } from '../http-error.ts';
import type { ResponsesContext } from './context.ts';
import type { Settled } from './response-start.ts';
import { invalid } from './responses-error.ts';

/** Who asks. Throws an HttpError, 401. */
export function authenticate({ identify }: ResponsesContext, headers: IncomingHttpHeaders): string {
  const owner = identify(headers);
  if (owner !== undefined) return owner;
  throw new HttpError('UNAUTHENTICATED', 'Authorization: expected "Bearer" and the API key', {
    'www-authenticate': 'Bearer',
  });
}

/** The JSON object in a body. A body of no length is an empty one. Throws a ResponsesError. */
export function readBody(ctx: ResponsesContext, headers: IncomingHttpHeaders, body: Buffer): object {
  ctx.impl.checkContentType(ctx, headers);
  if (!isUtf8(body)) throw invalid('The body is not UTF-8.');
  return ctx.impl.parseObject(ctx, body.toString());
}

/** A form or a plain text is sent by any web page without asking; a JSON body is not. */
export function checkContentType(_ctx: ResponsesContext, { 'content-type': given }: IncomingHttpHeaders): void {
  const essence = given?.split(';', 1)[0]!.trim().toLowerCase();
  if (essence === undefined || essence === 'application/json' || essence.endsWith('+json')) return;
  throw new HttpError('UNSUPPORTED_MEDIA_TYPE', `Content-Type: expected application/json, got ${essence}`);
}

export function parseObject(_ctx: ResponsesContext, text: string): object {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw invalid(`The body is no JSON: ${(error as SyntaxError).message}`, { code: 'invalid_json' });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid('The body: expected a JSON object');
}

/** The value as a message of that name. Throws a ResponsesError that says where it is not. */
export function check<Name extends string>(ctx: ResponsesContext, name: Name, value: object): void {
  const [violation] = ctx.impl.validate(ctx, name, value);
  if (violation) throw invalid(violation.message, { ...(violation.field && { param: violation.field }) });
}

/** A request for a response. */
export function checkCreate(ctx: ResponsesContext, value: object): CreateResponseBody {
  const request: CreateResponseBody = { ...value };
  if (Array.isArray(request.input)) request.input = request.input.map((item) => typed(item));
  check(ctx, 'CreateResponseBody', request);
  checkFinite(request);
  return request;
}

/** `{ "id": … }` alone refers to an item (Reference: ItemReferenceParam). */
function typed(item: ItemParam): ItemParam {
  const { type, id, role } = (item ?? {}) as { type?: unknown; id?: unknown; role?: unknown };
  return type == null && role === undefined && typeof id === 'string' ? { ...item, type: 'item_reference', id } : item;
}

/** `1e999` is JSON, and read as a number that is not; what is nested too deep cannot be written again. */
function checkFinite(request: object): void {
  try {
    JSON.stringify(request, (member: string, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value))
        throw invalid(`${member}: expected a number within the range of a double, got ${value}`, { param: member });
      return value;
    });
  } catch (error) {
    if (error instanceof RangeError) throw invalid('The request is nested too deep.');
    throw error;
  }
}

/** The request with every member that the response gives back. */
export function settle(ctx: ResponsesContext, { input: _, conversation: __, ...request }: CreateResponseBody): Settled {
  return {
    ...request,
    model: request.model ?? Object.keys(ctx.settings.models)[0] ?? 'agentproto',
    instructions: request.instructions ?? null,
    tools: (request.tools ?? []).map(toolOf),
    tool_choice: toolChoiceOf(request.tool_choice),
    truncation: request.truncation ?? 'disabled',
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    text: textOf(request.text ?? {}),
    temperature: request.temperature ?? 1,
    top_p: request.top_p ?? 1,
    top_logprobs: request.top_logprobs ?? 0,
    store: request.store ?? true,
    background: request.background ?? false,
    service_tier: request.service_tier ?? 'default',
    metadata: request.metadata ?? {},
  };
}

const toolOf = (tool: ToolParam): Tool =>
  tool.type === 'function'
    ? {
        ...tool,
        description: tool.description ?? null,
        parameters: tool.parameters ?? null,
        strict: tool.strict ?? null,
      }
    : tool;

function toolChoiceOf(choice: CreateResponseBody['tool_choice']): Settled['tool_choice'] {
  if (typeof choice !== 'object' || choice === null) return choice ?? 'auto';
  return choice.type === 'allowed_tools' ? { ...choice, mode: choice.mode ?? 'auto' } : choice;
}

function textOf({ format, verbosity }: TextParam): NonNullable<Settled['text']> {
  const settled =
    format?.type === 'json_schema'
      ? { ...format, description: format.description ?? null, strict: format.strict ?? false }
      : (format ?? { type: 'text' as const });
  return { format: settled, ...(verbosity != null && { verbosity }) };
}
