/**
 * The recording's data: recording > exchange > frame. Plain JSON, all times in milliseconds since
 * the recording began, bytes kept as they came.
 */

export type Headers = [name: string, value: string][];

/** Text where the bytes are UTF-8, else base64. */
export type Body = { text: string } | { base64: string };

/** One unit of a stream, in the order of the wire. */
export interface Frame {
  /** Counts from 0 within the exchange, over both directions. */
  index: number;
  atMs: number;
  /** `in`: from the target; `out`: sent by the recording side (WebSocket only). */
  direction: 'in' | 'out';
  kind: 'sse' | 'sse-comment' | 'ndjson' | 'ws-text' | 'ws-binary';
  /** An SSE event's joined data, an NDJSON line as it came but for its LF, a WebSocket message (binary as base64), a comment's text. */
  data: string;
  /** SSE only. */
  event?: string;
  /** SSE only. */
  id?: string;
  /** `data` parsed, when it is JSON. Follows from `data`: files leave it out, readers put it back. */
  json?: unknown;
  /** Why `data` is not JSON. */
  jsonError?: string;
}

export interface RecordedRequest {
  atMs: number;
  method: string;
  url: string;
  headers: Headers;
  body?: Body;
}

export interface RecordedResponse {
  /** When the head arrived. */
  atMs: number;
  status: number;
  headers: Headers;
  /** The whole body where it was no stream. */
  body?: Body;
  /** `body` parsed, when it is JSON. Follows from `body`: files leave it out, readers put it back. */
  json?: unknown;
  jsonError?: string;
}

/** How an exchange ended, seen from the recording side. */
export type EndKind =
  /** The response was complete and the peer ended it. */
  | 'complete'
  /** The connection broke before the response was complete. */
  | 'broken'
  /** No connection could be made. */
  | 'unreachable'
  /** Nothing came for longer than the inactivity limit, or the absolute limit passed. */
  | 'timeout'
  /** The recording side left (it closed the stream by intention). */
  | 'left'
  /** A size limit was passed. */
  | 'limit'
  /** What came is not the stream that it says it is. */
  | 'malformed';

export interface Exchange {
  /** Counts from 0 within the recording. */
  id: number;
  /** What this was for: a scenario's id, for instance. */
  label?: string;
  /** The protocol binding in the spec's own term: `JSONRPC`, `HTTP+JSON`, `NDJSON`, `WebSocket` … */
  binding?: string;
  /** The operation in the spec's own term (`SendMessage`, `chat-stream` …). */
  operation?: string;
  /** The recording side broke a rule on purpose; invariants do not look at this exchange. */
  hostile?: boolean;
  request: RecordedRequest;
  response?: RecordedResponse;
  frames: Frame[];
  end?: { atMs: number; kind: EndKind; message?: string; code?: number };
}
