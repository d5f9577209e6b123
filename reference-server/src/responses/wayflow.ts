import { createHash, randomUUID } from 'node:crypto';
import type { MessageName } from '@agentproto/protocol/responses/wayflow';
import type { CreateResponseBody, ItemField, ItemParam, ResponseResource } from '@agentproto/protocol/responses/openai';
import type { Answer } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import { lateModule } from '../late-module.ts';
import type { Call, HttpRequest, Unnumbered } from './call.ts';
import type { ResponsesContext, ResponsesImpl } from './context.ts';
import { conversationOf, saveConversation } from './conversation-items.ts';
import { json } from './errors.ts';
import { folded } from './follow.ts';
import { markDeleted, storedRun } from './history.ts';
import type { Past } from './response-start.ts';
import { textIn } from './items.ts';
import { modelsOf } from './models.ts';
import { flag } from './query.ts';
import { response as standardResponse } from './response.ts';
import { invalid, notFound } from './responses-error.ts';

export const wayflowRules = lateModule(() => import('@agentproto/rules/responses/wayflow'));

/** Members that are refused where they say anything, in the order in which they are looked at. */
const UNSUPPORTED = [
  'max_tool_calls',
  'parallel_tool_calls',
  'prompt',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
] as const;

/** Kinds of items that are read. */
const KINDS = new Set<string | undefined>([undefined, 'message', 'function_call', 'function_call_output']);

const status = (code: number, message: string) => invalid(message, { status: code });

/**
 * WayFlow's server, as far as a client can tell, without its defects (those are quirks): few operations, `{ detail }`,
 * the model picks an agent, a turn belongs to a conversation; the rules are those of specs/responses/wayflow.
 */
export function wayflow(impl: ResponsesImpl): Partial<ResponsesImpl> {
  return {
    operations: {
      createResponse: impl.operations.createResponse!,
      retrieveResponse,
      deleteResponse,
      cancelResponse: () => Promise.reject(status(501, 'Cancelling response is not supported in the WayFlow server')),
      listModels,
    },
    hasSocket: () => false,
    hasPhase: () => false,
    inexpressible: (ctx) => [...impl.inexpressible(ctx), 'status', 'reason', 'refuse', 'busy'],
    authenticate(ctx, headers) {
      const owner = ctx.identify(headers);
      if (owner === undefined) throw new HttpError('UNAUTHENTICATED', 'Missing or invalid bearer token');
      return owner;
    },
    errorBody: (_ctx, { message }) => ({ detail: message }),
    validate: (_ctx, name, value) => wayflowRules.loaded.validate(name as MessageName, value),
    parseObject(ctx, text) {
      return unprocessable(() => impl.parseObject(ctx, text));
    },
    checkCreate(ctx, value) {
      const request = unprocessable(() => impl.checkCreate(ctx, value));
      checkSupported(request);
      checkItems(request.input);
      // It is taken, and has no effect.
      return { ...request, background: false, metadata: null };
    },
    modelOf(ctx, id) {
      const model = Object.hasOwn(ctx.settings.models, id) ? ctx.settings.models[id] : undefined;
      if (model) return model;
      throw notFound(`No assistant named \`${id}\``);
    },
    settle(ctx, request) {
      const agents = Object.keys(ctx.settings.models).map((id) => `'${id}'`);
      if (request.model == null)
        throw notFound(`No agent specified. Please specify an agent. Agents available: [${agents.join(', ')}]`);
      const takes =
        Object.hasOwn(ctx.settings.models, request.model) && ctx.settings.models[request.model]?.instructions;
      if (request.instructions && (request.previous_response_id ?? request.conversation) != null)
        throw status(500, 'Internal Server Error');
      if (request.instructions && !takes) throw status(406, 'The agent has no `instructions` input');
      return impl.settle(ctx, request);
    },
    newResponseId: () => randomUUID(),
    itemId: (_ctx, response, _type, place) => uuidOf(`${response} ${place}`),
    pastOf,
    parentOf,
    joinConversation,
    newItems,
    // It passes over them.
    checkOutputs: () => {},
    unknownPrevious: (_ctx, id) => notFound(`No previous response with id \`${id}\` was found`),
    begun: (ctx, fold) => impl.begun(ctx, fold).slice(0, 1),
    openMessage(ctx, fold, key) {
      const [added, part] = impl.openMessage(ctx, fold, key);
      return [
        {
          ...added,
          item: { ...(added as { item: object }).item, content: [(part as { part: object }).part] },
        } as Unnumbered,
      ];
    },
    close: (ctx, fold, cut) => withoutParts(impl.close(ctx, fold, cut)),
    // What an agent runs itself is its own affair: a response has what it says, and what it asks for.
    toolResult: () => [],
    functionCall(ctx, fold, call) {
      const events = impl.functionCall(ctx, fold, call);
      const item = fold.output.at(-1);
      if (item) fold.output[fold.output.length - 1] = nameless(item);
      return [events[0]!, events.at(-1)!].map(
        (event) => ({ ...event, item: nameless((event as { item: ItemField }).item) }) as Unnumbered,
      );
    },
    response,
    obfuscation: () => undefined,
    sseEvent: (_ctx, event) => ({ data: JSON.stringify(event) }),
  };
}

/** What does not fit is a 422. */
function unprocessable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw status(422, (error as Error).message);
  }
}

function checkSupported(request: CreateResponseBody): void {
  for (const name of UNSUPPORTED) {
    const value = request[name];
    const says = Array.isArray(value) ? value.length > 0 : Boolean(value);
    if (says) throw status(501, `\`${name}\` is not supported yet`);
  }
}

function checkItems(input: CreateResponseBody['input']): void {
  if (!Array.isArray(input)) return;
  for (const item of input) {
    if (!KINDS.has(item.type)) throw status(422, `Unsupported input item of type \`${item.type}\``);
    const parts: readonly object[] = 'content' in item && Array.isArray(item.content) ? item.content : [];
    for (const part of parts) {
      const { type, image_url: url } = part as { type?: string; image_url?: unknown };
      if (type === 'input_file' || type === 'refusal' || (type === 'input_image' && !url))
        throw status(501, `Content of type \`${type}\` is not supported yet`);
    }
  }
}

/** The turn that a request goes on from: the one that it names, else the last one of its conversation. */
async function parentOf(
  ctx: ResponsesContext,
  { owner }: Call,
  request: CreateResponseBody,
): Promise<string | undefined> {
  if (request.previous_response_id != null) return request.previous_response_id;
  const id = conversationIn(request);
  if (id === undefined) return undefined;
  const last = (await conversation(ctx, owner, id)).value.entries.at(-1);
  return last && 'response' in last ? (last.response as string) : undefined;
}

async function pastOf(ctx: ResponsesContext, call: Call, request: CreateResponseBody): Promise<Past[]> {
  const parent = await parentOf(ctx, call, request);
  if (parent === undefined) return [];
  const conversation = request.previous_response_id == null ? conversationIn(request) : undefined;
  return ctx.impl.chainTo(ctx, call, parent).catch((error: unknown) => {
    throw conversation === undefined ? error : unknownConversation(conversation);
  });
}

const conversationIn = ({ conversation: given }: CreateResponseBody): string | undefined =>
  given == null ? undefined : typeof given === 'string' ? given : given.id;

async function conversation(ctx: ResponsesContext, owner: string, id: string) {
  try {
    return await conversationOf(ctx, owner, id);
  } catch {
    throw unknownConversation(id);
  }
}

const unknownConversation = (id: string) => notFound(`No conversation with id \`${id}\` was found`);

/** Every turn belongs to one; a fork stays in that of the turn before it. What is not stored leaves no trace. */
async function joinConversation(
  ctx: ResponsesContext,
  { owner }: Call,
  request: CreateResponseBody,
  response: string,
): Promise<string> {
  const parent =
    request.previous_response_id == null ? undefined : await ctx.store.runs.get(request.previous_response_id);
  const id = parent?.contextId ?? conversationIn(request) ?? randomUUID();
  if (request.store === false) return id;
  const found = await ctx.store.records.get('responses.conversations', owner, id);
  const before = found
    ? (await conversation(ctx, owner, id)).value
    : { createdAt: ctx.clock.now(), metadata: {}, entries: [], gone: [] };
  await saveConversation(ctx, owner, id, { ...before, entries: [{ response }] }, found?.version ?? 0);
  return id;
}

/** Clients may send the whole list again: what is there already is passed over. */
function newItems(_ctx: ResponsesContext, past: readonly Past[], items: readonly ItemParam[]): ItemParam[] {
  if (items.length < 2) return [...items];
  const known = new Set(past.flatMap(({ items: before }) => before.map(markOf)));
  return items.filter((item) => !known.has(markOf(item)));
}

function markOf(item: ItemParam | ItemField): string {
  if (item.type === 'function_call' || item.type === 'function_call_output') return `${item.type} ${item.call_id}`;
  if (item.type !== undefined && item.type !== 'message') return JSON.stringify(item);
  const text = typeof item.content === 'string' ? item.content : textIn(item as ItemField);
  return `${item.role} ${text}`;
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const withoutParts = (events: Unnumbered[]): Unnumbered[] =>
  events.filter(({ type }) => !String(type).startsWith('response.content_part.'));

const nameless = (item: ItemField): ItemField => ({ ...item, id: null }) as unknown as ItemField;

/** Most members are null. */
function response(ctx: ResponsesContext, fold: Parameters<ResponsesImpl['response']>[1]): ResponseResource {
  const { request } = fold.start;
  const whole = standardResponse(ctx, fold);
  const { usage } = whole;
  const given = {
    previous_response_id: whole.previous_response_id,
    model: whole.model,
    reasoning: null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    text: null,
    tools: [],
    tool_choice: 'auto',
    truncation: null,
    metadata: null,
    temperature: request['temperature'] ?? null,
    top_p: null,
    top_logprobs: null,
    user: request.user ?? null,
    service_tier: null,
    id: whole.id,
    object: 'response',
    status: whole.status,
    created_at: fold.createdAt / 1_000,
    error: whole.error,
    incomplete_details: whole.incomplete_details,
    output: whole.output,
    instructions: whole.instructions,
    output_text: null,
    usage: usage && { ...usage, input_tokens_details: { cached_tokens: 0 } },
    parallel_tool_calls: true,
    conversation: whole.conversation ?? null,
  };
  return given as unknown as ResponseResource;
}

async function retrieveResponse(ctx: ResponsesContext, call: Call, { params, query }: HttpRequest): Promise<Answer> {
  if (flag(query, 'stream') || query.has('starting_after'))
    throw status(501, 'Streaming a stored response is not supported yet');
  const run = await stored(ctx, call, params);
  if (!run) throw notFound('Response not found');
  return json(ctx, ctx.impl.response(ctx, await folded(ctx, run)));
}

const stored = (ctx: ResponsesContext, { owner }: Call, params: HttpRequest['params']) =>
  storedRun(ctx, owner, params['response_id']!).catch(() => undefined);

/** It does not say whether there was one. */
async function deleteResponse(ctx: ResponsesContext, call: Call, { params }: HttpRequest): Promise<Answer> {
  const run = await stored(ctx, call, params);
  if (run) await markDeleted(ctx, run);
  return json(ctx, null);
}

/** The agents; `order` and `before` have no effect. */
async function listModels(ctx: ResponsesContext, _call: Call, { query }: HttpRequest): Promise<Answer> {
  const limit = query.get('limit') ?? '20';
  const order = query.get('order') ?? 'desc';
  if (!/^\d{1,9}$/.test(limit)) throw status(422, 'limit: expected a whole number');
  if (order !== 'asc' && order !== 'desc') throw status(422, 'order: expected asc or desc');
  const all = modelsOf(ctx).map((model) => ({ ...model, owned_by: 'wayflow-server' }));
  const after = query.get('after');
  const at = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1 || all.length;
  const data = all.slice(at, at + Number(limit));
  const last = data.at(-1)?.id ?? '';
  return json(ctx, {
    object: 'list',
    data,
    has_more: at + data.length < all.length,
    first_id: data[0]?.id ?? '',
    last_id: last,
  });
}
