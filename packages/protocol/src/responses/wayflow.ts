/** WayFlow's server of responses; specs/responses/wayflow/changes.yaml says how it differs from Open Responses. */
export * from '../generated/responses/wayflow/models.ts';
export * from '../generated/responses/wayflow/methods.ts';
export { DONE, EVENT_STREAM_MEDIA_TYPE, isTerminal, JSON_MEDIA_TYPE, TERMINAL_EVENTS } from './stream.ts';
export type { TerminalEventType } from './stream.ts';
