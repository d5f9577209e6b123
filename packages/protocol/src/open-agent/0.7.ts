/**
 * Open Agent API, as the document of 0.7.0 has it; where it contradicts itself, specs/open-agent/0.7/contradictions.yaml
 * says what was chosen. Paths are relative to a base that ends in `/v1`.
 */
import type { RunEvent } from '../generated/open-agent/0.7/models.ts';

export * from '../generated/open-agent/0.7/models.ts';
export * from '../generated/open-agent/0.7/methods.ts';
export { API_KEY_HEADER, DONE, EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE } from './wire.ts';

/** The event of one name: `EventOf<'RunCompleted'>`. */
export type EventOf<Name extends RunEvent['event']> = Extract<RunEvent, { event: Name }>;
