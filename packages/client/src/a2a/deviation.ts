/** What an agent does otherwise than the specification says, where a client can still go on. */
export type DeviationKind =
  /** The answer's Content-Type is not the binding's (§9.1, §11.1). */
  | 'content-type'
  /** `jsonrpc`, `id` or the pair of `result` and `error` is not as JSON-RPC says (§9.1). */
  | 'envelope'
  /** A union has none of the members that A2A 1.0 knows; the event was passed over. */
  | 'unknown-event'
  /** The last event of a stream lacks its blank line; it was complete and is taken. */
  | 'unfinished-event'
  /** A stream that belongs to a task does not begin with the task (§3.1.2, §3.1.6). */
  | 'first-event'
  /** `append` names an artifact that was not sent before (§4.2.2). */
  | 'append-without-artifact'
  /** A message in the stream of a task (§3.1.2). */
  | 'message-in-task-stream'
  /** Something else than a last snapshot came after the end; it was passed over (§3.1.2). */
  | 'event-after-end'
  /** The stream was not closed after its end (§3.1.2); the client left. */
  | 'stream-left-open'
  /** A relative url in the card (§4.4.6). */
  | 'relative-url'
  /** Required members were left out, as proto defaults are (§5.7); the defaults are taken. */
  | 'missing-member';

export interface Deviation {
  kind: DeviationKind;
  /** The operation, or `card`. */
  operation: string;
  message: string;
}

/** Reports one deviation; already knows the operation. */
export type Report = (kind: DeviationKind, message: string) => void;
