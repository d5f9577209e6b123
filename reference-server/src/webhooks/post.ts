import type { ClientRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { http } from '../node-http.ts';
import type { SetTimer } from '../timer.ts';
import type { Act } from '../wire-faults/damaged.ts';
import type { Broken } from '../wire-faults/broken.ts';
import { Line } from '../wire-faults/line.ts';
import { endConnection } from '../wire-faults/response.ts';
import type { WebhookCall } from './call.ts';
import type { TargetGuard } from './target.ts';

export interface PostTools {
  guard: TargetGuard;
  setTimer: SetTimer;
  pause: SetTimer;
  /** For the whole call, in milliseconds of the clock. */
  timeoutMs: number;
}

/** What is read of an answer's body; nothing in it matters. */
const ANSWER_BYTES = 64 * 1024;

/**
 * POSTs once, to an address that the guard allows, on a connection of its own. Redirects are not followed.
 * Resolves to the status. Rejects with a TargetError, with the network's error, or when `signal` aborts.
 * @param broken what is done other than it should be
 */
export function postOnce(
  { url, headers, body }: WebhookCall,
  { guard, setTimer, pause, timeoutMs }: PostTools,
  signal: AbortSignal,
  broken?: Broken,
): Promise<{ status: number; retryAfter?: string }> {
  return new Promise((resolve, reject) => {
    // A name may have been allowed when the webhook was registered, and the rules others since.
    const target = guard.check(url);
    const send = target.protocol === 'https:' ? secureRequest : http.request;
    const request = send(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': lengthOf(body, broken?.acts) },
      lookup: guard.lookup,
      agent: false,
      signal,
    });
    const stopTimer = setTimer(timeoutMs + (broken?.headMs ?? 0), () =>
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
    if (broken) breakRequest(request, target.protocol === 'https:', body, broken, pause);
    else request.end(body);
  });
}

/** What ends as if it were whole is as long as it is; what is cut was to be longer. */
function lengthOf(body: string, acts: readonly Act[] = []): number {
  if (acts.at(-1) !== 'finish') return Buffer.byteLength(body);
  return acts.reduce((sum, act) => sum + (typeof act === 'object' && 'send' in act ? act.send.length : 0), 0);
}

/** Sends a request as a fault has it, once there is a connection. */
function breakRequest(
  request: ClientRequest,
  secure: boolean,
  body: string,
  { headMs = 0, acts = [] }: Broken,
  setTimer: SetTimer,
): void {
  const line = new Line(
    {
      send: (bytes) => void request.write(bytes),
      end: (how) => endConnection(request.socket, how),
      finish: () => void request.end(),
    },
    setTimer,
  );
  request.once('close', () => line.leave());
  request.once('socket', (socket) =>
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (headMs > 0) line.do([{ waitMs: headMs }]);
      if (acts.length === 0) return line.do([{ send: Buffer.from(body) }, 'finish']);
      // Where nothing of the body is sent, the head is.
      request.flushHeaders();
      line.do(isWhole(acts) ? [...acts, 'finish'] : acts);
    }),
  );
}

/** Nothing ends the body before it is over. */
const isWhole = (acts: readonly Act[]): boolean =>
  acts.every((act) => typeof act === 'object' && ('send' in act || 'waitMs' in act));
