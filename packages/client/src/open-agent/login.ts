import type { CallOptions } from '../call.ts';
import type { Clock } from './clock.ts';
import type { Token } from './token.ts';

/** Told about each state that a login comes to. */
export type OnState<State> = (state: State) => void;

/** A login: where it stands, and who wants to know. Its states are plain data. */
export abstract class Login<State extends { state: string }> {
  readonly #onState: OnState<State> | undefined;
  #state: State;

  constructor(state: State, onState?: OnState<State>) {
    this.#state = state;
    this.#onState = onState;
  }

  get state(): State {
    return this.#state;
  }

  protected enter<Next extends State>(state: Next): Next {
    this.#state = state;
    this.#onState?.(state);
    return state;
  }
}

/** What the logins need of the client. Each keeps the token that it gives in the client's store. */
export interface LoginCalls {
  clock: Clock;
  /** Waits so many milliseconds. Throws `AbortedError` when the caller's signal or the client ends it. */
  pause(ms: number, options: CallOptions): Promise<void>;
  requestLink(email: string, options: CallOptions): Promise<void>;
  verifyLink(token: string, options: CallOptions): Promise<Token>;
  linkStatus(token: string, options: CallOptions): Promise<boolean>;
  authorize(
    provider: string,
    redirectUri: string | undefined,
    options: CallOptions,
  ): Promise<{ authorization_url: string; state: string }>;
  callback(provider: string, query: { code: string; state?: string }, options: CallOptions): Promise<Token>;
  deviceCode(provider: string, options: CallOptions): Promise<DeviceCode>;
  deviceToken(deviceCode: string, options: CallOptions): Promise<Token>;
  keep(token: Token): Promise<Token>;
}

/** What a device shows its user (OAuthDeviceCodeResponse; RFC 8628, 3.2). */
export interface DeviceCode {
  device_code: string;
  user_code: string;
  verification_uri: string;
  /** With the code in it, for a link or a QR code. */
  verification_uri_complete?: string;
  /** Seconds. */
  expires_in: number;
  /** Seconds between two polls. */
  interval: number;
}
