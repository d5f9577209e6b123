import type { AnyEvent } from '@agentproto/protocol/chat/docs';

/** The requirement that is not met; a list: over the operations in their order; none where the documents allow it. */
type Row = RowId | readonly RowId[] | undefined;

/** A test holds them to the registry, which is too large to ship. */
type RowId = `CHAT-${string}`;

export const ROWS = {
  /** The answer's Content-Type is another than documented. */
  'content-type': ['CHAT-SYNC-002', 'CHAT-STREAM-001'],
  /** A line or frame is JSON, but no object with a `type`; it was passed over. */
  'not-an-event': ['CHAT-STREAM-002', 'CHAT-STREAM-002', 'CHAT-WS-002'],
  /** An event of a type that is not documented: `event` is there, and the stream passes it over. Told each time. */
  'unknown-event': undefined,
  /** The list of an event stands in another member than documented: `cmds` for `commands` … */
  'member-name': 'CHAT-STREAM-007',
  /** The last line of a stream lacks its line feed; it was complete and is taken. */
  'no-line-feed': 'CHAT-STREAM-015',
  /** A WebSocket frame is binary; its text was taken. */
  'binary-frame': 'CHAT-WS-002',
  /** A `done` of a turn that an `error` has ended already; it was passed over. */
  'done-after-error': undefined,
  /** Something else than that came outside of a turn, or after its end; it was passed over. */
  'event-after-end': ['CHAT-STREAM-003', 'CHAT-STREAM-003', 'CHAT-WS-002'],
  /** The stream was not closed after its end; the client left. */
  'stream-left-open': 'CHAT-STREAM-009',
} as const satisfies { [kind: string]: Row };

/** What an agent does otherwise than the documents say, where a client can still go on. */
export type DeviationKind = keyof typeof ROWS;

export interface Deviation {
  kind: DeviationKind;
  operation: ChatOperation;
  message: string;
  /** The id of the requirement that is not met, as the conformance suite names it. */
  row?: string;
  /** With `unknown-event`. Agents may send events of their own. */
  event?: AnyEvent;
}

const OPERATIONS = ['chat', 'chat-stream', 'chat-ws', 'health', 'job-events'] as const;
export type ChatOperation = (typeof OPERATIONS)[number];

/** Reports one deviation; already knows the operation. */
export type Report = (kind: DeviationKind, message: string, event?: AnyEvent) => void;

export function reporter(operation: ChatOperation, tell: (deviation: Deviation) => void): Report {
  return (kind, message, event) => {
    const rows: Row = ROWS[kind];
    const row = typeof rows === 'object' ? rows[OPERATIONS.indexOf(operation)] : rows;
    tell({ kind, operation, message, ...(row && { row }), ...(event && { event }) });
  };
}
