import { type ClientError, type ConnectionError, type HttpError, isAgentProtoError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

export interface FailedAttempt {
  operation: string;
  /** Counts from 1. */
  attempt: number;
  error: ClientError;
  willRetry: boolean;
  /** How long the next attempt waits; 0 when there is none. */
  delayMs: number;
}

export interface RetryPolicy {
  /** How often at most, the first attempt included. Default 3. */
  attempts?: number;
  /** The first wait; each further one is twice as long, and the wait itself is random between half and all of it. Default 500. */
  baseMs?: number;
  /** The longest wait of our own. Default 8,000. */
  maxMs?: number;
  /** A `Retry-After` above it is not waited for: the call fails with the value on the error. Default 60,000. */
  retryAfterCapMs?: number;
  /**
   * Also repeat what sends a message when the server may have begun with it. Default false: whether a server recognises it
   * (by its `messageId`, A2A §3.3.1) is up to the server, and no chat server does.
   */
  resend?: boolean;
  /** Told about every attempt that failed with a typed error. */
  onFailedAttempt?: (failed: FailedAttempt) => void;
}

export interface Retried {
  name: string;
  retry: RetryPolicy | false;
  /** Repeating the request changes nothing. */
  safe: boolean;
}

/** Runs `attempt` until it succeeds, fails for good, or the policy says stop. */
export async function retrying<T>(
  { name, retry, safe }: Retried,
  life: Lifetime,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  const { attempts = 3, resend = false, retryAfterCapMs = 60_000, onFailedAttempt } = retry || { attempts: 1 };
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!isAgentProtoError(error)) throw error;
      const { nothingSent, status, retryAfterMs = 0 } = error as Partial<ConnectionError & HttpError>;
      // "Not now" is a refusal (RFC 6585, 4; RFC 9110, 15.6.4): nothing was begun.
      const refused = nothingSent || status === 429 || (status === 503 && retryAfterMs > 0);
      const willRetry =
        number < attempts &&
        error.retryable &&
        (safe || resend || refused) &&
        retryAfterMs <= retryAfterCapMs &&
        !life.aborted;
      // Never earlier than asked, and not all callers at once.
      const delayMs = willRetry ? retryAfterMs * (1 + Math.random() / 10) || backoffMs(number, retry || {}) : 0;
      onFailedAttempt?.({ operation: name, attempt: number, error, willRetry, delayMs });
      if (!willRetry) throw error;
      await life.sleep(delayMs);
    }
  }
}

export function backoffMs(failures: number, { baseMs = 500, maxMs = 8_000 }: RetryPolicy): number {
  return Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** RFC 9110, section 10.2.3: seconds or a date. */
export function retryAfterMs(value: string | null, now = Date.now()): number | undefined {
  if (!value) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
