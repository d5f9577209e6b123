/** DCAF chat, as DCAF 2.1.0 does it; specs/chat/dcaf-2.1/changes.yaml says how that differs from its documents. */
export * from '../generated/chat/dcaf-2.1/models.ts';
export * from '../generated/chat/dcaf-2.1/methods.ts';
export { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, PATHS } from './docs.ts';
