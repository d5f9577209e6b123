import type { SetTimer } from '../timer.ts';
import { createGate, gatesByKey } from './gate.ts';
import type { WebhookCall } from './call.ts';
import { postOnce } from './post.ts';
import type { Broken } from '../wire-faults/broken.ts';
import { TargetError } from './target.ts';
import type { TargetGuard } from './target.ts';

/** How webhooks are called. Times are milliseconds of the server's clock. */
export interface DeliveryOptions {
  /** Attempts of one call, the first included. Default 5. */
  attempts?: number;
  /** The pause before the second attempt; it doubles from there, and each is shortened by up to a half at random. Default 500. */
  backoffMs?: number;
  /** The longest pause. Default 30,000. */
  maxBackoffMs?: number;
  /** For an answer. Default 10,000 (A2A 1.0 §4.3.3 names 10 to 30 seconds). */
  timeoutMs?: number;
  /** Calls under way at once, over all webhooks. Default 50. */
  concurrency?: number;
  /** Of them, to one host and port at once: one that hangs leaves places for the others. Default 10. */
  perHost?: number;
  /** Told of each call that was made, when it is over: whole, with the credentials in it. Must not throw. */
  onCall?: (call: MadeCall) => void;
}

/** One webhook call, and what became of it: a `status`, or a `problem`. */
export interface MadeCall extends WebhookCall {
  /** How long it took, in milliseconds of this machine. */
  tookMs: number;
  status?: number;
  problem?: string;
}

/** What became of one call: `gone` (410) wants no further ones. */
export type DeliveryOutcome = 'delivered' | 'refused' | 'gone' | 'given-up' | 'stopped';

/** Told of each attempt; `problem` holds no header, no query and no body. */
export interface DeliveryAttempt {
  host: string;
  attempt: number;
  status?: number;
  problem?: string;
  outcome: DeliveryOutcome | 'retry';
}

export interface DeliveryTools {
  guard: TargetGuard;
  setTimer: SetTimer;
  /** For what is waited for. Default: the same. */
  pause?: SetTimer;
  onAttempt?: (attempt: DeliveryAttempt) => void;
  random?: () => number;
}

/** `broken`: what is wrong with the first attempt. */
export type Deliver = (call: WebhookCall, signal: AbortSignal, broken?: Broken) => Promise<DeliveryOutcome>;

/**
 * Makes what brings one call to its webhook: 2xx is delivered; 408, 429, 5xx and a broken network are tried again;
 * any other answer, redirects too, and a forbidden address are final. Never rejects. Order is the caller's, who waits.
 */
export function createDelivery(tools: DeliveryTools, options: DeliveryOptions = {}): Deliver {
  const {
    attempts = 5,
    backoffMs = 500,
    maxBackoffMs = 30_000,
    timeoutMs = 10_000,
    concurrency = 50,
    perHost = 10,
    onCall,
  } = options;
  const { guard, setTimer, pause = setTimer, onAttempt = () => {}, random = Math.random } = tools;
  const gate = createGate(concurrency);
  const enterHost = gatesByKey(perHost);

  async function attemptOnce(call: WebhookCall, signal: AbortSignal, broken?: Broken): Promise<Attempted> {
    // The host's first: who waits for it holds no place that others could have.
    const leaveHost = await enterHost(hostOf(call.url), signal);
    const leave = await gate.enter(signal);
    const began = performance.now();
    const tell = (end: Pick<MadeCall, 'status' | 'problem'>) =>
      onCall?.({ ...call, ...end, tookMs: performance.now() - began });
    try {
      const { status, retryAfter } = await postOnce(call, { guard, setTimer, pause, timeoutMs }, signal, broken);
      tell({ status });
      return { status, outcome: outcomeOf(status), waitMs: retryAfterMs(retryAfter) };
    } catch (error) {
      if (signal.aborted) return { outcome: 'stopped' };
      const problem = error instanceof Error ? error.message : String(error);
      if (!(error instanceof TargetError)) tell({ problem });
      return { problem, outcome: error instanceof TargetError ? 'refused' : 'retry' };
    } finally {
      leave();
      leaveHost();
    }
  }

  return async function deliver(call, signal, broken) {
    for (let attempt = 1; !signal.aborted; attempt++) {
      const { waitMs = 0, ...tried } = await attemptOnce(call, signal, attempt === 1 ? broken : undefined);
      const outcome = tried.outcome === 'retry' && attempt >= attempts ? 'given-up' : tried.outcome;
      onAttempt({ host: hostOf(call.url), attempt, ...tried, outcome });
      if (outcome !== 'retry') return outcome;
      const backoff = Math.min(backoffMs * 2 ** (attempt - 1), maxBackoffMs) * (1 - random() / 2);
      await pauseFor(Math.min(Math.max(backoff, waitMs), maxBackoffMs), pause, signal);
    }
    return 'stopped';
  };
}

interface Attempted {
  outcome: DeliveryOutcome | 'retry';
  status?: number;
  problem?: string;
  waitMs?: number;
}

function outcomeOf(status: number): DeliveryOutcome | 'retry' {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  return status >= 500 || status === 408 || status === 429 ? 'retry' : 'refused';
}

/** Seconds; the form with a date is not worth waiting for. */
const retryAfterMs = (value: string | undefined): number => (value && /^\d{1,6}$/.test(value) ? +value * 1_000 : 0);

export function pauseFor(ms: number, setTimer: SetTimer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = setTimer(ms, done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');
