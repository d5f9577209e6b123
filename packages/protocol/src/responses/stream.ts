/** Requests, answers in one piece, and errors. */
export const JSON_MEDIA_TYPE = 'application/json';
/** Answers event by event. */
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';
/** The data that ends a stream, where the revision has it (Streaming HTTP Responses). */
export const DONE = '[DONE]';

/** The events that end a response; what comes after them is none of its events. */
export const TERMINAL_EVENTS = ['response.completed', 'response.failed', 'response.incomplete'] as const;
export type TerminalEventType = (typeof TERMINAL_EVENTS)[number];

/** Whether an event is the last of its response. */
export const isTerminal = <Event extends { type: string }>(
  event: Event,
): event is Extract<Event, { type: TerminalEventType }> => (TERMINAL_EVENTS as readonly string[]).includes(event.type);
