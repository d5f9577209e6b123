export { createSseDecoder } from './sse/decoder.ts';
export { decodeSse } from './sse/decode.ts';
export { encodeSseComment, encodeSseEvent } from './sse/encode.ts';
export { SSE_LIMITS } from './sse/meter.ts';
export type { SseDecoder, SseEvent, SseHandlers, SseRest } from './sse/decoder.ts';
export type { DecodeSseOptions } from './sse/decode.ts';
export type { OutgoingSseEvent } from './sse/encode.ts';
export type { SseLimits } from './sse/meter.ts';
