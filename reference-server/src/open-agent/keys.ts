import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ApiKeyInfo } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest, Who } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { notFound, unprocessable } from './open-agent-error.ts';
import { SCOPES, type Scope } from './options.ts';
import { bodyOf, uuidIn } from './request.ts';
import { change, find, keep, keepFirst, list } from './records.ts';
import type { StoredKey } from './stored.ts';
import { keyUse } from './use-count.ts';

const DAY = 86_400_000;
const PREFIX = 9;
/** A century: what is much later is no date. */
const MOST_DAYS = 36_500;

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

interface NewKey {
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** Milliseconds; 0: never. */
  expiresAt: number;
  metadata?: object;
  team?: string;
}

export async function makeKey(
  ctx: OpenAgentContext,
  owner: string,
  { id, name, scopes, expiresAt, metadata = {}, team }: NewKey,
  secret: string,
): Promise<StoredKey> {
  const now = ctx.clock.now();
  const key: StoredKey = {
    ...{ id, owner, name, scopes, metadata, hash: hashOf(secret), prefix: secret.slice(0, PREFIX) },
    ...{ createdAt: now, isActive: true, expiresAt },
    ...(team !== undefined && { team }),
  };
  if (await keepFirst(ctx, 'key-hash', '', key.hash, { owner, id })) await keep(ctx, 'key', owner, id, key);
  return key;
}

/** Who shows this secret; undefined where no key that is good has it. */
export async function keyOf(ctx: OpenAgentContext, secret: string): Promise<Who | undefined> {
  const known = await find<{ owner: string; id: string }>(ctx, 'key-hash', '', hashOf(secret));
  const key = known && (await find<StoredKey>(ctx, 'key', known.owner, known.id));
  if (!key || !ctx.impl.isGood(ctx, key)) return undefined;
  await change<StoredKey>(ctx, 'key', key.owner, key.id, (one) => one && { ...one, lastUsedAt: ctx.clock.now() });
  return { owner: key.owner, scopes: key.scopes, key: key.id, ...(key.team !== undefined && { team: key.team }) };
}

export const isGood = (ctx: OpenAgentContext, { isActive, expiresAt }: StoredKey): boolean =>
  isActive && (expiresAt === 0 || expiresAt > ctx.clock.now());

export function shownKey(_ctx: OpenAgentContext, key: StoredKey): ApiKeyInfo {
  const { id, name, prefix, createdAt, expiresAt, lastUsedAt, isActive, scopes, metadata } = key;
  const when = (ms: number | undefined) => (ms ? new Date(ms).toISOString() : null);
  return {
    ...{ id, name, prefix, is_active: isActive, scopes: [...scopes], metadata: metadata as Record<string, unknown> },
    ...{ created_at: new Date(createdAt).toISOString(), expires_at: when(expiresAt), last_used_at: when(lastUsedAt) },
  };
}

/** Once, in the answer that makes it (OAA-X11). */
export const secretShown = (_ctx: OpenAgentContext, key: ApiKeyInfo, secret: string): ApiKeyInfo => ({
  ...key,
  api_key: secret,
});

export async function createKey(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const {
    name,
    expires_in: days = 0,
    scopes = ['read', 'write'],
    metadata = {},
  } = bodyOf(ctx, http, 'ApiKeyCreationRequest', 422);
  if (!(days >= 0 && days <= MOST_DAYS))
    throw unprocessable(['body', 'expires_in'], `expected days, from 0 to ${MOST_DAYS}; got ${days}`);
  const { team_id: team } = metadata as { team_id?: unknown };
  if (team !== undefined && !(typeof team === 'string' && (await find(ctx, 'team', owner, team))))
    throw unprocessable(['body', 'metadata', 'team_id'], 'there is no such team');
  const secret = `oaa_${randomBytes(24).toString('base64url')}`;
  const key = await makeKey(
    ctx,
    owner,
    {
      ...{
        id: randomUUID(),
        name,
        scopes: SCOPES.filter((scope) => scopes.includes(scope)),
        expiresAt: days > 0 ? ctx.clock.now() + days * DAY : 0,
        metadata,
      },
      ...(typeof team === 'string' && { team }),
    },
    secret,
  );
  return json(ctx, ctx.impl.secretShown(ctx, ctx.impl.shownKey(ctx, key), secret), 201);
}

export async function listKeys(ctx: OpenAgentContext, { owner }: Call): Promise<Answer> {
  const keys = ctx.impl.listedKeys(ctx, await list<StoredKey>(ctx, 'key', owner));
  return json(ctx, await Promise.all(keys.map((key) => withUse(ctx, key))));
}

export const listedKeys = (ctx: OpenAgentContext, keys: readonly StoredKey[]): StoredKey[] =>
  keys.filter((key) => ctx.impl.isGood(ctx, key));

export async function getKey(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  return json(ctx, await withUse(ctx, await keyNamed(ctx, owner, http)));
}

export async function revokeKey(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const key = await keyNamed(ctx, owner, http);
  await ctx.impl.revoke(ctx, owner, key);
  return json(ctx, { message: `API key ${key.id} was revoked` });
}

export async function revoke(ctx: OpenAgentContext, owner: string, { id }: StoredKey): Promise<void> {
  await change<StoredKey>(ctx, 'key', owner, id, (one) => one && { ...one, isActive: false });
}

export async function keyNamed(ctx: OpenAgentContext, owner: string, http: HttpRequest): Promise<StoredKey> {
  const id = uuidIn(http, 'key_id');
  const key = await find<StoredKey>(ctx, 'key', owner, id);
  if (!key) throw notFound(`API key ${id}`);
  return key;
}

async function withUse(ctx: OpenAgentContext, key: StoredKey): Promise<ApiKeyInfo> {
  const { calls, tokens, monthCalls, monthTokens } = await keyUse(ctx, key.owner, key.id);
  return {
    ...ctx.impl.shownKey(ctx, key),
    usage: { total_requests: calls, total_tokens: tokens, monthly_requests: monthCalls, monthly_tokens: monthTokens },
  };
}
