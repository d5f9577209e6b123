import type { Clock } from '@agentproto/script';
import type { Agent } from './agent.ts';
import type { Failure } from './failures.ts';
import type { FamilyOptions } from './families.ts';
import type { Fault } from './wire-faults/fault.ts';
import type { AnyQuirk } from './quirk.ts';
import type { Hooks } from './store/hooks.ts';
import type { Store } from './store/store.ts';
import type { WebhookOptions } from './webhooks/webhooks.ts';

export { ServerOptionsError } from './options-error.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Limits {
  /** Bytes of a request body. Default 10 MiB. */
  bodyBytes: number;
  /** Milliseconds for a request body to come. Default 10,000. */
  bodyMs: number;
  /** Milliseconds for a request's headers to come. Default 10,000. */
  headersMs: number;
  /** The longest time of one turn of an agent, and of an async agent to say what it will do, in milliseconds of the clock. Default 900,000. */
  turnMs: number;
  /** Turns of agents that are at work at once; a further message is refused with 503. Default: any number. */
  runs: number;
}

export const LIMITS: Limits = {
  bodyBytes: 10 * 1024 * 1024,
  bodyMs: 10_000,
  headersMs: 10_000,
  turnMs: 900_000,
  runs: Infinity,
};

export interface PluginOptions extends FamilyOptions {
  /** Ids such as `a2a@1.0`. Default: all that this package knows. */
  protocols?: readonly string[] | undefined;
  /** Default: plays the script that a message carries, or says its text back. */
  agent?: Agent | undefined;
  /** Default: in memory. */
  store?: Store | undefined;
  clock?: Clock | undefined;
  /** Quirks from `/quirks`, or their names. */
  quirks?: readonly (AnyQuirk | string)[] | undefined;
  limits?: Partial<Limits> | undefined;
  /** Silence of a stream after which a comment is sent, milliseconds. Default 15,000. */
  keepAliveMs?: number | undefined;
  /** Callers have to show it as `Authorization: Bearer KEY` or `X-API-Key: KEY`; cards stay public. */
  apiKey?: string | undefined;
  /** Several callers by name, each with a key of its own. What belongs to one is not there for another. */
  identities?: Readonly<Record<string, string>> | undefined;
  /**
   * Whose web pages may speak with the server, over HTTP and WebSockets: origins, `loopback` (any port of this
   * machine), `*` (anybody). Default: `loopback`.
   */
  allowedOrigins?: readonly string[] | undefined;
  /** What the cards say of where the server is. Default: where it listens. */
  publicUrl?: string | undefined;
  /**
   * Cards say that the server is where `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix` of the request say, unless
   * `publicUrl` does. For a server behind a proxy that sets them alone: anybody else could. Default false.
   */
  trustForwarded?: boolean | undefined;
  /** Is told when turns and runs begin and end. */
  hooks?: Hooks | undefined;
  /** Where webhooks may be sent, and how. Default: to public addresses only. */
  webhooks?: WebhookOptions | undefined;
  /** Scripts may ask for faults of the wire. Default: only while the server listens on loopback. */
  wireFaults?: boolean | undefined;
}

export interface ServerOptions extends PluginOptions {
  /** Default 127.0.0.1. Any other than a loopback address needs `apiKey`, `identities` or `insecure`. */
  host?: string | undefined;
  /** Requests that fail from the beginning, as `server.fail` does later. */
  failures?: readonly Failure[] | undefined;
  /** Answers that are damaged from the beginning, as by `server.fault`. */
  faults?: readonly Fault[] | undefined;
  /** `server.requests` have their answers, too. Default false: it costs time and memory. */
  record?: boolean | undefined;
  /**
   * The control plane under `/__agentproto/`, for tests in other languages: journal, scripts, faults, clock, signals, a sink for
   * webhooks. Keeps answers unless `record` is false. `true`: for this machine alone, whatever `host` is; `'remote'`: for whoever reaches the host, with a key
   * where the server has keys. Default false.
   */
  control?: boolean | 'remote' | undefined;
  /** What chance in failures and faults comes from: the same for the same seed, from the start and from each `reset()` on. Default 1. */
  seed?: number | undefined;
  /** Default 0: a free one. */
  port?: number | undefined;
  /** `false`: no port is opened; `server.fetch` is the only way to it, and `http://in-memory.invalid` its url. Default: true. */
  listen?: boolean | undefined;
  /** How long a connection may be idle before it is closed, milliseconds. Default 72,000. */
  connectionIdleMs?: number | undefined;
  /** Anybody who reaches the host may use the server. */
  insecure?: boolean | undefined;
  /** One line a request on stderr, from this level on. Default: only what an agent, or the server, went wrong with. */
  log?: LogLevel | undefined;
}
