/** Open Responses 2026-04-24: what goes over the wire. Sections are headings of its specification. */
import type { StreamEvent, WebSocketErrorEvent } from '../generated/responses/2026-04-24/models.ts';

export * from '../generated/responses/2026-04-24/models.ts';
export * from '../generated/responses/2026-04-24/methods.ts';
export { DONE, EVENT_STREAM_MEDIA_TYPE, isTerminal, JSON_MEDIA_TYPE, TERMINAL_EVENTS } from './stream.ts';
export type { TerminalEventType } from './stream.ts';

/** What a server says over a WebSocket (WebSocket Transport). An error before a response has a status. */
export type ServerFrame = StreamEvent | WebSocketErrorEvent;
