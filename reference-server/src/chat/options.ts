import { AMOUNT, BOOLEAN, either, NULL, OBJECT } from '../option-kinds.ts';
import type { NamesOf } from '../option-names.ts';
import type { CardOption } from './task-results.ts';
import type { McpOption } from './mcp-tool.ts';
import { type ChannelRouter, type Route, routeOf } from './channel-router.ts';

export interface ChatOptions {
  /** Milliseconds between the pings on a WebSocket; null: none. Default 20,000. Section: server: Connection Stability. */
  pingMs?: number | null;
  /** How long a pong is waited for, in milliseconds. Default 20,000. */
  pongMs?: number;
  /** Bytes of one message on a WebSocket. Default 16 MiB. */
  messageBytes?: number;
  /** Who says whether the agent answers what comes from Slack. Default: it does. Section: server: Channel Routing. */
  router?: ChannelRouter;
  /** A true `queue` of a request asks for a job in the place of an answer. Default false. Section: job-queue. */
  queue?: boolean;
  /** Takes tasks of other agents, in a form of DCAF's own; an object is the card. Default false. Section: a2a. */
  a2a?: boolean | CardOption;
  /** Speaks MCP too, over SSE at `/sse` and `/messages/`, with a tool `chat` and those that are named. Default false. */
  mcp?: boolean | McpOption;
}

export const CHAT_OPTIONS: NamesOf<ChatOptions> = {
  pingMs: either(AMOUNT, NULL),
  pongMs: AMOUNT,
  messageBytes: AMOUNT,
  router: true,
  queue: BOOLEAN,
  a2a: either(BOOLEAN, OBJECT),
  mcp: either(BOOLEAN, OBJECT),
};

export interface ChatSettings extends Required<Omit<ChatOptions, 'router'>> {
  route: Route | undefined;
}

/** Throws a ServerOptionsError. */
export function settingsOf({ router, ...options }: ChatOptions = {}, report: (error: unknown) => void): ChatSettings {
  return {
    pingMs: 20_000,
    pongMs: 20_000,
    messageBytes: 16 * 1024 * 1024,
    queue: false,
    a2a: false,
    mcp: false,
    ...options,
    route: router && routeOf(router, report),
  };
}

/** What a test may want to know of how this server is set up; it stands in /.well-known/agentproto.json. */
export const setUpOf = ({ router, ...options }: ChatOptions = {}): object => {
  const { pingMs = 20_000, pongMs = 20_000 } = options;
  return { pingMs, pongMs, router: router === undefined ? null : router === 'scripted' ? 'scripted' : 'other' };
};
