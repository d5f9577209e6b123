import type {
  AgentMessage,
  AgentMessageMetrics,
  CostSummary,
  ToolCallResult,
} from '@agentproto/protocol/open-agent/0.7';
import type { Json } from '../json.ts';

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
