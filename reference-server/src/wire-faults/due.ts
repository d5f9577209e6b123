import type { FastifyInstance } from 'fastify';
import { fits } from '../failures.ts';
import { testIdOf } from '../identity.ts';
import type { SetTimer } from '../timer.ts';
import { checkFault } from './fault.ts';
import type { Damage, Fault } from './fault.ts';
import { damageResponse } from './response.ts';
import type { Random } from './seeded.ts';
import type { TakenFault } from './taken-fault.ts';
import { onUpgrade } from '../upgrade.ts';
import { damageSocket } from './socket.ts';

/** A fault that was set: how many answers had it, how many are yet to have it, and a way to take it back. */
export interface SetFault extends Disposable {
  readonly id: number;
  readonly fault: Fault;
  readonly left: number;
  readonly applied: number;
  remove(): void;
}

export interface WireFaults {
  /** Throws a ServerOptionsError for a fault that cannot be. */
  add(fault: Fault): SetFault;
  /** What becomes of what a webhook is told of a turn that a request with the test's id has begun. */
  ofWebhook(url: string, testId: string | undefined): TakenFault | undefined;
  /** All that were not taken back, the oldest first. */
  readonly set: readonly SetFault[];
  clear(): void;
}

type Where = NonNullable<Fault['on']>;

interface Due extends SetFault {
  left: number;
  applied: number;
}

/** Damages answers as told. */
export function createWireFaults(
  scope: FastifyInstance,
  { setTimer, random }: { setTimer: SetTimer; random: Random },
): WireFaults {
  let due: Due[] = [];
  let count = 0;

  /** The first fault that fits; one answer less will have it, unless `over` says that it did not come about. */
  function take(where: Where, request: { method: string; path: string }, id: string | undefined): Due | undefined {
    const one = due.find(
      ({ fault: { on = 'answer', match, testId, rate }, left }) =>
        left > 0 &&
        on === where &&
        fits(match, request) &&
        (testId === undefined || id === testId) &&
        (rate === undefined || random() < rate),
    );
    if (one) one.left -= 1;
    return one;
  }
  const over = (one: Due) => (applied: boolean) => {
    if (applied) one.applied += 1;
    else one.left += 1;
  };

  scope.addHook('preHandler', ({ raw, method, url: path, headers }, reply, goOn) => {
    const one = due.length === 0 ? undefined : take('answer', { method, path }, testIdOf(headers));
    if (!one) return goOn();
    const tools = { setTimer, random };
    // Taken as one that is for answers.
    const damage = one.fault as Damage;
    let opened = false;
    const asksForSocket = onUpgrade(raw, (socket, connection) => {
      opened = true;
      damageSocket(socket, connection, damage, tools, over(one));
    });
    if (!asksForSocket) damageResponse(reply.raw, damage, tools, over(one));
    // A socket that was refused had no messages to damage.
    else reply.raw.once('close', () => opened || over(one)(false));
    goOn();
  });

  return {
    ofWebhook(url, testId) {
      if (due.length === 0) return undefined;
      const { pathname, search } = new URL(url);
      const one = take('webhook', { method: 'POST', path: pathname + search }, testId);
      return one && { damage: one.fault, random, over: over(one) };
    },
    get set() {
      return due;
    },
    add(fault) {
      checkFault(fault);
      const remove = () => {
        due = due.filter((other) => other !== one);
      };
      const one: Due = {
        id: ++count,
        fault,
        left: fault.times ?? (fault.rate === undefined ? 1 : Infinity),
        applied: 0,
        remove,
        [Symbol.dispose]: remove,
      };
      due.push(one);
      return one;
    },
    clear() {
      due = [];
    },
  };
}
