import type { ItemField } from '@agentproto/protocol/responses/openai';
import type { Carrier, Json, RequestInfo, TurnInput } from '@agentproto/script';
import type { Past } from './response-start.ts';
import { isOutput, textIn } from './items.ts';

/** What the caller said at one time: the items between two answers of the agent. */
export interface Saying {
  items: ItemField[];
  model?: string | undefined;
  /** Of the request that it came with. */
  metadata?: unknown;
}

/** Everything that the caller said, from the first to what it says now. Each brings about a turn of a script. */
export function sayingsIn(past: readonly Past[], now: Past): Saying[] {
  const sayings = [...past, now].flatMap(split);
  // What is said now may be nothing.
  return split(now).length > 0 ? sayings : [...sayings, { ...now, items: [] }];
}

function split({ items, model, metadata }: Past): Saying[] {
  const sayings: Saying[] = [];
  let last: ItemField[] | undefined;
  for (const item of items) {
    if (isOutput(item)) last = undefined;
    else if (last) last.push(item);
    else sayings.push({ items: (last = [item]), model });
  }
  const newest = sayings.at(-1);
  if (newest) newest.metadata = metadata;
  return sayings;
}

/** What a saying says to the agent. Outputs of functions are the text where there is no other. */
export function inputOf({ items }: Saying, request: RequestInfo): TurnInput {
  const texts = items.flatMap((item) => (item.type === 'message' && item.role === 'user' ? [textIn(item)] : []));
  const outputs = items.flatMap((item) => (item.type === 'function_call_output' ? [item] : []));
  const decisions = items.flatMap((item) => (item.type === 'mcp_approval_response' ? [item] : []));
  const said = outputs.map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output)));
  return {
    text: (texts.length > 0 ? texts : said).join('\n'),
    decisions: decisions.map(({ approval_request_id: id, approve: approved, reason }) => ({
      id,
      approved,
      ...(reason != null && { reason }),
    })),
    outputs: outputs.map(({ call_id: id, output }) => ({ id, output: parsed(output as Json) })),
    request,
  };
}

/** What a function gave back is JSON as a rule, but need not be. */
function parsed(output: Json): Json {
  if (typeof output !== 'string') return output;
  try {
    return JSON.parse(output) as Json;
  } catch {
    return output;
  }
}

/** A script may be in a text of the user, or in the metadata of the request. That of a model is looked for elsewhere. */
export const carrierOf = ({ items, metadata }: Saying): Carrier => ({
  texts: items.flatMap((item) => (item.type === 'message' && item.role === 'user' ? [textIn(item)] : [])),
  data: [],
  metadata: [metadata],
});

/** The context as `echo` tells it: who said what, in order. */
export const told = (items: readonly ItemField[]): Json =>
  items.map((item): Json => ({
    type: item.type,
    ...('role' in item && { role: item.role as string }),
    ...(item.type === 'message' && { text: textIn(item) }),
    ...(item.type === 'function_call' && { name: item.name, call_id: item.call_id }),
    ...(item.type === 'function_call_output' && { call_id: item.call_id, output: item.output as Json }),
  }));
