/** Open Responses 2026-01-15; specs/responses/2026-01-15/changes.yaml says how it differs from 2026-04-24. */
export * from '../generated/responses/2026-01-15/models.ts';
export * from '../generated/responses/2026-01-15/methods.ts';
export { DONE, EVENT_STREAM_MEDIA_TYPE, isTerminal, JSON_MEDIA_TYPE, TERMINAL_EVENTS } from './stream.ts';
export type { TerminalEventType } from './stream.ts';
