import type { Tool, Transport } from '@modelcontextprotocol/server';
import type { Json } from '@agentproto/script';

/** What a client of MCP finds, and what a call of it does. */
export interface McpTool extends Tool {
  call: (args: { [name: string]: Json }, signal: AbortSignal) => Promise<string>;
}

interface Session {
  owner: string;
  transport: Transport;
  /** Messages that its client has not read. */
  waiting: () => number;
}

/** Of one server. */
export type McpSessions = Map<string, Session>;
