import { request as secureRequest } from 'node:https';
import { http } from '../node-http.ts';
import type { SetTimer } from '../timer.ts';
import type { TargetGuard } from './target.ts';

/** One webhook call. */
export interface WebhookCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface PostTools {
  guard: TargetGuard;
  setTimer: SetTimer;
  /** For the whole call, in milliseconds of the clock. */
  timeoutMs: number;
}

/** What is read of an answer's body; nothing in it matters. */
const ANSWER_BYTES = 64 * 1024;

/**
 * POSTs once, to an address that the guard allows, on a connection of its own. Redirects are not followed.
 * Resolves to the status. Rejects with a TargetError, with the network's error, or when `signal` aborts.
 */
export function postOnce(
  { url, headers, body }: WebhookCall,
  { guard, setTimer, timeoutMs }: PostTools,
  signal: AbortSignal,
): Promise<{ status: number; retryAfter?: string }> {
  return new Promise((resolve, reject) => {
    // A name may have been allowed when the webhook was registered, and the rules others since.
    const target = guard.check(url);
    const send = target.protocol === 'https:' ? secureRequest : http.request;
    const request = send(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: guard.lookup,
      agent: false,
      signal,
    });
    const stopTimer = setTimer(timeoutMs, () =>
      request.destroy(new Error(`no answer within ${timeoutMs} milliseconds`)),
    );
    request.once('close', stopTimer);
    request.once('error', reject);
    request.once('response', (response) => {
      const retryAfter = response.headers['retry-after'];
      resolve({ status: response.statusCode!, ...(retryAfter !== undefined && { retryAfter }) });
      let seen = 0;
      response.on('data', (chunk: Buffer) => {
        seen += chunk.length;
        if (seen > ANSWER_BYTES) request.destroy();
      });
      response.once('error', () => {});
    });
    request.end(body);
  });
}
