import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '@agentproto/script';
import type { Stage } from './agent.ts';
import type { FamilyHeaders, Origins } from './cors.ts';
import type { Identify } from './identity.ts';
import type { HttpError } from './http-error.ts';
import type { QuirkUse } from './quirk.ts';
import type { Mailbox } from './mailbox.ts';
import type { DueQueue } from './due-queue.ts';
import type { Stoppable } from './left.ts';
import type { Runs } from './runs.ts';
import type { Routes } from './route-table.ts';
import type { ScriptBook } from './script-book.ts';
import type { Store } from './store/store.ts';
import type { SetTimer } from './timer.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** What every family needs of the server. */
export interface ServerContext extends Stage {
  book: ScriptBook;
  store: Store;
  runs: Runs;
  clock: Clock;
  /** Where this server is, without a slash at the end: `http://127.0.0.1:8080`. Known once it listens. */
  baseUrl: () => string;
  /** A request may say where it is (`forwardedUrl`). */
  trustForwarded: boolean;
  identify: Identify;
  /** Web pages of which origins may speak with the server. */
  origins: Origins;
  /** Callers have to show a key. */
  secured: boolean;
  /** A script may ask for faults of the wire. */
  wireFaults: boolean;
  /** Streams that are silent, and the timer that they have between them. */
  keepAlive: DueQueue;
  /** What is stopped when the server closes. */
  waiting: Set<Stoppable>;
  /** Calls `stop` when the server closes, so that whatever waits for a run stops waiting; returns what takes it back. */
  whenClosing: (stop: () => void) => () => void;
  /** On the clock: for limits, and whatever else nobody waits for. */
  setTimer: SetTimer;
  /** On the clock: for what is to take its time. `sleeping` of the server's clock counts it. */
  pause: SetTimer;
  webhooks: Webhooks;
  /** Where mails end. */
  mailbox: Mailbox;
  quirks: readonly QuirkUse[];
  /** Writes down a message that came on the socket that a request opened. */
  received: (opening: FastifyRequest, data: string | Uint8Array) => void;
  /** Logs an error that nobody expected. */
  report: (error: unknown) => void;
}

/** A family in a server. */
export interface Mounted {
  /** Where a client of it begins, relative to the server: `/a2a/1.0`. */
  path: string;
  /** Below it errors are in the family's words. Default: `path`. */
  area?: string;
  /** What can be looked at in a browser, relative to the server. */
  page?: string;
  /** The route that takes WebSockets. */
  socket?: string;
  /** How it is set up, for tests: in /.well-known/agentproto.json, under the family's id. */
  setUp?: object;
  /** Answers with the family's own error. */
  refuse: (request: FastifyRequest, reply: FastifyReply, error: HttpError) => unknown;
}

/** One revision of a family, as a server mounts it. */
export interface Family<Options> {
  /** `family@revision`. */
  id: string;
  /** Its own headers, for web pages. */
  headers?: FamilyHeaders;
  /** What it needs besides before its first request. */
  load?: () => Promise<unknown>;
  /** Adds its routes. */
  mount: (routes: Routes, context: ServerContext, options: Options) => Mounted | Promise<Mounted>;
}
