/** What the compiler knows of responses, and what it refuses. */
import type * as first from './2026-01-15.ts';
import type {
  CreateResponseBody,
  ItemField,
  ItemParam,
  ResponseResource,
  StreamEvent,
  WebSocketResponseCreateEvent,
} from './2026-04-24.ts';
import type * as openai from './openai.ts';

/** Output goes back as input, without loss. */
export const again = (items: ItemField[]): ItemParam[] => items;
export const againAtOpenAI = (items: openai.ItemField[]): openai.ItemParam[] => items;
export const againAtFirst = (items: first.ItemField[]): first.ItemParam[] => items;
/** What Open Responses sends is read by who knows OpenAI's shapes. */
export const wider = (item: ItemField): openai.ItemField => item;
type Lifecycle = { response: ResponseResource };
export const widerEvent = (event: Exclude<StreamEvent, Lifecycle | { type: 'error' }>): openai.AnyStreamEvent => event;

/** Types narrow by `type`; what has a prefix is open. */
export function textOf(item: ItemField): string {
  switch (item.type) {
    case 'message':
      return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
    case 'function_call':
      return item.name + item.arguments;
    case 'function_call_output':
      return item.call_id;
    case 'reasoning':
      return item.encrypted_content ?? '';
    case 'compaction':
      return item.encrypted_content;
    default:
      return String(item['anything']);
  }
}
export function deltaOf(event: StreamEvent): string {
  if (event.type === 'response.output_text.delta') return event.delta;
  if (event.type === 'response.completed') return event.response.id;
  if (event.type === 'acme:trace') return String(event['anything']);
  // @ts-expect-error not every event has a delta
  return event.delta;
}
export function serverOf(item: openai.ItemField): string | undefined {
  return item.type === 'mcp_approval_request' ? item.server_label : undefined;
}

export const minimal: CreateResponseBody = { model: 'm', input: 'hi' };
export const untyped: CreateResponseBody = { input: [{ role: 'user', content: 'hi' }] };
export const extended: CreateResponseBody = {
  tools: [{ type: 'acme:search', depth: 2 }],
  input: [{ type: 'acme:note', text: '' }],
};
export const forced: CreateResponseBody = {
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
  tool_choice: { type: 'allowed_tools', tools: [{ type: 'function', name: 'f' }], mode: 'required' },
};
// @ts-expect-error a tool of OpenAI's own
export const hosted: CreateResponseBody = { tools: [{ type: 'web_search' }] };
export const hostedThere: openai.CreateResponseBody = { tools: [{ type: 'web_search' }], conversation: 'conv_1' };
// @ts-expect-error a role that is none
export const robot: CreateResponseBody = { input: [{ role: 'robot', content: 'hi' }] };
// @ts-expect-error over a WebSocket everything is streamed
export const frame: WebSocketResponseCreateEvent = { type: 'response.create', stream: true };
