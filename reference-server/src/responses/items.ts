import { randomBytes } from 'node:crypto';
import type { ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import type { ResponsesContext } from './context.ts';

const PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  reasoning: 'rs',
  compaction: 'cmp',
  mcp_call: 'mcp',
  mcp_approval_request: 'mcpr',
  mcp_approval_response: 'mcpa',
};

/** `resp_` and 32 digits. */
export const newId = (prefix: string): string => `${prefix}_${randomBytes(16).toString('hex')}`;

/**
 * The id of an item of a response. It follows from the response and the place, so that whoever reads the log makes the
 * same one, and so that it leads back to the response.
 */
export const itemId = (_ctx: ResponsesContext, responseId: string, type: string, place: string): string =>
  `${PREFIX[type] ?? type.replaceAll(/[^a-z0-9]/gi, '')}_${responseId.replace(/^\w+_/, '')}${place}`;

/** The response that an item id leads back to. */
export const responseOf = (id: string): string | undefined => {
  const [, digits] = /^(?:[A-Za-z0-9]+_)?([0-9a-f]{32})[io]\d+$/.exec(id) ?? [];
  return digits && `resp_${digits}`;
};

/** Items as they are kept: each has an id, a type and, where it has one at all, a status. */
export function kept(ctx: ResponsesContext, responseId: string, items: readonly ItemParam[]): ItemField[] {
  return items.map((item, at) => {
    const type = item.type ?? 'message';
    const id = ('id' in item && item.id) || ctx.impl.itemId(ctx, responseId, type, `i${at}`);
    const status = 'status' in item && item.status != null ? item.status : 'completed';
    if (item.type === undefined || item.type === 'message')
      return { ...item, type: 'message', id, status, content: partsOf(item) } as ItemField;
    // What came as an item of the input is one of the output, but for what may be absent there.
    return { ...item, id, ...(hasStatus(type) && { status }) } as ItemField;
  });
}

const hasStatus = (type: string): boolean =>
  type === 'function_call' || type === 'function_call_output' || type.includes(':');

function partsOf({ role, content }: Extract<ItemParam, { role: unknown; content: unknown }>): object[] {
  if (typeof content !== 'string') return content;
  return role === 'assistant'
    ? [{ type: 'output_text', text: content, annotations: [] }]
    : [{ type: 'input_text', text: content }];
}

/** Whether the agent made it, and not the caller. */
export function isOutput(item: ItemField): boolean {
  if (item.type === 'message') return item.role === 'assistant';
  return (
    item.type !== 'function_call_output' &&
    item.type !== 'mcp_approval_response' &&
    item.type !== 'custom_tool_call_output'
  );
}

/** All text in an item. */
export function textIn(item: ItemField): string {
  const parts: readonly object[] = item.type === 'message' ? item.content : [];
  return parts.map((part) => ('text' in part ? String(part.text) : '')).join('');
}
