export { createNdjsonDecoder, NDJSON_LIMITS } from './ndjson/decoder.ts';
export { decodeNdjson } from './ndjson/decode.ts';
export { encodeNdjsonLine } from './ndjson/encode.ts';
export { parseNdjsonLine } from './ndjson/line.ts';
export type { NdjsonDecoder, NdjsonHandlers, NdjsonLimits } from './ndjson/decoder.ts';
export type { DecodeNdjsonOptions } from './ndjson/decode.ts';
export type { NdjsonLine } from './ndjson/line.ts';
