import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { API_KEY_HEADER } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import type { Store } from '../store/store.ts';
import { accountOf, accountOfCaller } from './accounts.ts';
import type { HttpRequest, Operation, Who } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { OpenAgentError } from './open-agent-error.ts';
import { SCOPES, type Scope } from './options.ts';
import type { Account } from './stored.ts';

/** Of a session, for web pages (README: Authentication). */
export const COOKIE = 'session';

/** Operations that nobody has to log in for. `getAccount` is no such one, though the document secures it not. */
const OPEN: ReadonlySet<Operation> = new Set<Operation>([
  'getRoot',
  'getHealth',
  'requestMagicLink',
  'verifyMagicLink',
  'getMagicLinkStatus',
  'startOAuth',
  'completeOAuth',
  'exchangeDeviceCode',
  'openMcpStream',
  'postMcpMessage',
  'receiveStripeEvent',
  'receiveSubscriptionEvent',
]);

export const isOpen = (_ctx: OpenAgentContext, operation: Operation): boolean => OPEN.has(operation);

/** Who asks: by `X-API-Key`, by a bearer token, which is a key or a JWT, or by the cookie of a session (OAA-X03). */
export async function identify(ctx: OpenAgentContext, headers: IncomingHttpHeaders): Promise<Who | undefined> {
  const { authorization, cookie, [API_KEY_HEADER.toLowerCase()]: key } = headers;
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  const [, session] = new RegExp(`(?:^|; *)${COOKIE}=([^;]+)`).exec(cookie ?? '') ?? [];
  for (const shown of [typeof key === 'string' ? key : undefined, bearer]) {
    const who =
      shown === undefined ? undefined : ((await ctx.impl.keyOf(ctx, shown)) ?? (await ctx.impl.sessionOf(ctx, shown)));
    if (who) return who;
  }
  if (bearer === undefined && key === undefined && session !== undefined) return ctx.impl.sessionOf(ctx, session);
  // The key of the server itself, where it has one.
  const caller = ctx.secured ? ctx.identify(headers) : undefined;
  return caller === undefined ? undefined : { owner: (await accountOfCaller(ctx, caller)).id, scopes: SCOPES };
}

const ALGORITHM = 'HS256';
const secrets = new WeakMap<Store, Uint8Array>();

/** Both revisions have the same accounts, and so the same sessions. */
export function sessionSecretOf(store: Store): Uint8Array {
  const secret = secrets.get(store) ?? randomBytes(32);
  secrets.set(store, secret);
  return secret;
}

/** Whose session a JWT is. */
export async function sessionOf(ctx: OpenAgentContext, token: string): Promise<Who | undefined> {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  const { jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, ctx.sessionSecret, {
      algorithms: [ALGORITHM],
      currentDate: new Date(ctx.clock.now()),
    });
    const account = payload.sub === undefined ? undefined : await accountOf(ctx, payload.sub);
    return account && { owner: account.id, scopes: SCOPES };
  } catch {
    return undefined;
  }
}

/** A JWT for the account, in the body and as a cookie. */
export async function login(ctx: OpenAgentContext, account: Account): Promise<Answer> {
  const { SignJWT } = await import('jose');
  const seconds = Math.floor(ctx.settings.sessionMs / 1_000);
  const now = Math.floor(ctx.clock.now() / 1_000);
  const token = await new SignJWT({ email: account.email })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(account.id)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(ctx.sessionSecret);
  const expires = new Date((now + seconds) * 1_000).toISOString();
  return json(ctx, { token, token_type: 'Bearer', expires_in: seconds, expires_at: expires }, 200, {
    'set-cookie': `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`,
    'cache-control': 'no-store',
  });
}

const ADMIN: ReadonlySet<Operation> = new Set<Operation>([
  'createKey',
  'revokeKey',
  'topUp',
  'purchasePlan',
  'cancelSubscription',
]);
const READ = /^(?:get|list|search)/;

export const scopeOf = (_ctx: OpenAgentContext, operation: Operation): Scope =>
  ADMIN.has(operation) ? 'admin' : READ.test(operation) ? 'read' : 'write';

/** Whether the key may. Throws an OpenAgentError, 403. */
export function authorize(
  ctx: OpenAgentContext,
  who: Who,
  operation: Operation,
  { params }: Pick<HttpRequest, 'params'>,
): void {
  const scope = ctx.impl.scopeOf(ctx, operation);
  if (!who.scopes.includes(scope) && !who.scopes.includes('admin'))
    throw new OpenAgentError(403, `The key has not the scope ${scope}`, { code: 'insufficient_scope' });
  if (who.team !== undefined && !(['getTeam', 'runTeam'].includes(operation) && params['teamId'] === who.team))
    throw new OpenAgentError(403, `The key is for the team ${who.team} alone`, { code: 'insufficient_scope' });
}
