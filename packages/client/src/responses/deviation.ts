/** A test holds them to the registry, which is too large to ship. */
type RowId = `RESP-${string}`;

/** The requirement of Open Responses that is not met; undefined where it leaves a server free. */
export const ROWS = {
  /** The answer's Content-Type is not JSON's; it was JSON all the same. */
  'content-type': 'RESP-HTTP-005',
  /** A stream's Content-Type is not that of event streams; JSON is taken for the whole response. */
  'stream-content-type': 'RESP-STREAM-001',
  /** The data of an event is no JSON object with a `type`; it was passed over. */
  'not-an-event': 'RESP-STREAM-002',
  /** A WebSocket frame is binary; it is read as text. */
  'binary-frame': 'RESP-WS-005',
  /** The `event` line says another type than the data; the data's is taken. */
  'event-type': 'RESP-STREAM-004',
  /** The end of a response under a name of its own, `response.done` for instance. */
  'terminal-name': 'RESP-STREAM-006',
  /** The end of a response has no output, though items were streamed; they are put there. */
  'empty-output': 'RESP-STREAM-012',
  /** The event that ends a response says another end than the response's `status`, which is believed. */
  'status-mismatch': 'RESP-ITEM-010',
  /** Another event after the end; it was passed over. */
  'event-after-end': 'RESP-STREAM-011',
  /** The stream was not closed after its end; the client left. */
  'stream-left-open': undefined,
  /** The last event lacks its blank line; it was complete and is taken. */
  'unfinished-event': undefined,
  /** An event of an item or of a part that was not announced; it is begun there. */
  'item-not-added': 'RESP-ITEM-001',
  'part-not-added': 'RESP-ITEM-005',
  /** Two items share an `output_index`; they are kept apart by their ids and their order. */
  'shared-index': 'RESP-STREAM-015',
  /** An error in another shape than `{ error: { type, code, param, message } }`. */
  'error-shape': 'RESP-ERR-001',
} as const satisfies { [kind: string]: RowId | undefined };

/** What a server does otherwise than Open Responses says, where a client can still go on. */
export type DeviationKind = keyof typeof ROWS;

export interface Deviation {
  kind: DeviationKind;
  /** `createResponse` … */
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
