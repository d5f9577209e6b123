import type { AgentCard, SendMessageConfiguration, Struct } from '@agentproto/protocol/a2a/1.0';
import type { TransportOptions } from '../transport.ts';
import type { BindingName } from './binding.ts';
import type { Deviation } from './deviation.ts';
import type { A2AVersion } from './dialect.ts';
import type { CallOptions } from './operation.ts';
import type { Polling } from './poll.ts';

/** A card of A2A 0.3 or earlier, in its own members. */
export interface EarlierCard {
  url: string;
  [member: string]: unknown;
}

export interface ConnectOptions extends TransportOptions {
  /** Speak only this one, or the first of these that the agent offers. Default: both. */
  binding?: BindingName;
  /** Speak only this revision of A2A. Default: whichever the first interface of the card that we speak has. */
  version?: A2AVersion;
  /** The agent's card, when it is known: nothing is then fetched. One of A2A 0.3 or earlier will do, as it is. */
  card?: AgentCard | EarlierCard;
  signal?: AbortSignal;
  /** URIs of extensions to activate with every call (§4.6). */
  extensions?: readonly string[];
  /** How often a task is looked at, where an agent does not stream or does not wait. */
  polling?: Polling;
  /**
   * Looks at each card that was fetched, also the extended one, before it is used: `cardVerifier` of `@agentproto/client/a2a/signatures`
   * (§8.4.3), or a check of your own. What it throws fails the call. A `card` that is given is not looked at.
   */
  verifyCard?: (card: AgentCard) => unknown;
  /** Told once about each kind of thing that the agent does otherwise than the specification says. */
  onDeviation?: (deviation: Deviation) => void;
  /** Each of these is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

export interface MessageOptions extends CallOptions {
  /** What kinds of output are wanted, how much history, whether to wait, a webhook (§3.2.2). */
  configuration?: SendMessageConfiguration;
  metadata?: Struct;
  /** A task that comes to rest in another state than TASK_STATE_COMPLETED is a `TaskNotCompletedError`; for a stream, in `final`. */
  expectCompleted?: boolean;
}

export interface SendOptions extends MessageOptions {
  /**
   * Ask for the task again and again, until it has ended or waits for you, where the agent does not wait itself. Before A2A 1.0 no
   * agent had to, so that it is then the default, unless `configuration.returnImmediately`.
   */
  wait?: boolean;
}

export interface StreamOptions extends CallOptions {
  /** After a broken connection, subscribe again, at most `attempts` times in a row without a new event. Default: not at all. */
  resume?: { attempts: number };
}

export interface SubscribeOptions extends StreamOptions {
  /** Sent as `Last-Event-ID`. A server that knows it may begin with the event after it; `final` then lacks what came before. */
  lastEventId?: string;
}
