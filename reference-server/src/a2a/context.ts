import type { IncomingHttpHeaders } from 'node:http';
import type {
  AgentCard,
  CancelTaskRequest,
  DeleteTaskPushNotificationConfigRequest,
  GetTaskPushNotificationConfigRequest,
  ListTaskPushNotificationConfigsRequest,
  ListTaskPushNotificationConfigsResponse,
  TaskPushNotificationConfig,
  GetTaskRequest,
  ListTasksRequest,
  ListTasksResponse,
  Message,
  MessageName,
  MethodName,
  Part,
  SendMessageRequest,
  SendMessageResponse,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
} from '@agentproto/protocol/a2a/1.0';
import type { Violation } from '@agentproto/rules/a2a/1.0';
import type { PartSpec, Script } from '@agentproto/script';
import type { ReadRequest, RpcError, RpcId } from '@agentproto/wire/json-rpc';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { HttpError } from '../http-error.ts';
import type { AgentEvents } from '../runs.ts';
import type { ServerContext } from '../server-context.ts';
import type { Entry, Run, RunPlace } from '../store/store.ts';
import type { A2AError, ErrorName, ErrorRow, RestErrorBody } from './a2a-error.ts';
import type {
  Call,
  HttpRequest,
  Operation,
  Outcome,
  PushConfig,
  RequestOf,
  RestRoute,
  StreamItem,
  TaskQuery,
  Turn,
} from './call.ts';
import type { CardSigner } from './card-signer.ts';
import type { TaskFold, TaskViewOptions } from './fold.ts';
import type { A2ASettings } from './options.ts';

/** What every function of the record is given. */
export interface A2AContext extends ServerContext {
  impl: A2AImpl;
  settings: A2ASettings;
  /** `1.0`, or the patch that an older revision pins. */
  revision: string;
  /** How an earlier revision publishes its card; undefined: as 1.0 does. */
  era?: { readonly cardPath: string; card: (ctx: A2AContext, card: AgentCard, main?: string) => object } | undefined;
  /** Where both bindings are, relative to the server. */
  path: string;
  /** When the server was made; milliseconds since the epoch. */
  madeAt: number;
  signer: CardSigner;
}

type Ctx = A2AContext;
type Headers = Record<string, string>;

/**
 * Everything that an A2A 1.0 server does, as one record of functions: what each does is said where it is written
 * (`impl.ts` names the files). They call each other through the record in their context, so that a quirk which
 * replaces one of them is seen everywhere. Only `advance` asks `updates` itself: what a task is does not change when
 * a quirk says something else on the wire.
 */
export interface A2AImpl {
  // The card
  card: (ctx: Ctx) => AgentCard;
  signCard: (ctx: Ctx, card: AgentCard) => Promise<AgentCard>;
  cardAnswer: (ctx: Ctx, headers: IncomingHttpHeaders) => Answer | Promise<Answer>;
  writeCard: (ctx: Ctx, card: AgentCard) => object;
  cardHeaders: (ctx: Ctx, body: string) => Headers;
  isFresh: (ctx: Ctx, headers: IncomingHttpHeaders, card: Headers) => boolean;
  extendedCard: (ctx: Ctx, owner: string) => Promise<AgentCard | undefined>;
  extendedCardHeaders: (ctx: Ctx, card: AgentCard) => Headers;
  // The bindings
  answerRpc: (ctx: Ctx, request: HttpRequest) => Promise<Answer | StreamAnswer>;
  readRpcRequest: (ctx: Ctx, body: Buffer) => ReadRequest;
  rpcHeaders: (ctx: Ctx) => Headers;
  rpcResult: (ctx: Ctx, id: RpcId, result: unknown) => object;
  rpcError: (ctx: Ctx, id: RpcId, error: RpcError) => object;
  answerRest: (ctx: Ctx, request: HttpRequest) => Promise<Answer | StreamAnswer>;
  matchRoute: (ctx: Ctx, verb: string, path: string) => RestRoute;
  readRestRequest: (ctx: Ctx, request: HttpRequest) => object;
  restHeaders: (ctx: Ctx, asked: IncomingHttpHeaders) => Headers;
  restResult: (ctx: Ctx, result: unknown) => unknown;
  restEvent: (ctx: Ctx, event: StreamResponse) => unknown;
  checkContentType: (ctx: Ctx, headers: IncomingHttpHeaders) => void;
  writeResult: (ctx: Ctx, binding: Call['binding'], method: MethodName, result: unknown) => unknown;
  /** Of the type of 1.0, whose members an earlier revision may have, so that the functions after it can look at them. */
  writeEvent: (ctx: Ctx, binding: Call['binding'], event: StreamResponse) => StreamResponse;
  // Errors
  errorRow: (ctx: Ctx, name: ErrorName) => ErrorRow;
  errorDetails: (ctx: Ctx, error: A2AError) => object[];
  rpcErrorObject: (ctx: Ctx, error: A2AError) => RpcError;
  restErrorBody: (ctx: Ctx, error: A2AError) => RestErrorBody;
  writeRestError: (ctx: Ctx, body: RestErrorBody, error: A2AError | HttpError) => object;
  told: (ctx: Ctx, error: unknown) => A2AError | HttpError;
  // Before an operation
  dispatch: (ctx: Ctx, operation: Operation) => Promise<Outcome>;
  authenticate: (ctx: Ctx, headers: IncomingHttpHeaders) => string;
  readVersion: (ctx: Ctx, headers: IncomingHttpHeaders, query: URLSearchParams) => string;
  checkVersion: (ctx: Ctx, asked: string) => void;
  readExtensions: (ctx: Ctx, headers: IncomingHttpHeaders) => string[];
  checkBinding: (ctx: Ctx, binding: Call['binding']) => void;
  checkTenant: (ctx: Ctx, tenant: string | undefined) => void;
  activateExtensions: (ctx: Ctx, asked: readonly string[]) => string[];
  extensionHeaders: (ctx: Ctx, activated: readonly string[]) => Headers;
  checkCapability: (ctx: Ctx, method: MethodName) => void;
  operationOf: (ctx: Ctx, binding: Call['binding'], name: string) => MethodName | undefined;
  readParams: <Method extends MethodName>(
    ctx: Ctx,
    method: Method,
    given: unknown,
    binding?: Call['binding'],
  ) => RequestOf<Method>;
  normalizeParams: (ctx: Ctx, given: unknown) => unknown;
  /** Without a binding: in the form of JSON-RPC. */
  validate: (ctx: Ctx, name: MessageName, value: unknown, binding?: Call['binding']) => Violation[];
  // The operations, by their names
  SendMessage: (ctx: Ctx, call: Call, request: SendMessageRequest) => Promise<SendMessageResponse>;
  SendStreamingMessage: (ctx: Ctx, call: Call, request: SendMessageRequest) => Promise<AsyncIterable<StreamItem>>;
  GetTask: (ctx: Ctx, call: Call, request: GetTaskRequest) => Promise<Task>;
  ListTasks: (ctx: Ctx, call: Call, request: ListTasksRequest) => Promise<ListTasksResponse>;
  CancelTask: (ctx: Ctx, call: Call, request: CancelTaskRequest) => Promise<Task>;
  SubscribeToTask: (ctx: Ctx, call: Call, request: SubscribeToTaskRequest) => Promise<AsyncIterable<StreamItem>>;
  CreateTaskPushNotificationConfig: (
    ctx: Ctx,
    call: Call,
    request: TaskPushNotificationConfig,
  ) => Promise<TaskPushNotificationConfig>;
  GetTaskPushNotificationConfig: (
    ctx: Ctx,
    call: Call,
    request: GetTaskPushNotificationConfigRequest,
  ) => Promise<TaskPushNotificationConfig>;
  ListTaskPushNotificationConfigs: (
    ctx: Ctx,
    call: Call,
    request: ListTaskPushNotificationConfigsRequest,
  ) => Promise<ListTaskPushNotificationConfigsResponse>;
  DeleteTaskPushNotificationConfig: (
    ctx: Ctx,
    call: Call,
    request: DeleteTaskPushNotificationConfigRequest,
  ) => Promise<Record<string, never>>;
  GetExtendedAgentCard: (ctx: Ctx, call: Call) => Promise<AgentCard>;
  // Their parts
  findTask: (ctx: Ctx, call: Call, id: string) => Promise<Run>;
  checkMessage: (ctx: Ctx, request: SendMessageRequest) => void;
  checkInputModes: (ctx: Ctx, parts: readonly Part[]) => void;
  checkFollowUp: (ctx: Ctx, run: Run, message: Message) => void;
  checkScript: (ctx: Ctx, script: Script) => void;
  checkCancelable: (ctx: Ctx, run: Run) => void;
  checkSubscribable: (ctx: Ctx, run: Run) => void;
  takeMessage: (ctx: Ctx, call: Call, request: SendMessageRequest) => Promise<Turn>;
  beginTurn: (ctx: Ctx, call: Call, request: SendMessageRequest) => Promise<Turn>;
  followed: (ctx: Ctx, call: Call, message: Message) => Promise<Run | undefined> | undefined;
  newTaskId: (ctx: Ctx, message: Message) => string;
  newId: (ctx: Ctx) => string;
  stopAgent: (ctx: Ctx, run: Run) => Promise<void>;
  taskQuery: (ctx: Ctx, call: Call, request: ListTasksRequest) => TaskQuery | undefined;
  writePageToken: (ctx: Ctx, place: RunPlace, query: TaskQuery) => string;
  readPageToken: (ctx: Ctx, token: string, query: TaskQuery) => RunPlace;
  // Around the agent
  agentEvents: (ctx: Ctx, request: SendMessageRequest, events: AgentEvents) => AgentEvents;
  acceptedParts: (ctx: Ctx, parts: readonly PartSpec[], modes: readonly string[]) => PartSpec[];
  // From a run's log to messages
  encode: (ctx: Ctx, fold: TaskFold, entry: Omit<Entry, 'frames'>) => StreamResponse[];
  advance: (ctx: Ctx, fold: TaskFold, entry: Omit<Entry, 'frames'>, made?: readonly StreamResponse[]) => void;
  taskView: (ctx: Ctx, fold: TaskFold, options?: TaskViewOptions) => Task;
  recentHistory: (ctx: Ctx, history: readonly Message[], length: number | undefined) => Message[];
  timestamp: (ctx: Ctx, at: number) => string;
  directMessage: (ctx: Ctx, fold: TaskFold, parts: readonly PartSpec[]) => Message;
  currentTask: (ctx: Ctx, run: Run, view?: TaskViewOptions) => Promise<Task | undefined>;
  awaitAnswer: (
    ctx: Ctx,
    call: Call,
    turn: Turn,
    configuration: { returnImmediately?: boolean | undefined; historyLength?: number | undefined },
  ) => Promise<SendMessageResponse>;
  turnEvents: (ctx: Ctx, call: Call, turn: Turn, historyLength: number | undefined) => AsyncIterable<StreamItem>;
  taskEvents: (ctx: Ctx, call: Call, run: Run) => AsyncIterable<StreamItem>;
  endsStream: (ctx: Ctx, entry: Entry) => boolean;
  readLastEventId: (ctx: Ctx, id: string | undefined) => number | undefined;
  // Webhooks
  checkWebhook: (ctx: Ctx, config: TaskPushNotificationConfig, at: string) => void;
  keepPushConfig: (ctx: Ctx, run: Run, given: TaskPushNotificationConfig) => Promise<PushConfig>;
  pushConfigs: (ctx: Ctx, run: Run) => Promise<PushConfig[]>;
  dropPushConfig: (ctx: Ctx, run: Run, id: string) => Promise<void>;
  feedWebhooks: (ctx: Ctx, run: Run, after: number, testId?: string) => Promise<void>;
  feedWebhook: (ctx: Ctx, run: Run, config: PushConfig, after: number, testId?: string) => void;
  pushEvents: (ctx: Ctx, run: Run, after: number, signal: AbortSignal) => AsyncGenerator<StreamResponse>;
  pushBody: (ctx: Ctx, event: StreamResponse) => string;
  pushHeaders: (ctx: Ctx, config: PushConfig) => Headers;
  // Outgoing frames
  streamHeaders: (ctx: Ctx) => Headers;
  frameText: (ctx: Ctx, event: OutgoingSseEvent) => string;
  keepAliveText: (ctx: Ctx) => string;
  chunks: (ctx: Ctx, frame: string) => Iterable<string | Uint8Array>;
}
