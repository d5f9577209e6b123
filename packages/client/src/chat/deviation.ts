import type { AnyEvent } from '@agentproto/protocol/chat/docs';

/** What an agent does otherwise than the documents say, where a client can still go on. */
export type DeviationKind =
  /** The answer's Content-Type is another than documented. */
  | 'content-type'
  /** A line or frame is JSON, but no object with a `type`; it was passed over. */
  | 'not-an-event'
  /** An event of a type that is not documented: `event` is there, and the stream passes it over. */
  | 'unknown-event'
  /** The last line of a stream lacks its line feed; it was complete and is taken. */
  | 'no-line-feed'
  /** A WebSocket frame is binary; its text was taken. */
  | 'binary-frame'
  /** A `done` of a turn that an `error` has ended already; it was passed over. */
  | 'done-after-error'
  /** Something else than that came outside of a turn, or after its end; it was passed over. */
  | 'event-after-end'
  /** The stream was not closed after its end; the client left. */
  | 'stream-left-open';

export interface Deviation {
  kind: DeviationKind;
  operation: ChatOperation;
  message: string;
  /** With `unknown-event`. Agents may send events of their own. */
  event?: AnyEvent;
}

export type ChatOperation = 'chat' | 'chat-stream' | 'chat-ws';

/** Reports one deviation; already knows the operation. */
export type Report = (kind: DeviationKind, message: string, event?: AnyEvent) => void;

export function reporter(operation: ChatOperation, onDeviation: ((deviation: Deviation) => void) | undefined): Report {
  return (kind, message, event) => onDeviation?.({ kind, operation, message, ...(event && { event }) });
}
