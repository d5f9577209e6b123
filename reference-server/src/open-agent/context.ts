import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeyInfo } from '@agentproto/protocol/open-agent/0.7';
import type { Violation } from '@agentproto/rules/open-agent/0.7';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { ServerContext } from '../server-context.ts';
import type { AgentsImpl } from './agents-context.ts';
import type { Call, HttpRequest, Operation, Who } from './call.ts';
import type { Mail } from '../mailbox.ts';
import type { McpSessions } from './mcp-tool.ts';
import type { OpenAgentError } from './open-agent-error.ts';
import type { OpenAgentSettings, Scope } from './options.ts';
import type { Plan, PlanLimits } from './plan-list.ts';
import type { Holdings } from './records.ts';
import type { Account, StoredKey, StoredSubscription, Use } from './stored.ts';

/** What every function of the record is given. */
export interface OpenAgentContext extends ServerContext {
  impl: OpenAgentImpl;
  settings: OpenAgentSettings;
  /** Of the family. */
  revision: '0.7' | 'readme';
  /** Where it is, relative to the server: `/open-agent/0.7/v1`. */
  path: string;
  /** Resolves when the accounts are there that the options name. */
  seeded: () => Promise<void>;
  /** What sessions are signed with. */
  sessionSecret: Uint8Array;
  /** Logins that have begun. */
  holdings: Holdings;
  /** Sessions of MCP that are open. */
  mcp: McpSessions;
}

type Ctx = OpenAgentContext;
export type Handler = (ctx: Ctx, call: Call, request: HttpRequest) => Promise<Answer | StreamAnswer>;

/**
 * Everything that a server of Open Agent API does, as one record of functions: what each does is said where it is written
 * (`impl.ts` names the files). They call each other through the record in their context, so that a quirk which replaces one of
 * them is seen everywhere.
 */
export interface OpenAgentImpl extends AccountImpl, AgentsImpl<OpenAgentContext> {
  // The ways in
  answerHttp: (ctx: Ctx, operation: Operation, request: HttpRequest) => Promise<Answer | StreamAnswer>;
  operations: { readonly [Name in Operation]?: Handler };
  isOpen: (ctx: Ctx, operation: Operation) => boolean;
  // A request
  readBody: (ctx: Ctx, headers: IncomingHttpHeaders, body: Buffer) => object;
  validate: (ctx: Ctx, name: string, value: unknown) => Violation[];
  // Outgoing bytes
  jsonHeaders: (ctx: Ctx) => Record<string, string>;
  refusal: (ctx: Ctx, error: unknown, operation?: Operation) => Answer;
  errorBody: (ctx: Ctx, error: OpenAgentError, operation?: Operation) => object;
}

/** Who asks, what they may, and what it costs. */
interface AccountImpl {
  identify: (ctx: Ctx, headers: IncomingHttpHeaders) => Promise<Who | undefined>;
  sessionOf: (ctx: Ctx, token: string) => Promise<Who | undefined>;
  keyOf: (ctx: Ctx, secret: string) => Promise<Who | undefined>;
  isGood: (ctx: Ctx, key: StoredKey) => boolean;
  authorize: (ctx: Ctx, who: Who, operation: Operation, request: Pick<HttpRequest, 'params'>) => void;
  scopeOf: (ctx: Ctx, operation: Operation) => Scope;
  // Logins
  sendMail: (ctx: Ctx, mail: Omit<Mail, 'at'>) => void;
  linkAnswer: (ctx: Ctx, token: string) => object;
  spend: (ctx: Ctx, token: string) => Promise<string | undefined>;
  isEmail: (ctx: Ctx, text: string) => boolean;
  mayAskAgain: (ctx: Ctx, times: readonly number[]) => boolean;
  login: (ctx: Ctx, account: Account) => Promise<Answer>;
  accountFor: (ctx: Ctx, email: string, name?: string) => Promise<Account>;
  stateHolds: (ctx: Ctx, state: string | null, provider: string) => Promise<boolean>;
  pollIsEarly: (ctx: Ctx, before: number | undefined) => boolean;
  // Keys
  shownKey: (ctx: Ctx, key: StoredKey) => ApiKeyInfo;
  secretShown: (ctx: Ctx, key: ApiKeyInfo, secret: string) => ApiKeyInfo;
  listedKeys: (ctx: Ctx, keys: readonly StoredKey[]) => StoredKey[];
  revoke: (ctx: Ctx, owner: string, key: StoredKey) => Promise<void>;
  // Plans, limits, use
  planOf: (ctx: Ctx, owner: string) => Promise<Plan>;
  limitsOf: (ctx: Ctx, plan: Plan) => PlanLimits;
  admit: (ctx: Ctx, call: Call) => Promise<void>;
  charge: (ctx: Ctx, call: Call, use: Use) => Promise<void>;
  listedPlans: (ctx: Ctx, active: boolean) => readonly Plan[];
  canceled: (ctx: Ctx, subscription: StoredSubscription) => StoredSubscription;
  // Stripe
  signatureHolds: (ctx: Ctx, header: string | undefined, body: Buffer) => boolean;
  isFirst: (ctx: Ctx, event: string) => Promise<boolean>;
  applyStripe: (ctx: Ctx, type: string, object: Record<string, unknown>) => Promise<void>;
}
