/** Open Agent API, as its README has it: events name themselves in `type`. Paths are relative to a base without `/v1`. */
import type { RunEvent } from '../generated/open-agent/readme/models.ts';

export * from '../generated/open-agent/readme/models.ts';
export * from '../generated/open-agent/readme/methods.ts';
export { API_KEY_HEADER, DONE, EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE } from './wire.ts';

/** The event of one name: `EventOf<'RunCompleted'>`. */
export type EventOf<Name extends RunEvent['type']> = Extract<RunEvent, { type: Name }>;
