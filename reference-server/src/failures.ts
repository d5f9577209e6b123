import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { testIdOf } from './identity.ts';
import { checkNames, checkObject } from './option-names.ts';
import type { NamesOf } from './option-names.ts';
import { checkPattern, checkTestId } from './pattern.ts';
import type { SetTimer } from './timer.ts';
import type { Chance } from './wire-faults/seeded.ts';
import { ServerOptionsError } from './options-error.ts';

/** Requests that fail before any protocol sees them. */
export interface Failure {
  /** How many requests. Default 1. */
  times?: number;
  /** Which share of the requests that fit, drawn by the server's seed; then `times` is any number unless it is said. */
  rate?: number;
  /** Of the answer, 400 to 599; without it the request is only delayed. */
  status?: number;
  /** Seconds, as Retry-After. */
  retryAfter?: number;
  /** Milliseconds of the server's clock before anything is answered; they end when the server closes, or the caller leaves. */
  delayMs?: number;
  /** Which requests: by a part of the path, or by what says so. Default: all, cards too. */
  match?: string | RegExp | ((request: { method: string; path: string }) => boolean);
  /** … and with this in `X-Test-Id`. */
  testId?: string;
}

const NAMES: NamesOf<Failure> = {
  times: true,
  rate: true,
  status: true,
  retryAfter: true,
  delayMs: true,
  match: true,
  testId: true,
};

/** A failure that was set: how many requests are yet to have it, and a way to take it back. */
export interface SetFailure {
  readonly id: number;
  readonly failure: Failure;
  readonly left: number;
  remove(): void;
}

export interface Failures {
  /** Throws a ServerOptionsError for a failure that cannot be. */
  add(failure: Failure): SetFailure;
  /** Those that are yet to come about, the next one first. */
  readonly due: readonly SetFailure[];
  /** Forgets those that have not come about. */
  clear(): void;
}

/** Lets requests fail as told. */
export function createFailures(
  scope: FastifyInstance,
  { setTimer, chance }: { setTimer: SetTimer; chance: Chance },
): Failures {
  const due: (SetFailure & { left: number })[] = [];
  let count = 0;

  const waiting = new Set<() => void>();
  scope.addHook('preClose', async () => {
    for (const wake of waiting) wake();
  });
  const wait = (ms: number, socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        cancel();
        waiting.delete(wake);
        socket.off('close', wake);
        resolve();
      };
      const cancel = setTimer(ms, wake);
      waiting.add(wake);
      socket.once('close', wake);
    });

  scope.addHook('preHandler', (request, reply, goOn) => {
    if (due.length === 0) return goOn();
    fail(request, reply)
      .then((failed) => void (failed || goOn()))
      .catch((error: Error) => goOn(error));
  });

  /** Whether the request was answered. */
  async function fail({ raw, method, url: path, headers }: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const index = due.findIndex(
      ({ failure: { match, testId, rate } }) =>
        fits(match, { method, path }) &&
        (testId === undefined || testIdOf(headers) === testId) &&
        (rate === undefined || chance.random() < rate),
    );
    const one = due[index];
    if (!one) return false;
    if (--one.left === 0) due.splice(index, 1);
    const { status, retryAfter, delayMs = 0 } = one.failure;
    if (delayMs > 0) await wait(delayMs, raw.socket);
    if (status === undefined) return false;
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    const error = { code: status, message: 'This failure was asked for: server.fail' };
    reply.code(status).type('application/json').send(JSON.stringify({ error }));
    return true;
  }

  return {
    due,
    add(failure) {
      check(failure);
      const one = {
        id: ++count,
        failure,
        left: failure.times ?? (failure.rate === undefined ? 1 : Infinity),
        remove() {
          const at = due.indexOf(one);
          if (at >= 0) due.splice(at, 1);
        },
      };
      due.push(one);
      return one;
    },
    clear: () => void due.splice(0),
  };
}

/** Whether a request is as a match says. */
export function fits(match: Failure['match'], request: { method: string; path: string }): boolean {
  if (match === undefined) return true;
  if (typeof match === 'function') return match(request);
  return typeof match === 'string' ? request.path.includes(match) : request.path.search(match) >= 0;
}

function check(failure: Failure): void {
  checkObject('fail', failure, '{ status: 429, retryAfter: 1 }');
  checkNames(failure, NAMES, 'fail.');
  const { times, rate, status, retryAfter, delayMs } = failure;
  checkPattern('fail.match', failure.match, { orFunction: true });
  checkTestId('fail.testId', failure.testId);
  if (status === undefined && delayMs === undefined)
    throw new ServerOptionsError('fail: expected a status, a delayMs or both; got neither');
  for (const [name, value, least, most] of [
    ['times', times, 1, Infinity],
    ['rate', rate, 0, 1],
    ['status', status, 400, 599],
    ['retryAfter', retryAfter, 0, Infinity],
    ['delayMs', delayMs, 0, 2 ** 31 - 1],
  ] as const) {
    if (
      value === undefined ||
      (typeof value === 'number' && value >= least && value <= most && (name !== 'status' || Number.isInteger(value)))
    )
      continue;
    throw new ServerOptionsError(
      `fail.${name}: expected a number from ${least}${most === Infinity ? '' : ` to ${most}`}; got ${String(value)}`,
    );
  }
}
