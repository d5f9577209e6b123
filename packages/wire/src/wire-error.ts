export type WireErrorCode =
  /** A line, an event or the whole stream passed its limit; `limit` and `at` say which and where. */
  | 'line-limit'
  | 'event-limit'
  | 'total-limit'
  /** A value cannot be written as it is: it holds what would end its field, or what the format cannot say. */
  | 'bad-field'
  /** The decoder was used after its end. */
  | 'ended'
  /** What a line holds: bytes that are not UTF-8, a text that is not JSON, nothing; `line` says where. */
  | 'bad-utf8'
  | 'bad-json'
  | 'blank-line'
  /** No WebSocket came about. */
  | 'connect-failed'
  | 'connect-timeout'
  /** An incoming message, those that nobody took yet, or those that wait to be sent are more than their limit. */
  | 'message-limit'
  | 'queue-limit'
  | 'send-limit'
  /** The WebSocket is closed, or about to be. */
  | 'closed'
  /** The WebSocket ended without the closing handshake. */
  | 'broken';

/** Where it went wrong, and why. */
export interface WirePlace extends ErrorOptions {
  /** The limit that was passed, in bytes; of `queue-limit`, in bytes or messages. */
  limit?: number;
  /** Offset of the offending byte, from the start of the stream. */
  at?: number;
  /** Number of the offending line, from 1. */
  line?: number;
}

/** What went wrong on the wire itself, below any protocol. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;
  /** See `WirePlace`. */
  readonly limit: number | undefined;
  readonly at: number | undefined;
  readonly line: number | undefined;

  constructor(code: WireErrorCode, message: string, { limit, at, line, ...options }: WirePlace = {}) {
    super(message, options);
    this.code = code;
    this.limit = limit;
    this.at = at;
    this.line = line;
  }
}
