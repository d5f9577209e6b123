/** What the compiler refuses, so that a mistake in a message is seen before it is sent. */
import type * as dcaf from './dcaf-2.1.ts';
import {
  METHODS,
  PATHS,
  type AgentMessage,
  type ChatRequest,
  type EventType,
  type ExecutedToolCall,
  type Message,
  type StreamEvent,
  type ToolCall,
} from './docs.ts';

const call: ToolCall = { id: '1', name: 'delete', input: { pod: 'a' } };
export const answer: AgentMessage = { role: 'assistant', content: 'Shall I?', data: { tool_calls: [call] } };
/** An answer goes into the history as it is; request fields are free. */
export const request: ChatRequest = {
  messages: [
    { role: 'user', content: 'Delete it', user: null },
    answer,
    { role: 'user', data: { tool_calls: [call] } },
  ],
  thread_id: 'a',
};
// @ts-expect-error no messages
export const noMessages: ChatRequest = { source: 'slack' };
// @ts-expect-error a role that is none
export const robot: Message = { role: 'robot' };
// @ts-expect-error the platform's context comes from the user
export const fromAgent: Message = { role: 'assistant', platform_context: {} };
// @ts-expect-error a call has an id
export const noId: ToolCall = { name: 'delete', input: {} };

/** The enumeration has the types of the events, all of them and no other. */
export const everyType = (type: EventType): StreamEvent['type'] => type;
export const noOtherType = (type: StreamEvent['type']): EventType => type;
// @ts-expect-error the member is named otherwise than the type
export const wrongMember: StreamEvent = { type: 'executed_commands', executed_commands: [] };
// @ts-expect-error a type that is not documented
export const unknownType: StreamEvent = { type: 'agent_message' };

export function textOf(event: StreamEvent): string {
  switch (event.type) {
    case 'text_delta':
      return event.text;
    case 'error':
      return event.error;
    default:
      // @ts-expect-error the others have no error
      return event.error;
  }
}

export const path: '/api/chat-ws' = PATHS.chatWs;
export const frame: 'ServerFrame' = METHODS['chat-ws'].response;

/** What the product sends is what the documents say, save what changes.yaml names. */
export const sent = (message: dcaf.AgentMessage): AgentMessage => message;
// @ts-expect-error X17: an output may be an object
export const output = (executed: dcaf.ExecutedToolCall): ExecutedToolCall => executed;
// @ts-expect-error X01: no data
export const data = (message: dcaf.AgentMessage) => message.data;
