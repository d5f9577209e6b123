import type { IncomingHttpHeaders } from 'node:http';
import type {
  AnyStreamEvent,
  CreateResponseBody,
  ErrorStreamingEvent,
  ItemField,
  ItemParam,
  ResponseResource,
} from '@agentproto/protocol/responses/openai';
import type { Violation } from '@agentproto/rules/responses/openai';
import type { AgentEvent, Json, Script, Step, StepKind, ToolCall, ToolResult } from '@agentproto/script';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { LateAbort } from '../late-abort.ts';
import type { ServerContext } from '../server-context.ts';
import type { Entry, Run } from '../store/store.ts';
import type { Call, HttpRequest, Operation, ResponsesSocket, StreamItem, Unnumbered } from './call.ts';
import type { OpenItem, Past, ResponseFold, ResponseStart, Settled } from './response-start.ts';
import type { Allowance } from '../openai/constrain.ts';
import type { ModelOptions, ResponsesSettings } from './options.ts';
import type { ErrorKind, ResponsesError } from './responses-error.ts';

/** What every function of the record is given. */
export interface ResponsesContext extends ServerContext {
  impl: ResponsesImpl;
  settings: ResponsesSettings;
  /** Of the family: `2026-04-24`, `openai`. */
  revision: string;
}

type Ctx = ResponsesContext;
type Headers = Record<string, string>;
type Handler = (ctx: Ctx, call: Call, request: HttpRequest) => Promise<Answer | StreamAnswer>;

/**
 * Everything that a server of responses does, as one record of functions: what each does is said where it is written
 * (`impl.ts` names the files). They call each other through the record in their context, so that a quirk which
 * replaces one of them, or a revision that differs, is seen everywhere.
 */
export interface ResponsesImpl {
  // The ways in
  answerHttp: (ctx: Ctx, operation: Operation, request: HttpRequest) => Promise<Answer | StreamAnswer>;
  operations: { readonly [Name in Operation]?: Handler };
  hasSocket: (ctx: Ctx) => boolean;
  authenticate: (ctx: Ctx, headers: IncomingHttpHeaders) => string;
  answerFrame: (ctx: Ctx, socket: ResponsesSocket, text: string) => Promise<void>;
  readFrame: (ctx: Ctx, text: string) => CreateResponseBody;
  expireSocket: (ctx: Ctx, socket: ResponsesSocket) => void;
  // A request
  readBody: (ctx: Ctx, headers: IncomingHttpHeaders, body: Buffer) => object;
  checkContentType: (ctx: Ctx, headers: IncomingHttpHeaders) => void;
  parseObject: (ctx: Ctx, text: string) => object;
  checkCreate: (ctx: Ctx, value: object) => CreateResponseBody;
  validate: (ctx: Ctx, name: string, value: object) => Violation[];
  settle: (ctx: Ctx, request: CreateResponseBody) => Settled;
  modelOf: (ctx: Ctx, id: string) => ModelOptions;
  checkScript: (ctx: Ctx, script: Script) => void;
  inexpressible: (ctx: Ctx) => readonly StepKind[];
  knowsMcp: (ctx: Ctx) => boolean;
  // What went before
  parentOf: (ctx: Ctx, call: Call, request: CreateResponseBody) => Promise<string | undefined>;
  pastOf: (ctx: Ctx, call: Call, request: CreateResponseBody) => Promise<Past[]>;
  chainTo: (ctx: Ctx, call: Call, id: string) => Promise<Past[]>;
  unknownPrevious: (ctx: Ctx, id: string) => ResponsesError;
  newItems: (ctx: Ctx, past: readonly Past[], items: readonly ItemParam[]) => ItemParam[];
  checkOutputs: (ctx: Ctx, past: readonly Past[], input: readonly ItemField[]) => void;
  mayContinue: (ctx: Ctx, call: Call, run: Run, fold: ResponseFold) => Promise<boolean>;
  turnItems: (ctx: Ctx, fold: ResponseFold) => ItemField[];
  addedItems: (ctx: Ctx, fold: ResponseFold) => ItemField[];
  truncated: (ctx: Ctx, request: Settled, past: readonly Past[], input: readonly ItemField[]) => Past[];
  joinConversation: (ctx: Ctx, call: Call, request: CreateResponseBody, id: string) => Promise<string | undefined>;
  isStored: (ctx: Ctx, run: Run) => Promise<boolean>;
  // Its run
  beginResponse: (ctx: Ctx, call: Call, request: CreateResponseBody) => Promise<Run>;
  newResponseId: (ctx: Ctx) => string;
  itemId: (ctx: Ctx, response: string, type: string, place: string) => string;
  cancelWhenLeft: (ctx: Ctx, call: Call, start: ResponseStart, abort: LateAbort) => void;
  requestInfo: (ctx: Ctx, start: ResponseStart, past: readonly Past[]) => { [name: string]: Json };
  agentEvents: (ctx: Ctx, start: ResponseStart, events: AsyncIterable<AgentEvent>) => AsyncIterable<AgentEvent>;
  allowanceOf: (ctx: Ctx, request: Settled) => Allowance;
  mayCall: (ctx: Ctx, allowance: Allowance, call: ToolCall) => boolean;
  constrained: (
    ctx: Ctx,
    request: Settled,
    performance: { steps?: readonly Step[]; events: AsyncIterable<AgentEvent> },
  ) => AsyncIterable<AgentEvent>;
  // From a run's log to events
  encode: (ctx: Ctx, fold: ResponseFold, entry: Pick<Entry, 'event' | 'at'>) => AnyStreamEvent[];
  number: (ctx: Ctx, fold: ResponseFold, event: Unnumbered) => AnyStreamEvent;
  begun: (ctx: Ctx, fold: ResponseFold) => Unnumbered[];
  openMessage: (ctx: Ctx, fold: ResponseFold, key: string) => Unnumbered[];
  openReasoning: (ctx: Ctx, fold: ResponseFold) => Unnumbered[];
  delta: (ctx: Ctx, fold: ResponseFold, open: OpenItem, text: string) => Unnumbered[];
  close: (ctx: Ctx, fold: ResponseFold, status?: 'incomplete') => Unnumbered[];
  functionCall: (ctx: Ctx, fold: ResponseFold, call: ToolCall) => Unnumbered[];
  approvalRequest: (ctx: Ctx, fold: ResponseFold, call: ToolCall) => Unnumbered[];
  hostedTool: (ctx: Ctx, fold: ResponseFold, result: ToolResult) => ItemField | undefined;
  toolResult: (ctx: Ctx, fold: ResponseFold, result: ToolResult, approved: boolean) => Unnumbered[];
  ended: (ctx: Ctx, fold: ResponseFold) => Unnumbered[];
  reasoningType: (ctx: Ctx) => string;
  hasPhase: (ctx: Ctx) => boolean;
  response: (ctx: Ctx, fold: ResponseFold) => ResponseResource;
  // The answer event by event
  shownEvents: (ctx: Ctx, call: Call, items: AsyncIterable<StreamItem>) => AsyncIterable<StreamItem>;
  obfuscation: (ctx: Ctx, event: AnyStreamEvent) => string | undefined;
  endsWithDone: (ctx: Ctx) => boolean;
  // Outgoing bytes
  jsonHeaders: (ctx: Ctx) => Headers;
  streamHeaders: (ctx: Ctx) => Headers;
  sseEvent: (ctx: Ctx, event: AnyStreamEvent) => OutgoingSseEvent;
  frameText: (ctx: Ctx, event: OutgoingSseEvent) => string;
  chunks: (ctx: Ctx, text: string) => Iterable<string | Uint8Array>;
  socketText: (ctx: Ctx, event: object) => string;
  refusal: (ctx: Ctx, error: unknown) => Answer;
  errorBody: (ctx: Ctx, error: ResponsesError) => object;
  tooMany: (ctx: Ctx, model: string, waitMs: number) => ResponsesError;
  errorType: (ctx: Ctx, kind: ErrorKind) => string;
  errorEvent: (ctx: Ctx, error: unknown, sequenceNumber: number) => ErrorStreamingEvent;
  errorFrame: (ctx: Ctx, error: unknown) => object;
  // Chat completions
  chatBody: (ctx: Ctx, value: object) => object;
  chatChunks: (ctx: Ctx, chunk: object) => object[];
}
