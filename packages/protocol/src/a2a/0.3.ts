/** A2A 0.3: what goes over the wire, as JSON-RPC has it, and as HTTP+JSON has it (`Proto…`). Sections are those of the 0.3.0 specification. */
import type { TaskState } from '../generated/a2a/0.3/models.ts';

export * from '../generated/a2a/0.3/models.ts';
export * from '../generated/a2a/0.3/methods.ts';
export { ERRORS, JSON_RPC_ERRORS, type ErrorName as A2AErrorName, type Patch } from '../generated/a2a/0.3/errors.ts';

/** The patch version whose rules these are. */
export const PATCH = '0.3.0';

/** A task in such a state never changes again (§6.3). */
export const TERMINAL_STATES = ['completed', 'canceled', 'failed', 'rejected'] as const satisfies readonly TaskState[];

/** A task in such a state waits for the caller (§6.3). */
export const INTERRUPTED_STATES = ['input-required', 'auth-required'] as const satisfies readonly TaskState[];

/** Where an agent's card is found, relative to its origin (§5.3). */
export const CARD_PATH = '/.well-known/agent-card.json';

/** Names the extensions that a caller wants, and in the answer those that count (topics/extensions). */
export const EXTENSIONS_HEADER = 'X-A2A-Extensions';

/** A webhook call has the configuration's `token` in it (the sample of §9.5). */
export const NOTIFICATION_TOKEN_HEADER = 'X-A2A-Notification-Token';

/** Both bindings, and webhooks (§3.2.1, §3.2.3). */
export const JSON_MEDIA_TYPE = 'application/json';
/** Streams (§3.3). */
export const SSE_MEDIA_TYPE = 'text/event-stream';
