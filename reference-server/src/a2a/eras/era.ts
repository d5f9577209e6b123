import type { AgentCard, MessageName, MethodName, StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { Violation } from '@agentproto/rules/a2a/1.0';
import type { Answer } from '../../answer.ts';
import type { ErrorName } from '../a2a-error.ts';
import type { Call, HttpRequest } from '../call.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import type { A2ASettings } from '../options.ts';
import type { RestPattern } from '../rest.ts';

/** An object of JSON whose members are looked at one by one. */
export type Fields = Readonly<Record<string, unknown>>;

export type Binding = Call['binding'];

/**
 * An earlier revision of A2A: how it names and writes what 1.0 does. The server is the one of 1.0, with the same runs; requests come
 * into its words before an operation, and results, events, errors and the card leave them after it.
 */
export interface Era {
  /** `0.3` */
  readonly revision: string;
  readonly patch: string;
  /** Where its card is published, relative to an origin. */
  readonly cardPath: string;
  /** What the path of the card answers. */
  readonly cardVerbs: readonly ('GET' | 'HEAD' | 'OPTIONS')[];
  /** The form of each binding that it has, the preferred one first. */
  readonly forms: { readonly [Name in Binding]?: Form };
  /** Its errors, by the names that the server throws. */
  readonly errors: Readonly<Record<ErrorName, { code: number; http: number; grpc: string; reason: string }>>;
  /** The header that names extensions; undefined: it has no extensions. */
  readonly extensionsHeader: string | undefined;
  /** The card in its words, and where it is reached first: at `main`, if that is said. */
  card(ctx: A2AContext, card: AgentCard, main?: string): object;
  /** The card of HTTP+JSON, where that is another. */
  readonly protoCard?: (ctx: A2AContext, card: AgentCard) => object;
  /** Its validators, loaded with the first request. */
  readonly rules: {
    load: () => Promise<unknown>;
    readonly loaded: { validate(name: never, value: unknown): Violation[] };
  };
  /** Where HTTP+JSON is served at the root as well. */
  readonly rootRoutes: readonly string[];
  /** Defaults of options that are other. */
  readonly settings?: Partial<A2ASettings>;
  /** What it does otherwise, beyond words. */
  readonly differences?: (impl: A2AImpl) => Partial<A2AImpl>;
  /** More GET routes, relative to the server. */
  readonly more?: readonly {
    paths: readonly string[];
    answer(ctx: A2AContext, request: HttpRequest): Promise<Answer>;
  }[];
}

/** How a revision says things over one binding. */
export interface Form {
  /** Its operations by the names that requests have, each with that of 1.0. */
  readonly methods: Readonly<Record<string, MethodName>>;
  /** HTTP+JSON alone: where they are. */
  readonly routes?: readonly RestPattern[];
  /** Its messages by those of 1.0: what the requests are validated as. */
  readonly requests: { readonly [Name in MessageName]?: string };
  /** A request that is valid, in the words of 1.0. Absent: the words are the same. */
  readonly up: { readonly [Name in MethodName]?: (params: Fields, ctx: A2AContext) => object };
  /** A result in the revision's words. Absent: the words are the same. */
  readonly down: { readonly [Name in MethodName]?: (result: never, ctx: A2AContext) => unknown };
  /** One event of a stream in the revision's words. */
  event(event: StreamResponse, ctx: A2AContext): unknown;
}
