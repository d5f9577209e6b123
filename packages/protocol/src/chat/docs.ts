/** DCAF chat, as it is documented: what goes over the wire. Sections are named as in specs/chat/docs/requirements.yaml. */
import { METHODS } from '../generated/chat/docs/methods.ts';

export * from '../generated/chat/docs/models.ts';
export * from '../generated/chat/docs/methods.ts';

/** Where each operation is found, relative to the agent's base URL (server: Endpoints). */
export const PATHS = {
  health: METHODS.health.http.path,
  chat: METHODS.chat.http.path,
  chatStream: METHODS['chat-stream'].http.path,
  chatWs: METHODS['chat-ws'].http.path,
  sendMessage: METHODS.sendMessage.http.path,
  sendMessageStream: METHODS.sendMessageStream.http.path,
  jobEvents: METHODS['job-events'].http.path,
  agentCard: METHODS['agent-card'].http.path,
  sendTask: METHODS['send-task'].http.path,
  getTask: METHODS['get-task'].http.path,
} as const;

/** Requests, answers in one piece, and refusals. */
export const JSON_MEDIA_TYPE = 'application/json';
/** The events of /api/chat-stream, one a line. */
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson';
/** The events of a job. */
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';
