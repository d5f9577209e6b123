/** Carries a key; `Authorization: Bearer` carries a key or a JWT (OAA-X03). */
export const API_KEY_HEADER = 'X-API-Key';
export const JSON_MEDIA_TYPE = 'application/json';
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';
/** What the last chunk of a completion may be followed by. */
export const DONE = '[DONE]';
