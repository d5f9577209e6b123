import { randomBytes, randomInt } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { hashOf } from './keys.ts';
import { bad, OpenAgentError, unauthorized } from './open-agent-error.ts';
import { bodyOf } from './request.ts';
import { keepFor, spent } from './holding.ts';
import { change, find } from './records.ts';

/** RFC 8628, but for its refusals, which are those of the document: 401 while nothing is decided, 429 for who polls too often. */
interface Device {
  userCode: string;
  until: number;
  polledAt?: number;
  /** Who has agreed. */
  email?: string;
  denied?: boolean;
}

/** Without what can be mistaken for something else. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const letters = (count: number) => Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');

export async function startDevice(ctx: OpenAgentContext, _call: Call, _provider: string): Promise<Answer> {
  const deviceCode = randomBytes(24).toString('base64url');
  const userCode = `${letters(4)}-${letters(4)}`;
  const { loginMs, pollMs } = ctx.settings;
  const until = ctx.clock.now() + loginMs;
  await keepFor(ctx, 'device', hashOf(deviceCode), { userCode, until } satisfies Device, until);
  await keepFor(ctx, 'device-code', userCode, hashOf(deviceCode), until);
  const page = `${ctx.baseUrl()}${ctx.path}/provider/device`;
  return json(ctx, {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${userCode}`,
    expires_in: Math.floor(loginMs / 1_000),
    interval: Math.ceil(pollMs / 1_000),
  });
}

export const pollIsEarly = (ctx: OpenAgentContext, before: number | undefined): boolean =>
  before !== undefined && ctx.clock.now() < before + ctx.settings.pollMs;

export async function exchangeDeviceCode(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const { device_code: code } = bodyOf(ctx, http, 'OAuthDeviceCodeRequest');
  const key = hashOf(code);
  let early = false;
  const device = await change<Device>(ctx, 'device', '', key, (one) => {
    early = ctx.impl.pollIsEarly(ctx, one?.polledAt);
    return one && { ...one, polledAt: ctx.clock.now() };
  });
  if (!device) throw bad('device_code: there is no such code', { code: 'invalid_grant' });
  if (early)
    throw new OpenAgentError(429, 'slow_down: polls come faster than the interval', {
      headers: { 'retry-after': String(Math.ceil(ctx.settings.pollMs / 1_000)) },
    });
  // The document has one status for all of these; the word before the colon is that of RFC 8628, 3.5.
  if (device.until <= ctx.clock.now()) throw unauthorized('expired_token: the code has expired');
  if (device.denied) throw unauthorized('access_denied: the user has not agreed');
  if (device.email === undefined) throw unauthorized('authorization_pending: the user has not agreed so far');
  if (!(await spent(ctx, 'device', key))) throw unauthorized('The code was used before');
  await spent(ctx, 'device-code', device.userCode);
  return ctx.impl.login(ctx, await ctx.impl.accountFor(ctx, device.email));
}

/** What the user does at the other device. Says whether there is such a code. */
export async function decideDevice(ctx: OpenAgentContext, userCode: string, email: string | null): Promise<boolean> {
  // However it is written down (RFC 8628, 6.1).
  const normal = userCode
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, '')
    .replace(/^.{4}/, '$&-');
  const key = await find<string>(ctx, 'device-code', '', normal);
  if (key === undefined) return false;
  const decided = await change<Device>(ctx, 'device', '', key, (one) =>
    one && one.until > ctx.clock.now() ? { ...one, ...(email === null ? { denied: true } : { email }) } : undefined,
  );
  return decided?.email !== undefined || decided?.denied === true;
}
