import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { fits } from '../failures.ts';
import { testIdOf } from '../identity.ts';
import type { SetTimer } from '../timer.ts';
import { checkFault } from './fault.ts';
import type { Fault } from './fault.ts';
import { damageResponse } from './response.ts';
import type { Random } from './seeded.ts';
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
  /** All that were not taken back, the oldest first. */
  readonly set: readonly SetFault[];
  clear(): void;
}

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
  function take(request: { method: string; path: string }, headers: IncomingMessage['headers']): Due | undefined {
    const one = due.find(
      ({ fault: { match, testId, rate }, left }) =>
        left > 0 &&
        fits(match, request) &&
        (testId === undefined || testIdOf(headers) === testId) &&
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
    const one = due.length === 0 ? undefined : take({ method, path }, headers);
    if (!one) return goOn();
    const tools = { setTimer, random };
    let opened = false;
    const asksForSocket = onUpgrade(raw, (socket, connection) => {
      opened = true;
      damageSocket(socket, connection, one.fault, tools, over(one));
    });
    if (!asksForSocket) damageResponse(reply.raw, one.fault, tools, over(one));
    // A socket that was refused had no messages to damage.
    else reply.raw.once('close', () => opened || over(one)(false));
    goOn();
  });

  return {
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
