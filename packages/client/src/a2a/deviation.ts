/** The requirement that is not met; a pair: over JSON-RPC, over HTTP+JSON. */
export type Row = RowId | readonly [RowId | undefined, RowId | undefined];

/** A test holds them to the registry, which is too large to ship. */
export type RowId = `A2A${'10' | '03' | '02' | '01'}-${string}`;

export const ROWS = {
  /** A binding is named otherwise than §5.8 does: `jsonrpc`, `REST` … */
  'binding-name': 'A2A10-CARD-006',
  /** The card is where A2A 0.2 had it (§8.2). */
  'card-path': 'A2A10-CARD-001',
  /** An interface of the card does not answer, or does not speak what the card says; another is spoken. */
  'interface-unavailable': 'A2A10-CARD-004',
  /** A relative url in the card (§4.4.6). */
  'relative-url': 'A2A10-CARD-005',
  /** The answer's Content-Type is not the binding's (§9.1, §11.1). */
  'content-type': ['A2A10-RPC-002', 'A2A10-REST-002'],
  /** The answer to a streaming operation is neither an event stream nor JSON (§3.1.2). */
  'stream-content-type': 'A2A10-STREAM-001',
  /** `application/a2a+json` is refused (§11.1); the client goes on with `application/json`. */
  'request-content-type': 'A2A10-REST-003',
  /** `jsonrpc`, `id` or the pair of `result` and `error` is not as JSON-RPC says (§9.1). */
  envelope: 'A2A10-RPC-001',
  /** An error in a shape of its own, or whose code is a text (§9.5, §11.6). */
  'error-shape': ['A2A10-RPC-001', 'A2A10-REST-005'],
  /** `taskStatusUpdate` and `taskArtifactUpdate` for `statusUpdate` and `artifactUpdate` (§3.2.3). */
  'member-name': 'A2A10-STREAM-022',
  /** A task, message or update that is not in its member (§3.2.3), as in A2A 0.3. */
  'bare-payload': ['A2A10-RPC-011', 'A2A10-REST-009'],
  /** A task where it should be bare stands in a member `task` (§3.1.3, §3.1.5). */
  'wrapped-task': 'A2A10-RPC-014',
  /** States, roles or files are written as in A2A 0.3 (§5.5). */
  'old-spelling': 'A2A10-DM-002',
  /** A union has none of the members that A2A 1.0 knows; the event was passed over. */
  'unknown-event': ['A2A10-RPC-011', 'A2A10-REST-009'],
  /** Before the JSON of an event stands a record separator (RFC 7464). */
  'event-prefix': ['A2A10-RPC-011', 'A2A10-REST-009'],
  /** The last event of a stream lacks its blank line; it was complete and is taken. */
  'unfinished-event': 'A2A10-STREAM-001',
  /** A stream that belongs to a task does not begin with the task (§3.1.2, §3.1.6). */
  'first-event': 'A2A10-STREAM-003',
  /** Updates of a task, or its answer, name another task or context than the task has (§3.4.1). */
  'other-context': 'A2A10-STREAM-008',
  /** `append` names an artifact that was not sent before (§4.2.2). */
  'append-without-artifact': 'A2A10-STREAM-017',
  /** A message in the stream of a task (§3.1.2); one that ends it is the answer. */
  'message-in-task-stream': 'A2A10-STREAM-004',
  /** Something came after the end (§3.1.2): a last artifact of the task is taken, what is neither that nor a last snapshot passed over. */
  'event-after-end': 'A2A10-STREAM-006',
  /** The stream was not closed after its end (§3.1.2); the client left. */
  'stream-left-open': 'A2A10-STREAM-005',
  /** A blocking send came back before the task had come to rest (§3.2.2). */
  'not-waited': 'A2A10-SEND-007',
  /** Required members were left out, as proto defaults are (§5.7); the defaults are taken. */
  'missing-member': 'A2A10-LIST-007',
} as const satisfies { [kind: string]: Row };

/** What only earlier revisions can have; their rows stand with them. */
export type EarlierKind =
  /** Something has no `kind` (A2A 0.1: a part no `type`), or another than it is. */
  | 'missing-kind'
  /** Members, states, roles or files are written as in another revision than the interface's. */
  | 'other-spelling'
  /** The message of a status is a mere text. */
  | 'plain-message'
  /** The last event of a stream does not say `final: true`. */
  | 'not-final';

/** What an agent does otherwise than the specification says, where a client can still go on. */
export type DeviationKind = keyof typeof ROWS | EarlierKind;

export interface Deviation {
  kind: DeviationKind;
  /** The operation, or `card`. */
  operation: string;
  message: string;
  /** The id of the requirement that is not met, as the conformance suite names it. */
  row: string;
}

/** Reports one deviation; already knows the operation. `row`: where it is another than the kind's. */
export type Report = (kind: DeviationKind, message: string, row?: RowId) => void;

/** The requirement of one revision that is not met; undefined: the revision has none, so that nothing is amiss. */
export type RowOf = (kind: DeviationKind, row?: RowId) => RowId | undefined;

/** Those of 1.0. `binding`: over JSON-RPC 0, over HTTP+JSON 1. */
export function latestRows(binding: 0 | 1): RowOf {
  return (kind, row) => row ?? rowIn(ROWS, kind, binding);
}

export function rowIn(
  rows: { readonly [Kind in DeviationKind]?: Row },
  kind: DeviationKind,
  binding: 0 | 1,
): RowId | undefined {
  const row = rows[kind];
  return typeof row === 'object' ? row[binding] : row;
}

export function reporter(tell: (deviation: Deviation) => void, operation: string, rowOf: RowOf): Report {
  return (kind, message, given) => {
    const row = rowOf(kind, given);
    if (row) tell({ kind, operation, message, row });
  };
}
