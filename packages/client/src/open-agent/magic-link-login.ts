import type { CallOptions } from '../call.ts';
import { InvalidInputError } from '../errors.ts';
import { LoginError } from './error.ts';
import { Login, type LoginCalls, type OnState } from './login.ts';
import type { Token } from './token.ts';

export type MagicLinkState =
  | { state: 'new' }
  /** The mail is on its way, or was not sent: servers do not say which addresses they know. */
  | { state: 'sent'; email: string }
  | { state: 'verified'; email: string; token: Token };

export interface WaitOptions extends CallOptions {
  /** Between two looks. Default 2,000. */
  intervalMs?: number;
  /** After it, `LoginError` (`expired`). Default: 15 minutes. */
  withinMs?: number;
}

/** Login by a mail: `send`, and `verify` with the link in it, or the token alone. */
export class MagicLinkLogin extends Login<MagicLinkState> {
  readonly #calls: LoginCalls;
  readonly #email: string;

  constructor(calls: LoginCalls, email: string, onState?: OnState<MagicLinkState>) {
    super({ state: 'new' }, onState);
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new InvalidInputError(`email: expected an address, got ${email}`);
    this.#calls = calls;
    this.#email = email;
  }

  /** Has the mail sent, each time that it is called. */
  async send(options: CallOptions = {}): Promise<MagicLinkState> {
    await this.#calls.requestLink(this.#email, options);
    return this.enter({ state: 'sent', email: this.#email });
  }

  /** `link` is what the user got: the whole link, or its token. It is good for once. */
  async verify(link: string | URL, options: CallOptions = {}): Promise<Token> {
    const token = await this.#calls.verifyLink(linkToken(link), options);
    this.enter({ state: 'verified', email: this.#email, token });
    return token;
  }

  /** Looks again and again until the link has been opened, elsewhere. Gives no token: that one was given there. */
  async waitUntilUsed(link: string | URL, options: WaitOptions = {}): Promise<void> {
    const { intervalMs = 2_000, withinMs = 15 * 60_000, ...call } = options;
    const { clock } = this.#calls;
    const token = linkToken(link);
    const until = clock.now() + withinMs;
    while (!(await this.#calls.linkStatus(token, call))) {
      if (clock.now() >= until) throw new LoginError('expired', `the link was not opened within ${withinMs} ms`);
      await this.#calls.pause(Math.min(intervalMs, until - clock.now()), call);
    }
  }
}

/** The token of a mailed link: in its query (README), at the end of its path (the schema), or by itself. */
export function linkToken(link: string | URL): string {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const token = url
    ? (url.searchParams.get('token') ?? decodeURIComponent(url.pathname.split('/').findLast(Boolean) ?? ''))
    : String(link).trim();
  if (!token || /\s/.test(token)) throw new InvalidInputError('link: expected the link of the mail, or its token');
  return token;
}
