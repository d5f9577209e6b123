import { randomBytes } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { Mail } from '../mailbox.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { hashOf } from './keys.ts';
import { bad, OpenAgentError, unauthorized } from './open-agent-error.ts';
import { bodyOf } from './request.ts';
import { hold, keepFor } from './holding.ts';
import { change, find } from './records.ts';

interface Link {
  email: string;
  sentAt: number;
  usedAt?: number;
}

const WINDOW_MS = 15 * 60_000;

/** A mail address, as far as one can see. */
export const isEmail = (_ctx: OpenAgentContext, text: string): boolean =>
  text.length <= 254 && /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/.test(text);

export const sendMail = (ctx: OpenAgentContext, mail: Omit<Mail, 'at'>): void =>
  ctx.mailbox.put({ ...mail, at: ctx.clock.now() });

/** Sends a link, whether there is such an account or not: the answer tells neither that nor the token. */
export async function requestMagicLink(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const { email: given } = bodyOf(ctx, http, 'AuthMagicLinkRequest');
  if (!ctx.impl.isEmail(ctx, given)) throw bad('email: expected a mail address', { param: 'email' });
  const email = given.toLowerCase();
  const now = ctx.clock.now();
  let wait: number | undefined;
  await change<number[]>(ctx, 'links-sent', '', email, (times = []) => {
    const recent = times.filter((at) => at > now - WINDOW_MS);
    wait = ctx.impl.mayAskAgain(ctx, recent) ? undefined : (recent[0] ?? now) + WINDOW_MS - now;
    return wait === undefined ? [...recent, now] : undefined;
  });
  if (wait !== undefined)
    throw new OpenAgentError(429, 'Too many links were asked for; the last one still holds', {
      headers: { 'retry-after': String(Math.ceil(wait / 1_000)) },
    });
  await hold(ctx, 'links-sent', email, now + WINDOW_MS);
  const token = randomBytes(24).toString('base64url');
  await keepFor(ctx, 'link', hashOf(token), { email, sentAt: now } satisfies Link, now + ctx.settings.loginMs);
  const path = ctx.revision === 'readme' ? `/auth/link/verify?token=${token}` : `/auth/link/verify/${token}`;
  const link = ctx.baseUrl() + ctx.path + path;
  ctx.impl.sendMail(ctx, { to: email, subject: 'Your link', text: `Log in, once: ${link}`, link, token });
  return json(ctx, ctx.impl.linkAnswer(ctx, token));
}

export const mayAskAgain = (ctx: OpenAgentContext, times: readonly number[]): boolean =>
  times.length < ctx.settings.linksPerAddress;

export const linkAnswer = (_ctx: OpenAgentContext, _token: string): object => ({ message: 'A link is on its way.' });

/** The token is in the path, or in the query (OAA-X09). */
const tokenIn = ({ params, query }: HttpRequest): string => params['token'] ?? query.get('token') ?? '';

export async function verifyMagicLink(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const token = tokenIn(http);
  if (token === '') throw bad('token: expected the token of a link', { param: 'token' });
  const email = await ctx.impl.spend(ctx, token);
  if (email === undefined) throw unauthorized('The token is wrong, has expired, or was used before');
  return ctx.impl.login(ctx, await ctx.impl.accountFor(ctx, email));
}

/** Whose token it is, once; undefined where it is nobody's, was used, or has expired. */
export async function spend(ctx: OpenAgentContext, token: string): Promise<string | undefined> {
  let email: string | undefined;
  await change<Link>(ctx, 'link', '', hashOf(token), (link) => {
    const now = ctx.clock.now();
    email = link && link.usedAt === undefined && link.sentAt + ctx.settings.loginMs > now ? link.email : undefined;
    return link && email !== undefined ? { ...link, usedAt: now } : undefined;
  });
  return email;
}

/** No document gives it a shape. One that nobody gave is `unknown`, and no error: a poll must not find out tokens. */
export async function getMagicLinkStatus(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const link = await find<Link>(ctx, 'link', '', hashOf(tokenIn(http)));
  const isOver = link && link.sentAt + ctx.settings.loginMs <= ctx.clock.now();
  const status = !link ? 'unknown' : link.usedAt !== undefined ? 'verified' : isOver ? 'expired' : 'pending';
  return json(ctx, { status, verified: status === 'verified' });
}
