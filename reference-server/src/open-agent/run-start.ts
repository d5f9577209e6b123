import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import type { AgentEvent, Script } from '@agentproto/script';
import type { Performance } from '../agent.ts';
import type { StreamItem } from '../answer.ts';
import type { AnyTool } from './toolkit.ts';

/** What a run's log begins with. */
export interface RunStart {
  kind: 'agent' | 'team' | 'completion';
  /** Of the agent, of the team's leader, or none. */
  agentId?: string;
  /** Who speaks when nobody else is named: a team's leader, where it is a member. */
  speaker?: string;
  sessionId: string;
  model: string;
  /** Tokens of the whole context. */
  inputTokens: number;
}

/** What somebody asks an agent, a team or a model to do. */
export interface Asked {
  start: RunStart;
  messages: readonly AgentMessage[];
  /** Names of the caller's tools that may be asked for. None: any. */
  offered: readonly string[];
  /** What `echo` tells beside what the server saw. */
  info: Readonly<Record<string, unknown>>;
  /** What is done with a text where nobody has brought a script; undefined: it is said back. */
  own: (text: string) => Script | undefined;
  /** The caller hears of tools that it is to run. */
  mayAsk: boolean;
  /** What the request allows of what the agent does. */
  within?: (performance: Performance) => AsyncIterable<AgentEvent>;
  /** A text that the answer of a completion begins with. */
  before?: string;
}

/** A run as far as its log has been read. */
export interface RunFold {
  id: string;
  start: RunStart;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** The answer, in pieces. */
  content: string[];
  /** Who speaks now. */
  from?: string | undefined;
  /** What was said and done, for an answer in one piece. */
  messages: AgentMessage[];
  /** Characters that were put out. */
  chars: number;
  usage?: { input: number; output: number };
  /** The caller is to run tools: its next request goes on. */
  halted: boolean;
  status?: 'succeeded' | 'failed' | 'canceled';
  /** What to tell of a failure. */
  failure?: { message: string; rejected: boolean };
  /** Its last event has been made. */
  over: boolean;
}

/** A request for a run, of either revision. */
export interface RunRequest {
  messages?: readonly AgentMessage[];
  tools?: readonly AnyTool[];
  model?: string;
  /** Ours: a conversation that goes on under the id that its first run had. */
  session_id?: unknown;
  /** Ours: which members of a team may be asked, by id, name or role. */
  agents?: readonly string[];
}

/** An event of a run, as the revision says it. */
export type WireEvent = Readonly<Record<string, unknown>>;
export type RunItem = StreamItem<{ event: WireEvent }>;
