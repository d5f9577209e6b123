/** A2A 1.0: what goes over the wire. Sections are those of the 1.0.1 specification. */
import type { TaskState } from '../generated/a2a/1.0/models.ts';

export * from '../generated/a2a/1.0/models.ts';
export * from '../generated/a2a/1.0/methods.ts';
export { canonicalJson } from '../jcs.ts';
export { cardPayload } from './card-payload.ts';
export {
  ERROR_DOMAIN,
  ERRORS,
  JSON_RPC_ERRORS,
  type ErrorName as A2AErrorName,
  type Patch,
} from '../generated/a2a/1.0/errors.ts';

/** What `A2A-Version` says (§3.6). */
export const VERSION = '1.0';
/** The patch version whose rules these are. */
export const PATCH = '1.0.1';

/** A task in such a state never changes again (§4.1.3). */
export const TERMINAL_STATES = [
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_REJECTED',
] as const satisfies readonly TaskState[];

/** A task in such a state waits for the caller (§4.1.3). */
export const INTERRUPTED_STATES = [
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_AUTH_REQUIRED',
] as const satisfies readonly TaskState[];

/** Service parameters as HTTP headers (§3.2.6, §14.2). */
export const VERSION_HEADER = 'A2A-Version';
export const EXTENSIONS_HEADER = 'A2A-Extensions';

/** Where an agent's card is found, relative to its origin (§8.2, §14.3). */
export const CARD_PATH = '/.well-known/agent-card.json';

/** HTTP+JSON and webhooks (§11.1, §14.1.1). */
export const A2A_MEDIA_TYPE = 'application/a2a+json';
/** JSON-RPC (§9.1); also what 1.0.0 says for HTTP+JSON. */
export const JSON_MEDIA_TYPE = 'application/json';
/** Streams of both bindings (§9.4.2, §11.7). */
export const SSE_MEDIA_TYPE = 'text/event-stream';

/** `@type` of the error details (§3.3.2, §9.5, §11.6). */
export const ERROR_INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';
export const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';
