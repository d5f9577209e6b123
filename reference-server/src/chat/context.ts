import type { IncomingHttpHeaders } from 'node:http';
import type {
  AgentMessage,
  Approval,
  ChatRequest,
  Data,
  DoneEvent,
  ErrorEvent,
  JsonObject,
  Message,
  MetaData,
  StreamEvent,
  Task,
  TaskResult,
  ToolCall,
} from '@agentproto/protocol/chat/docs';
import type { Violation } from '@agentproto/rules/chat/docs';
import type { AgentEvent, Script, ToolCall as AgentCall, ToolResult } from '@agentproto/script';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { LateAbort } from '../late-abort.ts';
import type { AgentEvents } from '../runs.ts';
import type { ServerContext } from '../server-context.ts';
import type { Entry, Run } from '../store/store.ts';
import type { Call, ChatSocket, HttpRequest, Operation, StreamItem } from './call.ts';
import type { Told } from './chat-error.ts';
import type { ChatTurn, Decision, TurnFold } from './chat-turn.ts';
import type { Issued } from './issued.ts';
import type { McpTool } from './mcp-tool.ts';
import type { ChatSettings } from './options.ts';
import type { PastTurns } from './past-turns.ts';
import type { TaskResults } from './task-results.ts';

/** What every function of the record is given. */
export interface ChatContext extends ServerContext {
  impl: ChatImpl;
  settings: ChatSettings;
  /** Of the family: `docs`, `dcaf-2.1`. */
  revision: string;
  past: PastTurns;
  /** Where the family is, below the server. */
  path: string;
  /** The agent is the owner's own: only what it asked about can be decided. */
  guarded: boolean;
  issued: Issued;
  tasks: TaskResults;
}

type Ctx = ChatContext;
type Headers = Record<string, string>;
type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>;

/**
 * Everything that a chat server does, as one record of functions: what each does is said where it is written
 * (`impl.ts` names the files). They call each other through the record in their context, so that a quirk which
 * replaces one of them, or a revision that differs, is seen everywhere.
 */
export interface ChatImpl {
  // The ways in
  answerHttp: (ctx: Ctx, operation: Operation, request: HttpRequest) => Promise<Answer | StreamAnswer>;
  checkMethod: (ctx: Ctx, operation: Operation, method: string) => void;
  authenticate: (ctx: Ctx, headers: IncomingHttpHeaders) => string;
  health: (ctx: Ctx) => Answer;
  noSocket: (ctx: Ctx) => Answer;
  answerFrame: (ctx: Ctx, socket: ChatSocket, data: string | Uint8Array) => Promise<void>;
  answerBinary: (ctx: Ctx, socket: ChatSocket) => Promise<void>;
  answerFailure: (ctx: Ctx, socket: ChatSocket, error: unknown) => Promise<void>;
  keepAlive: (ctx: Ctx, socket: ChatSocket) => () => void;
  // A request
  readBody: (ctx: Ctx, headers: IncomingHttpHeaders, body: Buffer) => ChatRequest;
  readFrame: (ctx: Ctx, text: string) => ChatRequest;
  checkContentType: (ctx: Ctx, headers: IncomingHttpHeaders) => void;
  parseJson: (ctx: Ctx, text: string) => unknown;
  checkRequest: (ctx: Ctx, value: unknown) => ChatRequest;
  checkObject: (ctx: Ctx, value: unknown) => object;
  checkMessages: (ctx: Ctx, value: object) => void;
  validate: (ctx: Ctx, value: object) => Violation[];
  refuseEmpty: (ctx: Ctx) => void;
  // Its turn
  readTurn: (ctx: Ctx, call: Call, request: ChatRequest) => ChatTurn;
  requestContext: (ctx: Ctx, call: Call, fields: JsonObject) => JsonObject;
  decisionsAt: (ctx: Ctx, messages: readonly Message[], at: number) => Decision[];
  decisionsIn: (ctx: Ctx, message: Message) => Decision[];
  checkScript: (ctx: Ctx, script: Script) => void;
  beginTurn: (ctx: Ctx, call: Call, request: ChatRequest) => Promise<Run>;
  cancelWhenLeft: (ctx: Ctx, call: Call, abort: LateAbort) => void;
  refusedDecisions: (ctx: Ctx, call: Call, turn: ChatTurn) => readonly Decision[];
  // Around the agent
  agentContext: (ctx: Ctx, fields: JsonObject, messages: readonly Message[]) => JsonObject;
  agentEvents: (ctx: Ctx, turn: ChatTurn, events: AgentEvents) => AgentEvents;
  // From a run's log to events
  encode: (ctx: Ctx, fold: TurnFold, entry: Pick<Entry, 'event'>) => StreamEvent[];
  textDelta: (ctx: Ctx, text: string) => StreamEvent[];
  asking: (ctx: Ctx, request: EventOf<'tool-request'>) => StreamEvent[];
  toolCall: (ctx: Ctx, call: AgentCall) => ToolCall;
  approval: (ctx: Ctx, call: AgentCall) => Approval;
  executed: (ctx: Ctx, turn: ChatTurn, results: readonly ToolResult[]) => StreamEvent[];
  output: (ctx: Ctx, result: ToolResult, decision: Decision | undefined) => string;
  ending: (ctx: Ctx, fold: TurnFold, end: EventOf<'end'>) => StreamEvent[];
  done: (ctx: Ctx, fold: TurnFold) => DoneEvent;
  stopReason: (ctx: Ctx, asked: boolean) => string | null;
  metaData: (ctx: Ctx, context: ChatTurn['context']) => MetaData;
  turnEvents: (ctx: Ctx, call: Call, run: Run) => AsyncIterable<StreamItem>;
  endsTurn: (ctx: Ctx, entry: Entry) => boolean;
  // The answer in one piece
  chat: (ctx: Ctx, call: Call, request: ChatRequest) => Promise<Answer>;
  message: (ctx: Ctx, call: Call, events: readonly StreamEvent[]) => AgentMessage;
  failTurn: (ctx: Ctx, text: string) => void;
  reply: (ctx: Ctx, events: readonly StreamEvent[]) => AgentMessage;
  replyData: (ctx: Ctx, events: readonly StreamEvent[]) => Data;
  wordless: (ctx: Ctx, data: Data) => string;
  legacyReply: (ctx: Ctx, message: AgentMessage) => AgentMessage;
  // A channel that several agents share
  isSilenced: (ctx: Ctx, call: Call, request: ChatRequest) => boolean | Promise<boolean>;
  silentAnswer: (ctx: Ctx) => Answer;
  silentEvent: (ctx: Ctx, binding: Call['binding']) => DoneEvent;
  silentLines: (ctx: Ctx, call: Call) => StreamAnswer;
  silentFrame: (ctx: Ctx, socket: ChatSocket) => Promise<void>;
  // Jobs
  isJob: (ctx: Ctx, request: ChatRequest) => boolean;
  enqueue: (ctx: Ctx, call: Call, request: ChatRequest) => Promise<Answer>;
  jobAccepted: (ctx: Ctx, id: string) => object;
  followJob: (ctx: Ctx, owner: string, request: HttpRequest) => Promise<StreamAnswer>;
  noSuchJob: (ctx: Ctx, request: HttpRequest) => StreamAnswer;
  firstSeq: (ctx: Ctx, request: HttpRequest) => number;
  jobEvents: (ctx: Ctx, run: Run, first: number, signal: AbortSignal) => StreamAnswer['frames'];
  // Tasks of other agents
  agentCard: (ctx: Ctx) => Answer;
  sendTask: (ctx: Ctx, owner: string, request: HttpRequest) => Promise<Answer>;
  beforeTaskIsDone: (ctx: Ctx, working: Promise<void>) => Promise<void>;
  getTask: (ctx: Ctx, owner: string, request: HttpRequest) => Answer;
  doTask: (ctx: Ctx, call: Call, task: Task) => Promise<TaskResult>;
  // MCP
  mcpTools: (ctx: Ctx) => readonly McpTool[];
  // The answer event by event
  stream: (ctx: Ctx, call: Call, request: ChatRequest) => Promise<StreamAnswer>;
  shownEvents: (ctx: Ctx, call: Call, run: Run) => AsyncIterable<StreamItem>;
  errorEvent: (ctx: Ctx, error: unknown) => ErrorEvent;
  // Outgoing bytes
  jsonHeaders: (ctx: Ctx) => Headers;
  refusal: (ctx: Ctx, error: unknown) => Answer;
  errorBody: (ctx: Ctx, error: Told) => object;
  streamHeaders: (ctx: Ctx) => Headers;
  line: (ctx: Ctx, event: StreamEvent) => string;
  lineChunks: (ctx: Ctx, text: string) => Iterable<string | Uint8Array>;
  frame: (ctx: Ctx, event: StreamEvent) => string;
  frameChunks: (ctx: Ctx, text: string) => Iterable<string | Uint8Array>;
}
