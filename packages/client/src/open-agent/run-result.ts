import type {
  AgentMessage,
  AgentMessageMetrics,
  CostSummary,
  ToolCallResult,
} from '@agentproto/protocol/open-agent/0.7';
import { isObject, type Json } from '../json.ts';
import { textOf } from './text.ts';

/** A tool that the agent wants run by the client (ToolRequest). */
export interface ToolRequest {
  tool: string;
  input: unknown;
  /** Where the server gives one; else answers are told apart by the tool's name and their order. */
  id?: string;
  /** The member of a team that asks. */
  from?: string;
}

/** What a run came to, or what there is of it; of a stream and of an answer in one piece alike. */
export interface Run {
  /** `halted`: it waits for the answers to `toolRequests`; `running`: its end has not been read. */
  status: 'running' | 'halted' | 'succeeded' | 'failed' | 'canceled';
  /** The answer; while there is none, what has been said so far. */
  content: string;
  /** The answer's message, where the server sends one. */
  message?: AgentMessage;
  /** Where the server sends them: the messages of the run. */
  messages: AgentMessage[];
  toolRequests: ToolRequest[];
  /** Tools that the server has run itself (ToolCallCompleted). */
  toolCalls: ToolCallResult[];
  /** Of a team: who said what, in the order of the events. Pieces of one speaker that follow each other are one. */
  contributions: { from: string; content: string }[];
  run_id?: string;
  session_id?: string;
  agent_id?: string;
  model?: string;
  finish_reason?: string;
  usage?: AgentMessageMetrics;
  cost?: CostSummary;
  metrics?: Json;
  /** Seconds. */
  runtime?: number;
}

/** Members that are kept as they come, the last one said. */
export const KEPT = [
  'run_id',
  'session_id',
  'agent_id',
  'model',
  'finish_reason',
  'usage',
  'cost',
  'metrics',
  'runtime',
];

/** What a run came to whose answer came in one piece: `{ messages, cost }`, or `{ message, finish_reason, usage }`. */
export function runOf(json: Json): Run {
  const { message, messages, ...rest } = json;
  const all = listOf<AgentMessage>(messages);
  const last = isObject(message)
    ? (message as unknown as AgentMessage)
    : all.findLast(({ role }) => role === 'assistant');
  const kept = Object.fromEntries(KEPT.flatMap((name) => (rest[name] == null ? [] : [[name, rest[name]]])));
  return {
    ...(kept as Partial<Run>),
    ...emptyRun('succeeded'),
    content: last ? textOf(last.content) : '',
    ...(last && { message: last }),
    messages: all.length > 0 ? all : last ? [last] : [],
  };
}

/** What a run came to of which nothing was said. */
export function emptyRun(status: Run['status']): Run {
  return { status, content: '', messages: [], toolRequests: [], toolCalls: [], contributions: [] };
}

export function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? ((value as unknown[]).filter(isObject) as unknown as Item[]) : [];
}
