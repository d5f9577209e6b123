import { type Auth, bearer } from '../auth.ts';
import { InvalidInputError } from '../errors.ts';
import type { Middleware } from '../middleware.ts';
import type { Operation } from './call.ts';
import type { Clock } from './clock.ts';
import { fromStore, type TokenStore } from './token.ts';

export interface Credentials {
  /** Sent as `X-API-Key`. With `auth`, or after a login, both are sent: some operations take only the one. */
  apiKey?: string | undefined;
  /** Sent as `Authorization: Bearer`: a JWT, or an API key. It wins over the token of a login. */
  auth?: Auth | undefined;
  tokens: TokenStore;
  clock: Clock;
}

/** Whoever calls them has no credentials yet, or is Stripe. */
const OPEN: readonly Operation[] = [
  'requestMagicLink',
  'verifyMagicLink',
  'getMagicLinkStatus',
  'startOAuth',
  'completeOAuth',
  'exchangeDeviceCode',
  'receiveStripeEvent',
  'receiveSubscriptionEvent',
];

/** Puts the credentials on every request but those of a login, to which a 401 is an answer like others. */
export function credentials({ apiKey, auth, tokens, clock }: Credentials, secrets: Set<string>): Middleware {
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new InvalidInputError('apiKey: expected printable ASCII without spaces');
  }
  const withToken = auth === undefined ? fromStore(tokens, clock, secrets) : bearer(auth, secrets);
  return (request, next) => {
    if (OPEN.some((operation) => operation === request.operation)) return next(request);
    if (apiKey === undefined || request.headers.has('x-api-key')) return withToken(request, next);
    secrets.add(apiKey);
    const headers = new Headers(request.headers);
    headers.set('x-api-key', apiKey);
    return withToken({ ...request, headers }, next);
  };
}
