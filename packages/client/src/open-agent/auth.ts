import type { CallOptions } from '../call.ts';
import { isObject, type Json } from '../json.ts';
import { Lifetime } from '../lifetime.ts';
import type { ClientResponse } from '../platform/raw.ts';
import { type DevicePending, type DeviceState, DeviceLogin } from './device-login.ts';
import { ANYTHING, checkedId, Group, has } from './group.ts';
import type { DeviceCode, LoginCalls, OnState } from './login.ts';
import { MagicLinkLogin, type MagicLinkState } from './magic-link-login.ts';
import { OAuthLogin, type OAuthOptions } from './oauth-login.ts';
import { type Kind, only } from './rest.ts';
import { type Token, tokenIn } from './token.ts';

export interface DeviceOptions {
  /** A state that was kept, to go on from. */
  from?: DevicePending;
  onState?: OnState<DeviceState>;
}

/** Logging in. What comes of it is kept in the client's token store, and goes with every call from then on. */
export class Auth extends Group {
  readonly #calls: LoginCalls = {
    clock: this.connection.clock,
    pause: async (ms, { signal }) => {
      const life = new Lifetime([signal, this.connection.closed]);
      try {
        await this.connection.clock.sleep(ms, life.signal);
      } catch (error) {
        life.throwIfAborted();
        throw error;
      } finally {
        life.close();
      }
    },
    requestLink: (email, options) => this.requestLink(email, options),
    verifyLink: (token, options) => this.verifyLink(token, options),
    linkStatus: async (token, options) => isUsed(await this.linkStatus(token, options)),
    authorize: (provider, redirectUri, options) => this.authorize(provider, redirectUri, options),
    callback: (provider, query, options) => this.callback(provider, query, options),
    deviceCode: (provider, options) => this.deviceCode(provider, options),
    deviceToken: (deviceCode, options) => this.deviceToken(deviceCode, options),
    keep: (token) => this.#keep(token),
  };

  /** Login by a link in a mail. */
  magicLink(email: string, { onState }: { onState?: OnState<MagicLinkState> } = {}): MagicLinkLogin {
    return new MagicLinkLogin(this.#calls, email, onState);
  }

  /** Login by a redirect of the browser to `google`, `github` … */
  oauth(provider: string, options: OAuthOptions = {}): OAuthLogin {
    return new OAuthLogin(this.#calls, checkedId(provider, 'a provider'), options);
  }

  /** Login on a device without a browser (`0.7`). */
  device(provider: string, { from, onState }: DeviceOptions = {}): DeviceLogin {
    return new DeviceLogin(this.#calls, checkedId(provider, 'a provider'), from, onState);
  }

  /** Who is logged in, as the store has it; an expired token too. */
  async token(): Promise<Token | undefined> {
    return this.connection.tokens.get();
  }

  /** Forgets the token. The API has no operation that tells the server. */
  async logout(): Promise<void> {
    await this.connection.tokens.set(undefined);
  }

  /** Has a link sent. */
  async requestLink(email: string, options: CallOptions = {}): Promise<void> {
    await this.send({ name: 'requestMagicLink', ...ANYTHING }, options, (api) =>
      api.POST('/auth/link', { body: { email } }),
    );
  }

  /** Trades the token of a link, which is good for once. */
  async verifyLink(token: string, options: CallOptions = {}): Promise<Token> {
    checkedId(token, 'a token');
    const kind = { name: 'verifyMagicLink', ...this.#token } as const;
    const given = this.isReadme
      ? this.sendReadme<Token>(kind, options, (api) => api.GET('/auth/link/verify', { params: { query: { token } } }))
      : this.send<Token>(kind, options, (api) => api.GET('/auth/link/verify/{token}', { params: { path: { token } } }));
    return this.#keep(await given);
  }

  /** What the server says of a link, which has no shape of its own (`0.7`). */
  async linkStatus(token: string, options: CallOptions = {}): Promise<Json> {
    only('0.7', this.connection, 'getMagicLinkStatus');
    const kind = { name: 'getMagicLinkStatus', expected: 'a status', is: isObject, safe: true } as const;
    const path = { token: checkedId(token, 'a token') };
    return this.send(kind, options, (api) => api.GET('/auth/link/status/{token}', { params: { path } }));
  }

  /** Where the browser is to go (`0.7`). */
  async authorize(
    provider: string,
    redirectUri: string | undefined,
    options: CallOptions = {},
  ): Promise<{ authorization_url: string; state: string }> {
    only('0.7', this.connection, 'startOAuth');
    const kind: Kind = {
      name: 'startOAuth',
      expected: 'an absolute authorization_url and a state',
      is: (json: unknown) =>
        isObject(json) && /^https?:/.test(String(json['authorization_url'])) && typeof json['state'] === 'string',
    };
    const query = redirectUri === undefined ? {} : { redirect_uri: redirectUri };
    return this.send(kind, options, (api) =>
      api.GET('/auth/oauth/{provider}', { params: { path: { provider }, query } }),
    );
  }

  /** Trades what the provider has sent the browser back with. */
  async callback(provider: string, query: { code: string; state?: string }, options: CallOptions = {}): Promise<Token> {
    const kind = { name: 'completeOAuth', ...this.#token } as const;
    const params = { path: { provider: checkedId(provider, 'a provider') }, query };
    return this.#keep(
      await this.send<Token>(kind, options, (api) => api.GET('/auth/oauth/{provider}/callback', { params })),
    );
  }

  /** A code for a device, and one for its user (`0.7`). */
  async deviceCode(provider: string, options: CallOptions = {}): Promise<DeviceCode> {
    only('0.7', this.connection, 'startOAuth');
    const kind: Kind = {
      name: 'startOAuth',
      expected: 'a device_code, a user_code, a verification_uri and expires_in',
      is: (json: unknown) =>
        ['device_code', 'user_code', 'verification_uri'].every((member) => has(member)(json)) &&
        typeof (json as Json)['expires_in'] === 'number',
    };
    const params = { path: { provider }, query: { device_flow: true } };
    return this.send(kind, options, (api) => api.GET('/auth/oauth/{provider}', { params }));
  }

  /** Asks whether the user has agreed: an error says not yet (`0.7`). */
  async deviceToken(deviceCode: string, options: CallOptions = {}): Promise<Token> {
    only('0.7', this.connection, 'exchangeDeviceCode');
    const kind = { name: 'exchangeDeviceCode', ...this.#token } as const;
    const body = { device_code: deviceCode };
    return this.#keep(await this.send<Token>(kind, options, (api) => api.POST('/auth/oauth/device-token', { body })));
  }

  /** What a login gives; under one of four names, or as a cookie (X09, X10). */
  get #token() {
    return {
      expected: 'a token (token, access_token, jwt_token, api_key), or a cookie',
      is: () => true,
      empty: {},
      take: (json: object, headers: ClientResponse['headers']): Token | undefined =>
        tokenIn(json, headers.get('set-cookie'), this.connection.clock.now()) ?? hiddenCookie(),
    };
  }

  async #keep(token: Token): Promise<Token> {
    await this.connection.tokens.set(token);
    return token;
  }
}

/** A browser keeps the cookie of a session, and shows it to nobody. */
function hiddenCookie(): Token | undefined {
  return (globalThis as { document?: unknown }).document ? {} : undefined;
}

function isUsed(status: Json): boolean {
  return ['verified', 'used'].some((word) => status[word] === true || status['status'] === word);
}
