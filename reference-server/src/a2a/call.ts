import type { IncomingHttpHeaders } from 'node:http';
import type {
  METHODS,
  MethodName,
  Models,
  StreamResponse,
  TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import type { RequestInfo, WireFault } from '@agentproto/script';
import type { StreamItem as Item } from '../answer.ts';
import type { Caller } from '../identity.ts';
import type { Left } from '../left.ts';
import type { Run, RunQuery } from '../store/store.ts';
import type { TaskFold } from './fold.ts';

/** One call of an operation, whatever the binding. */
export interface Call extends Caller {
  tenant: string | undefined;
  /** The binding in the spec's own term. */
  binding: 'JSONRPC' | 'HTTP+JSON';
  /** Extensions that the caller asked for and the server has. */
  extensions: readonly string[];
  /** Of a stream that is taken up again: the last event that was seen. */
  lastEventId: string | undefined;
  /** What the server saw of the request, for `echo`. Made only when it is asked for. */
  seen: () => RequestInfo;
  /** Says when the caller has left, or the server closes. */
  readonly left: Left;
  /** Filled in while the call is answered: headers that the answer has besides the binding's. */
  headers?: Record<string, string>;
  /** Filled in while the call is answered: a fault of the wire that the script wants for a plain answer. */
  fault?: WireFault;
}

/** A request of either binding, as HTTP has it. */
export interface HttpRequest {
  verb: string;
  /** Relative to the interface's URL, still percent-encoded: `/tasks/1:cancel`. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Their names as the caller spelled them, each with its value behind it. */
  rawHeaders: readonly string[];
  /** Empty when there is none. */
  body: Buffer;
  /** Says when the caller has left, or the server closes. */
  readonly left: Left;
}

/** One operation, asked for over one of the bindings. */
export interface Operation {
  binding: Call['binding'];
  /** As the caller names it. */
  method: string;
  /** Not validated yet; undefined: none came. */
  params: unknown;
  request: HttpRequest;
}

export interface Outcome {
  call: Call;
  method: MethodName;
  /** One of them, as the method has it. */
  result?: unknown;
  items?: AsyncIterable<StreamItem>;
}

/** A run whose turn has begun. */
export interface Turn extends Run {
  /** The task before the turn; absent where the turn is its first. The reader's own. */
  before?: TaskFold;
}

export interface RestRoute {
  /** As the binding names it. */
  method: string;
  /** What the path says: ids and, with the prefix, the tenant. */
  params: Record<string, string>;
}

export type RequestOf<Method extends MethodName> = Models[(typeof METHODS)[Method]['request']];

/** One event of a stream. `id` is the run's running count of frames; a direct message has none. */
export interface StreamFrame {
  id?: number;
  event: StreamResponse;
}

export type StreamItem = Item<StreamFrame>;

/** A webhook of a task, as it is kept: with its task and its id. */
export type PushConfig = TaskPushNotificationConfig & { id: string; taskId: string };

/** What a list of tasks holds, whatever its pages. */
export type TaskQuery = Omit<RunQuery, 'after' | 'limit'>;
