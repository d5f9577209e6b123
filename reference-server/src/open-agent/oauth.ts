import { randomBytes } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import { isWebAddress } from './checkout.ts';
import type { OpenAgentContext } from './context.ts';
import { startDevice } from './device.ts';
import { json } from './errors.ts';
import { hashOf } from './keys.ts';
import { bad, unauthorized } from './open-agent-error.ts';
import { keepFor, spent } from './holding.ts';
import { find } from './records.ts';

/** Providers that are played here: pages of the server itself, which log in whoever asks (`provider-pages.ts`). */
export const PROVIDERS: readonly string[] = ['google', 'github'];

/** The provider in the path. Throws an OpenAgentError, 400. */
function providerIn(ctx: OpenAgentContext, { params }: HttpRequest): string {
  const provider = params['provider']!;
  if (!ctx.settings.provider) throw bad('provider: this server has none, for it has keys: openAgent.provider');
  if (!PROVIDERS.includes(provider)) throw bad(`provider: expected ${PROVIDERS.join(' or ')}, got ${provider}`);
  return provider;
}

interface State {
  provider: string;
  until: number;
  redirectUri?: string;
}

/** What a provider knows of a user it has sent back. */
export interface Grant {
  provider: string;
  email: string;
  until: number;
}

export async function startOAuth(ctx: OpenAgentContext, call: Call, http: HttpRequest): Promise<Answer> {
  const provider = providerIn(ctx, http);
  if (http.query.get('device_flow') === 'true') return startDevice(ctx, call, provider);
  const redirectUri = http.query.get('redirect_uri') ?? undefined;
  if (redirectUri !== undefined && !isWebAddress(redirectUri))
    throw bad('redirect_uri: expected an http address', { param: 'redirect_uri' });
  const state = randomBytes(18).toString('base64url');
  const until = ctx.clock.now() + ctx.settings.loginMs;
  const kept: State = { ...{ provider, until }, ...(redirectUri !== undefined && { redirectUri }) };
  await keepFor(ctx, 'oauth-state', state, kept, until);
  const base = ctx.baseUrl() + ctx.path;
  const url = new URL(`${base}/provider/${provider}/authorize`);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', 'agentproto');
  url.searchParams.set('redirect_uri', redirectUri ?? `${base}/auth/oauth/${provider}/callback`);
  url.searchParams.set('state', state);
  return json(ctx, { authorization_url: url.href, state });
}

/** RFC 6749 4.1.2: what the provider sends the user back to, with a code that is good once. */
export async function completeOAuth(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const provider = providerIn(ctx, http);
  const { query } = http;
  const denied = query.get('error');
  // RFC 6749, 4.1.2.1
  if (denied !== null) throw unauthorized(`${denied}: the provider has not let the user in`);
  const code = query.get('code');
  if (code === null || code === '') throw bad('code: expected the code of the provider', { param: 'code' });
  const grant = await find<Grant>(ctx, 'oauth-code', '', hashOf(code));
  const isGood = grant?.provider === provider && grant.until > ctx.clock.now();
  if (!(await ctx.impl.stateHolds(ctx, query.get('state'), provider)) || !grant || !isGood)
    throw unauthorized('The code or the state is wrong, or has expired');
  if (!(await spent(ctx, 'oauth-code', hashOf(code)))) throw unauthorized('The code was used before');
  return ctx.impl.login(ctx, await ctx.impl.accountFor(ctx, grant.email));
}

/** It is the one that this server gave, for this provider, and not used before: else somebody else's login is passed on. */
export async function stateHolds(ctx: OpenAgentContext, state: string | null, provider: string): Promise<boolean> {
  if (state === null) return false;
  const known = await find<State>(ctx, 'oauth-state', '', state);
  return (await spent(ctx, 'oauth-state', state)) && known?.provider === provider && known.until > ctx.clock.now();
}
