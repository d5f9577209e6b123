import type { CallOptions } from '../call.ts';
import { InvalidInputError } from '../errors.ts';
import { LoginError } from './error.ts';
import { Login, type LoginCalls, type OnState } from './login.ts';
import { type Token, tokenIn } from './token.ts';

/** The browser is to go to `authorization_url`. */
export interface OAuthRedirecting {
  state: 'redirecting';
  provider: string;
  authorization_url: string;
  /** What the callback must bring back (RFC 6749, 10.12). */
  csrf: string;
}

export type OAuthState = { state: 'new' } | OAuthRedirecting | { state: 'authorized'; token: Token };

export interface OAuthOptions {
  /** Where the provider, or the server, sends the browser to. */
  redirectUri?: string;
  /** A state that was kept while the browser was away. */
  from?: OAuthRedirecting;
  onState?: OnState<OAuthState>;
}

/**
 * Login by a redirect: `start`, send the browser to `authorization_url`, and `complete` with the url that it comes back
 * to. The state between the two is plain data, to be kept with the session of the browser.
 */
export class OAuthLogin extends Login<OAuthState> {
  readonly #calls: LoginCalls;
  readonly #provider: string;
  readonly #redirectUri: string | undefined;

  constructor(calls: LoginCalls, provider: string, { redirectUri, from, onState }: OAuthOptions = {}) {
    if (from && from.provider !== provider) {
      throw new InvalidInputError(`from: expected a login by ${provider}, got one by ${from.provider}`);
    }
    super(from ?? { state: 'new' }, onState);
    this.#calls = calls;
    this.#provider = provider;
    this.#redirectUri = redirectUri;
  }

  async start(options: CallOptions = {}): Promise<OAuthRedirecting> {
    const { authorization_url, state } = await this.#calls.authorize(this.#provider, this.#redirectUri, options);
    return this.enter({ state: 'redirecting', provider: this.#provider, authorization_url, csrf: state });
  }

  /** `callback` is the url that the browser came back to, or what its query has. */
  async complete(
    callback: string | URL | { code?: string; state?: string; error?: string },
    options: CallOptions = {},
  ): Promise<Token> {
    const asked = this.state;
    if (asked.state !== 'redirecting') {
      throw new InvalidInputError(`complete: expected a login that was started, this one is ${asked.state}`);
    }
    const query: Record<string, string | undefined> =
      typeof callback === 'string' || callback instanceof URL ? queryOf(callback) : { ...callback };
    const { code, state = '', error } = query;
    // Whoever else sends the browser here does not know it.
    if (!sameText(state, asked.csrf)) {
      throw new LoginError('foreign-state', 'the callback has not the state that this login began with');
    }
    if (error !== undefined) {
      throw new LoginError('denied', `${this.#provider} refuses: ${query['error_description'] ?? error}`);
    }
    // A server that takes the provider's callback itself may bring its token along.
    const brought = code === undefined ? tokenIn(query, null, this.#calls.clock.now()) : undefined;
    if (!brought && code === undefined) {
      throw new InvalidInputError('complete: expected a code in the query of the callback');
    }
    const token = brought
      ? await this.#calls.keep(brought)
      : await this.#calls.callback(this.#provider, { code: code!, ...(state !== '' && { state }) }, options);
    this.enter({ state: 'authorized', token });
    return token;
  }
}

function queryOf(callback: string | URL): Record<string, string | undefined> {
  const url = URL.parse(callback, 'http://localhost');
  if (!url) throw new InvalidInputError('complete: expected the url that the browser came back to');
  return Object.fromEntries(url.searchParams);
}

/** Takes as long whatever is equal. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++)
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index % b.length || 0);
  return difference === 0;
}
