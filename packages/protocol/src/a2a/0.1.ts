/** A2A 0.1, the time of tasks/send: what goes over the wire. Sections are those of the 0.1.0 specification. */
import type { TaskState } from '../generated/a2a/0.1/models.ts';

export * from '../generated/a2a/0.1/models.ts';
export * from '../generated/a2a/0.1/methods.ts';
export { ERRORS, JSON_RPC_ERRORS, type ErrorName as A2AErrorName, type Patch } from '../generated/a2a/0.1/errors.ts';

/** The patch version whose rules these are. */
export const PATCH = '0.1.0';

/** A task in such a state never changes again (§6.3). */
export const TERMINAL_STATES = ['completed', 'canceled', 'failed'] as const satisfies readonly TaskState[];

/** A task in such a state waits for the caller (§6.3). */
export const INTERRUPTED_STATES = ['input-required'] as const satisfies readonly TaskState[];

/** Where an agent's card is found, relative to its origin (§5.3). */
export const CARD_PATH = '/.well-known/agent.json';

/** A webhook call has the configuration's `token` in it (the sample of §9.4). */
export const NOTIFICATION_TOKEN_HEADER = 'X-A2A-Notification-Token';

/** Requests, responses and webhooks (§3.2). */
export const JSON_MEDIA_TYPE = 'application/json';
/** Streams (§3.3). */
export const SSE_MEDIA_TYPE = 'text/event-stream';
