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

/** A fault that was set: how many answers had it, and a way to take it back. */
export interface SetFault extends Disposable {
  readonly applied: number;
  remove(): void;
}

export interface WireFaults {
  /** Throws a ServerOptionsError for a fault that cannot be. */
  add(fault: Fault): SetFault;
  clear(): void;
}

interface Due {
  fault: Fault;
  left: number;
  applied: number;
}

/** Damages answers as told. */
export function createWireFaults(
  scope: FastifyInstance,
  { setTimer, random }: { setTimer: SetTimer; random: Random },
): WireFaults {
  let due: Due[] = [];

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
    if (!onUpgrade(raw, (socket, connection) => damageSocket(socket, connection, one.fault, tools, over(one))))
      damageResponse(reply.raw, one.fault, tools, over(one));
    goOn();
  });

  return {
    add(fault) {
      checkFault(fault);
      const one = { fault, left: fault.times ?? (fault.rate === undefined ? 1 : Infinity), applied: 0 };
      due.push(one);
      const remove = () => {
        due = due.filter((other) => other !== one);
      };
      return {
        get applied() {
          return one.applied;
        },
        remove,
        [Symbol.dispose]: remove,
      };
    },
    clear() {
      due = [];
    },
  };
}
