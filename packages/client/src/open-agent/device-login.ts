import type { CallOptions } from '../call.ts';
import { InvalidInputError, isAgentProtoError } from '../errors.ts';
import { isOpenAgentError, LoginError } from './error.ts';
import { type DeviceCode, Login, type LoginCalls, type OnState } from './login.ts';
import type { Token } from './token.ts';

/** Shown to the user: `user_code` is to be entered at `verification_uri`. */
export interface DevicePending extends DeviceCode {
  state: 'pending';
  /** Milliseconds since the epoch, as `nextPollAt`. */
  expiresAt: number;
  /** The server refuses polls that come before. */
  nextPollAt: number;
  /** Between two polls; grows where the server says that they come too fast. */
  intervalMs: number;
}

export type DeviceState =
  | { state: 'new' }
  | DevicePending
  | { state: 'authorized'; token: Token }
  | { state: 'expired' }
  | { state: 'denied'; reason: string };

/** What a server adds to the interval of whoever polls too fast (RFC 8628, 3.5). */
const SLOWER_MS = 5_000;
/** Where a server names none (RFC 8628, 3.2). */
const DEFAULT_INTERVAL_S = 5;

/**
 * Login on a device without a browser: `start`, show the code, `wait`. Whoever has timers of its own calls `poll` when
 * `nextPollAt` has come. A pending state is plain data: kept as JSON, another process goes on from it.
 */
export class DeviceLogin extends Login<DeviceState> {
  readonly #calls: LoginCalls;
  readonly #provider: string;

  constructor(calls: LoginCalls, provider: string, from?: DevicePending, onState?: OnState<DeviceState>) {
    super(from ?? { state: 'new' }, onState);
    this.#calls = calls;
    this.#provider = provider;
  }

  /** Asks for a code. */
  async start(options: CallOptions = {}): Promise<DevicePending> {
    const code = await this.#calls.deviceCode(this.#provider, options);
    const { expires_in: seconds, interval = DEFAULT_INTERVAL_S } = code;
    const now = this.#calls.clock.now();
    const intervalMs = interval * 1000;
    return this.enter({
      state: 'pending',
      ...code,
      expiresAt: now + seconds * 1000,
      nextPollAt: now + intervalMs,
      intervalMs,
    });
  }

  /** Asks once whether the user has agreed. Gives the state that this leads to; throws what no further poll will mend. */
  async poll(options: CallOptions = {}): Promise<DeviceState> {
    const pending = this.state;
    if (pending.state !== 'pending') {
      throw new InvalidInputError(`poll: expected a login that is pending, this one is ${pending.state}`);
    }
    const { clock } = this.#calls;
    if (clock.now() >= pending.expiresAt) return this.enter({ state: 'expired' });
    try {
      const token = await this.#calls.deviceToken(pending.device_code, { ...options, retry: false });
      return this.enter({ state: 'authorized', token });
    } catch (error) {
      const said = verdictOf(error);
      if (said === 'expired') return this.enter({ state: 'expired' });
      if (said === 'denied') return this.enter({ state: 'denied', reason: (error as Error).message });
      const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
      const { intervalMs } = pending;
      const slower = said === 'too-fast' ? intervalMs + SLOWER_MS : intervalMs;
      // Not all devices at once at a server that has just come back.
      const waitMs = Math.max(said === 'unreachable' ? slower * 2 : slower, retryAfterMs);
      return this.enter({ ...pending, intervalMs: slower, nextPollAt: clock.now() + waitMs });
    }
  }

  /**
   * Polls, as often as the server allows, until the user has agreed; starts first where nothing was started. Throws
   * `LoginError` (`expired`, `denied`).
   */
  async wait(options: CallOptions = {}): Promise<Token> {
    const { clock } = this.#calls;
    let state: DeviceState = this.state.state === 'new' ? await this.start(options) : this.state;
    while (state.state === 'pending') {
      // Never past the end, which is then seen without asking.
      const ms = Math.max(0, Math.min(state.nextPollAt, state.expiresAt) - clock.now());
      await this.#calls.pause(ms, options);
      state = await this.poll(options);
    }
    if (state.state === 'authorized') return state.token;
    throw state.state === 'denied'
      ? new LoginError('denied', `the login was refused: ${state.reason}`)
      : new LoginError('expired', 'nobody has entered the code in time; start again for a new one');
  }
}

type Verdict = 'pending' | 'too-fast' | 'unreachable' | 'expired' | 'denied';

/**
 * The schema has 401 for both pending and expired, and 429 for polls that come too fast; RFC 8628 has words for each,
 * under 400. A 401 without a word is taken for pending: our own clock knows when the code expires.
 */
function verdictOf(error: unknown): Verdict {
  if (!isOpenAgentError(error)) {
    if (isAgentProtoError(error) && error.retryable) return 'unreachable';
    throw error;
  }
  const { status, errorCode, type, reason } = error;
  const words = [errorCode, type, reason].join(' ');
  if (/slow_down/.test(words) || status === 429) return 'too-fast';
  if (/authorization_pending/.test(words)) return 'pending';
  if (/access_denied/.test(words)) return 'denied';
  if (/expired_token/.test(words)) return 'expired';
  if (status === 401) return /expired/i.test(words) ? 'expired' : /denied/i.test(words) ? 'denied' : 'pending';
  if (error.retryable) return 'unreachable';
  throw error;
}
