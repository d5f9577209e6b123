import type { FastifyInstance } from 'fastify';
import { fits } from '../failures.ts';
import { testIdOf } from '../identity.ts';
import type { SetTimer } from '../timer.ts';
import { checkFault } from './fault.ts';
import type { Damage, Fault } from './fault.ts';
import { damageResponse } from './response.ts';
import type { Chance } from './seeded.ts';
import type { TakenFault } from './taken-fault.ts';
import { asksForWebSocket, onUpgrade } from '../upgrade.ts';
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
  { setTimer, chance }: { setTimer: SetTimer; chance: Chance },
): WireFaults {
  let due: Due[] = [];
  let count = 0;

  /** The first fault that fits; one answer less will have it, unless it is over before the fault comes about. */
  function take(where: Where, request: { method: string; path: string }, id: string | undefined, isSocket = false) {
    const { random } = chance;
    const one = due.find(
      ({ fault: { on = 'answer', kind, match, testId, rate }, left }) =>
        left > 0 &&
        on === where &&
        // Which no WebSocket has.
        !(isSocket && kind === 'content-type') &&
        fits(match, request) &&
        (testId === undefined || id === testId) &&
        (rate === undefined || random() < rate),
    );
    if (!one) return undefined;
    one.left -= 1;
    let came = false;
    return {
      damage: one.fault,
      random,
      came() {
        came = true;
        one.applied += 1;
      },
      over: () => void (came || (one.left += 1)),
    };
  }

  scope.addHook('preHandler', ({ raw, method, url: path, headers }, reply, goOn) => {
    if (due.length === 0) return goOn();
    // Taken as one that is for answers.
    const one = take('answer', { method, path }, testIdOf(headers), asksForWebSocket(raw)) as
      | (TakenFault & { damage: Damage })
      | undefined;
    if (!one) return goOn();
    let opened = false;
    const asksForSocket = onUpgrade(raw, (socket, connection) => {
      opened = true;
      damageSocket(socket, connection, one, setTimer);
    });
    if (!asksForSocket) {
      damageResponse(reply.raw, one, setTimer);
      return goOn();
    }
    // A socket that was refused had no messages to damage.
    reply.raw.once('close', () => opened || one.over());
    if (one.damage.kind !== 'late-head') return goOn();
    one.came();
    const cancel = setTimer(one.damage.ms, goOn);
    raw.socket.once('close', cancel);
  });

  return {
    ofWebhook(url, testId) {
      if (due.length === 0) return undefined;
      const { pathname, search } = new URL(url);
      return take('webhook', { method: 'POST', path: pathname + search }, testId);
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
