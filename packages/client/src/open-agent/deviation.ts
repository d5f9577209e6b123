/** A test holds them to the registry, which is too large to ship. */
type RowId = `OAA-${string}`;

/** The requirement that is not met; undefined where the documents leave a server free. */
export const ROWS = {
  /** The answer's Content-Type is not JSON's; it was JSON all the same. */
  'content-type': 'OAA-RUN-005',
  /** A stream's Content-Type is not that of event streams; JSON is taken for the whole answer. */
  'stream-content-type': 'OAA-SSE-001',
  /** The data of an event is no JSON object, or has no name anywhere; it was passed over. */
  'not-an-event': 'OAA-SSE-002',
  /** Only the `event` line of server-sent events names the event; that is believed. */
  'event-line': 'OAA-SSE-002',
  /** The first event is not RunStarted. */
  'first-event': 'OAA-SSE-003',
  /** Another event after RunCompleted, or after `[DONE]`; it was passed over. */
  'event-after-end': 'OAA-SSE-003',
  /** The stream was not closed after its end; the client left. */
  'stream-left-open': undefined,
  /** The last event lacks its blank line; it was complete and is taken. */
  'unfinished-event': undefined,
} as const satisfies { [kind: string]: RowId | undefined };

/** What a server does otherwise than the Open Agent API says, where a client can still go on. */
export type DeviationKind = keyof typeof ROWS;

export interface Deviation {
  kind: DeviationKind;
  /** `runAgent` … */
  operation: string;
  message: string;
  /** The id of the requirement that is not met, as the conformance suite names it. */
  row?: string;
}

/** Reports one deviation; already knows the operation. */
export type Report = (kind: DeviationKind, message: string) => void;

export function reporter(operation: string, tell: (deviation: Deviation) => void): Report {
  return (kind, message) => {
    const row = ROWS[kind];
    tell({ kind, operation, message, ...(row && { row }) });
  };
}
