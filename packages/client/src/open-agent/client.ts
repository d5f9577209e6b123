/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentEnvironment } from '@agentproto/protocol/open-agent/0.7';
import type { CallOptions } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError } from '../errors.ts';
import { Lifetime } from '../lifetime.ts';
import { isObject } from '../json.ts';
import { createTransport, type TransportOptions } from '../transport.ts';
import { Account } from './account.ts';
import { Agents } from './agents.ts';
import { Auth } from './auth.ts';
import type { Connection, Revision } from './call.ts';
import { type Clock, systemClock } from './clock.ts';
import { ChatCompletions, Completions } from './completions.ts';
import { credentials } from './credentials.ts';
import type { Deviation } from './deviation.ts';
import { Group } from './group.ts';
import { Keys } from './keys.ts';
import { Knowledge } from './knowledge.ts';
import { Mcp } from './mcp.ts';
import { Embeddings, Models } from './models.ts';
import { Plans } from './plans.ts';
import { Teams } from './teams.ts';
import { Webhooks } from './webhooks.ts';
import { memoryTokenStore, type TokenStore } from './token.ts';

export interface OpenAgentOptions extends TransportOptions {
  /** Which contract the server keeps: `0.7` is the schema's, `readme` the README's. Default `0.7`. */
  revision?: Revision;
  /** Sent as `X-API-Key`. `auth` is sent as `Authorization: Bearer`, a JWT or an API key; both where both are given. */
  apiKey?: string;
  /** Where the token of a login is kept. Default: in memory. */
  tokens?: TokenStore;
  /** For runs of agents, in `0.7`. Default: one that says nothing about the machine. */
  environment?: AgentEnvironment;
  /** For expiry and polling. Default: the system's. */
  clock?: Clock;
  /** Told once about each kind of thing that the server does otherwise than the documents say. */
  onDeviation?: (deviation: Deviation) => void;
  /** What does not meet a requirement is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

/**
 * A client of the server at `url`: what stands before the paths of the document, `https://host/v1` in `0.7`. Nothing is
 * sent.
 */
export function openAgentClient(url: string | URL, options: OpenAgentOptions = {}): OpenAgentClient {
  return new OpenAgentClient(url, options);
}

/**
 * A client of one server of the Open Agent API. Every method throws `OpenAgentError` where the server answers with an
 * error, and one of `@agentproto/client/errors` for all else.
 */
export class OpenAgentClient implements AsyncDisposable {
  readonly url: string;
  readonly revision: Revision;
  readonly auth: Auth;
  readonly account: Account;
  readonly keys: Keys;
  readonly plans: Plans;
  readonly agents: Agents;
  readonly teams: Teams;
  readonly knowledge: Knowledge;
  readonly chat: ChatCompletions;
  readonly completions: Completions;
  readonly embeddings: Embeddings;
  readonly models: Models;
  readonly mcp: Mcp;
  readonly webhooks: Webhooks;
  readonly #server: Server;
  readonly #close: () => void;

  constructor(url: string | URL, options: OpenAgentOptions = {}) {
    const { protocol, href, username, password } = URL.parse(url) ?? {};
    if (!href || !/^https?:$/.test(protocol!)) throw new InvalidInputError('url: expected an http or https url');
    if (username || password)
      throw new InvalidInputError('url: expected no user and password in it; give them as auth');
    const { revision = '0.7', tokens = memoryTokenStore(), clock = systemClock, apiKey, auth, environment } = options;
    if (revision !== '0.7' && revision !== 'readme') {
      throw new InvalidInputError(`revision: expected '0.7' or 'readme', got ${JSON.stringify(revision)}`);
    }
    const closed = new Lifetime();
    const transport = createTransport(options, (secrets) => credentials({ apiKey, auth, tokens, clock }, secrets));
    const connection: Connection = {
      url: href,
      revision,
      transport,
      tokens,
      clock,
      environment,
      tell: teller(options.onDeviation, options.strict),
      closed,
    };
    this.url = href;
    this.revision = revision;
    this.#close = () => {
      closed.end(new AbortedError('the client was closed'));
      transport.close();
    };
    this.#server = new Server(connection);
    this.auth = new Auth(connection);
    this.account = new Account(connection);
    this.keys = new Keys(connection);
    this.plans = new Plans(connection);
    this.agents = new Agents(connection);
    this.teams = new Teams(connection);
    this.knowledge = new Knowledge(connection);
    this.chat = new ChatCompletions(connection);
    this.completions = new Completions(connection);
    this.embeddings = new Embeddings(connection);
    this.models = new Models(connection);
    this.mcp = new Mcp(connection);
    this.webhooks = new Webhooks(connection);
  }

  /** What the server says of itself (`0.7`). */
  info(options: CallOptions = {}): Promise<Record<string, string>> {
    return this.#server.info(options);
  }

  /** `0.7` */
  health(options: CallOptions = {}): Promise<Record<string, string>> {
    return this.#server.health(options);
  }

  /** Aborts all that is under way. */
  async close(): Promise<void> {
    this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class Server extends Group {
  info(options: CallOptions): Promise<Record<string, string>> {
    return this.send({ name: 'getRoot', expected: 'an object', is: isObject, safe: true }, options, (api) =>
      api.GET('/'),
    );
  }

  health(options: CallOptions): Promise<Record<string, string>> {
    return this.send({ name: 'getHealth', expected: 'an object', is: isObject, safe: true }, options, (api) =>
      api.GET('/health'),
    );
  }
}
