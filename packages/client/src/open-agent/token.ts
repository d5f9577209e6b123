import { isObject, type Json } from '../json.ts';
import type { Middleware } from '../middleware.ts';
import type { Clock } from './clock.ts';

/** What a login gives: a JWT, an API key, or the cookie of a session. Plain data, to be kept as JSON. */
export interface Token {
  /** Goes into `Authorization: Bearer`. */
  token?: string;
  /** Goes into `Cookie`, where a server logs in by a cookie alone. Browsers keep it themselves, and do not show it. */
  cookie?: string;
  /** Milliseconds since the epoch; absent: the server does not say, or never. */
  expiresAt?: number;
}

/** Where the token of a login is kept between calls, and between runs of a program. */
export interface TokenStore {
  get(): Token | undefined | Promise<Token | undefined>;
  /** `undefined`: nobody is logged in. */
  set(token: Token | undefined): void | Promise<void>;
}

/** Keeps it as long as the program runs. */
export function memoryTokenStore(token?: Token): TokenStore {
  let kept = token;
  return {
    get: () => kept,
    set: (given) => {
      kept = given;
    },
  };
}

/** The names that servers have for it (the README's and all revisions of the schema). */
const NAMES = ['token', 'access_token', 'jwt_token', 'api_key'];

/**
 * The token in the answer of a login, under whichever name, with its expiry from `expires_in` (seconds) or `expires_at`
 * (RFC 3339, or seconds since the epoch); else the cookies of its `Set-Cookie`. Undefined: there is none.
 */
export function tokenIn(body: unknown, setCookie: string | null, now: number): Token | undefined {
  const json: Json = isObject(body) ? body : {};
  const token = NAMES.map((name) => json[name]).find((value) => typeof value === 'string' && value !== '');
  if (token !== undefined) {
    const expiresAt = expiryIn(json, now);
    return { token: token as string, ...(expiresAt !== undefined && { expiresAt }) };
  }
  const cookies = setCookie ? cookiesIn(setCookie, now) : [];
  if (cookies.length === 0) return undefined;
  const ends = cookies.flatMap(({ expiresAt }) => expiresAt ?? []);
  return {
    cookie: cookies.map(({ pair }) => pair).join('; '),
    ...(ends.length > 0 && { expiresAt: Math.min(...ends) }),
  };
}

export function isExpired({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

function expiryIn({ expires_in: seconds, expires_at: at }: Json, now: number): number | undefined {
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return now + seconds * 1000;
  if (typeof at === 'number' && Number.isFinite(at)) return at * 1000;
  const date = typeof at === 'string' ? Date.parse(at) : NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** Of one header, or of several that were joined by commas. */
function cookiesIn(setCookie: string, now: number): { pair: string; expiresAt: number | undefined }[] {
  return setCookie.split(/,(?=\s*[\w!#$%&'*+.^`|~-]+=)/).flatMap((cookie) => {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    // One with an empty value takes a cookie away.
    if (!/^[^=]+=./.test(pair)) return [];
    const attribute = (name: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const maxAge = Number(attribute('max-age') ?? NaN);
    const expires = Number.isNaN(maxAge) ? Date.parse(attribute('expires') ?? '') : now + maxAge * 1000;
    return [{ pair, expiresAt: Number.isNaN(expires) ? undefined : expires }];
  });
}

/**
 * Sends the token of the store, unless it has expired: no operation of the API renews one. A 401 does not take it out of
 * the store, as there are operations that take an API key alone.
 */
export function fromStore(store: TokenStore, clock: Clock, secrets: Set<string>): Middleware {
  return async (request, next) => {
    const kept = await store.get();
    // What a call says for itself wins.
    if (!kept || isExpired(kept, clock.now()) || request.headers.has('authorization')) return next(request);
    const headers = new Headers(request.headers);
    if (kept.token !== undefined) {
      secrets.add(kept.token);
      headers.set('authorization', `Bearer ${kept.token}`);
    }
    if (kept.cookie !== undefined) {
      for (const pair of kept.cookie.split('; ')) secrets.add(pair.slice(pair.indexOf('=') + 1));
      headers.set('cookie', [headers.get('cookie'), kept.cookie].filter(Boolean).join('; '));
    }
    return next({ ...request, headers });
  };
}
