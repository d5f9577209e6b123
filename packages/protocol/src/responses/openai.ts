/**
 * OpenAI's API of responses, conversations, models and chat completions; specs/responses/openai/changes.yaml says how it
 * differs from Open Responses. Its shapes take nearly all that Open Responses sends, so that a client may be written
 * against them alone.
 */
import type { ItemField, StreamEvent } from '../generated/responses/openai/models.ts';
import type * as open from '../generated/responses/2026-04-24/models.ts';

export * from '../generated/responses/openai/models.ts';
export * from '../generated/responses/openai/methods.ts';
export { DONE, EVENT_STREAM_MEDIA_TYPE, isTerminal, JSON_MEDIA_TYPE, TERMINAL_EVENTS } from './stream.ts';
export type { TerminalEventType } from './stream.ts';
export type {
  ResponseReasoningDeltaEvent,
  ResponseReasoningDoneEvent,
} from '../generated/responses/2026-04-24/models.ts';

/** Every event of both: those about reasoning text have two names, and log probabilities may be absent. */
export type AnyStreamEvent =
  | StreamEvent
  | open.ResponseReasoningDeltaEvent
  | open.ResponseReasoningDoneEvent
  | open.ResponseOutputTextDeltaEvent
  | open.ResponseOutputTextDoneEvent;

/** What a server says over a WebSocket. An error before a response has a status. */
export type ServerFrame = AnyStreamEvent | open.WebSocketErrorEvent;

/** The item of one type: `ItemOf<'function_call'>`. */
export type ItemOf<Type extends ItemField['type']> = Extract<ItemField, { type: Type }>;

/** The event of one type: `EventOf<'response.completed'>`. */
export type EventOf<Type extends AnyStreamEvent['type']> = Extract<AnyStreamEvent, { type: Type }>;
