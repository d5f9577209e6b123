import type { IncomingHttpHeaders } from 'node:http';
import type { Server } from '@modelcontextprotocol/server';
import type { AgentEvent, Script, ToolCall, ToolResult } from '@agentproto/script';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { LateAbort } from '../late-abort.ts';
import type { ListedModel, ModelOptions } from '../openai/models.ts';
import type { Entry, Run } from '../store/store.ts';
import type { Found, GivenMember, Member, StoredAgent, StoredDocument, StoredTeam, Working } from './agent-records.ts';
import type { Call, HttpRequest } from './call.ts';
import type { McpTool } from './mcp-tool.ts';
import type { OpenAgentError } from './open-agent-error.ts';
import type { Asked, RunFold, RunItem, RunRequest, RunStart, WireEvent } from './run-start.ts';
import type { AnyTool } from './toolkit.ts';

/** The part of the record that has to do with agents, models and what they know. */
export interface AgentsImpl<Ctx> {
  // Agents and teams
  agentsOf: (ctx: Ctx, owner: string) => Promise<StoredAgent[]>;
  agentNamed: (ctx: Ctx, owner: string, id: string) => Promise<StoredAgent | undefined>;
  putAgent: (ctx: Ctx, call: Call, agent: StoredAgent) => Promise<void>;
  dropAgent: (ctx: Ctx, call: Call, id: string) => Promise<boolean>;
  shownAgent: (ctx: Ctx, agent: StoredAgent) => object;
  createdAgent: (ctx: Ctx, agent: StoredAgent) => object;
  teamNamed: (ctx: Ctx, owner: string, id: string) => Promise<StoredTeam | undefined>;
  checkMember: (ctx: Ctx, call: Call, id: string) => Promise<void>;
  withLeader: (ctx: Ctx, given: readonly GivenMember[], leader: string | undefined) => Member[];
  shownTeam: (ctx: Ctx, team: StoredTeam) => object;
  createdTeam: (ctx: Ctx, team: StoredTeam) => object;
  // A run
  readRun: (ctx: Ctx, http: HttpRequest, kind: 'agent' | 'team') => RunRequest;
  checkMessages: (ctx: Ctx, request: RunRequest) => void;
  wantsStream: (ctx: Ctx, headers: IncomingHttpHeaders) => boolean;
  chosenModel: (ctx: Ctx, request: RunRequest, own: string | undefined) => string;
  modelOf: (ctx: Ctx, id: string) => ModelOptions;
  offeredTools: (ctx: Ctx, ofRequest: readonly AnyTool[], ofAgent: readonly AnyTool[]) => string[];
  chosenMembers: (ctx: Ctx, working: readonly Working[], hints: readonly string[] | undefined) => readonly Working[];
  teamPlan: (ctx: Ctx, members: readonly Working[], text: string) => Script;
  checkScript: (ctx: Ctx, start: RunStart, script: Script) => void;
  tooMany: (ctx: Ctx, waitMs: number) => OpenAgentError;
  beginRun: (ctx: Ctx, call: Call, asked: Asked) => Promise<Run>;
  newRunId: (ctx: Ctx, start: RunStart) => string;
  cancelWhenLeft: (ctx: Ctx, call: Call, abort: LateAbort) => void;
  agentEvents: (ctx: Ctx, asked: Asked, events: AsyncIterable<AgentEvent>) => AsyncIterable<AgentEvent>;
  mayCall: (ctx: Ctx, asked: Asked, call: ToolCall) => boolean;
  withoutTool: (ctx: Ctx, calls: readonly ToolCall[]) => string;
  // From a run's log to events
  encode: (ctx: Ctx, fold: RunFold, entry: Pick<Entry, 'event' | 'at'>) => WireEvent[];
  runEvent: (ctx: Ctx, name: string, members: object) => WireEvent;
  speaker: (ctx: Ctx, fold: RunFold) => { from?: string };
  runStarted: (ctx: Ctx, fold: RunFold, at: number) => WireEvent;
  runResponse: (ctx: Ctx, fold: RunFold, content: string, at: number, more?: object) => WireEvent;
  toolCallStarted: (ctx: Ctx, fold: RunFold, call: ToolCall, at: number) => WireEvent;
  toolCallCompleted: (ctx: Ctx, fold: RunFold, result: ToolResult, at: number) => WireEvent;
  toolRequest: (ctx: Ctx, fold: RunFold, call: ToolCall, at: number) => WireEvent;
  halted: (ctx: Ctx, fold: RunFold, at: number) => WireEvent[];
  ended: (ctx: Ctx, fold: RunFold, at: number) => WireEvent[];
  costSummary: (ctx: Ctx, fold: RunFold, at: number) => WireEvent;
  runCompleted: (ctx: Ctx, fold: RunFold, at: number) => WireEvent;
  finalContent: (ctx: Ctx, fold: RunFold) => string;
  // The answer, in one piece or event by event
  checkOutcome: (ctx: Ctx, fold: RunFold) => void;
  agentReply: (ctx: Ctx, fold: RunFold, at: number) => object;
  teamReply: (ctx: Ctx, fold: RunFold, at: number) => object;
  shownEvents: (ctx: Ctx, call: Call, items: AsyncIterable<RunItem>) => AsyncIterable<RunItem>;
  failedEvent: (ctx: Ctx, error: unknown) => WireEvent;
  streamHeaders: (ctx: Ctx) => Record<string, string>;
  sseEvent: (ctx: Ctx, event: object) => OutgoingSseEvent;
  frameText: (ctx: Ctx, event: OutgoingSseEvent) => string;
  chunks: (ctx: Ctx, text: string) => Iterable<string | Uint8Array>;
  // Models
  streamsCompletion: (ctx: Ctx, http: HttpRequest, stream?: boolean) => boolean;
  completionBody: (ctx: Ctx, value: object) => object;
  completionChunks: (ctx: Ctx, chunk: object) => object[];
  modelEcho: (ctx: Ctx, model: string) => string;
  modelsShown: (ctx: Ctx) => ListedModel[];
  shownVector: (ctx: Ctx, vector: Float32Array, format: 'float' | 'base64') => number[] | string;
  // Knowledge
  documentsOf: (ctx: Ctx, owner: string) => Promise<StoredDocument[]>;
  ranked: (ctx: Ctx, documents: readonly StoredDocument[], query: string) => Found[];
  // MCP
  mcpServer: (ctx: Ctx, call: Call) => Server;
  mcpTools: (ctx: Ctx, call: Call) => Promise<McpTool[]>;
}
