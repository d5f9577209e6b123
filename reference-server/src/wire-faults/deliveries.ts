import type { WebhookCall } from '../webhooks/call.ts';
import type { Broken } from './broken.ts';
import { Damaged } from './damaged.ts';
import type { Act } from './damaged.ts';
import type { Damage } from './fault.ts';
import type { TakenFault } from './taken-fault.ts';

/** One call that goes out: later, perhaps, and perhaps other than it should be. */
export interface Sent {
  call: WebhookCall;
  waitMs: number;
  broken?: Broken;
}

/** Makes of each delivery of a turn what a fault makes of it: what an event is to an answer, a delivery is to a webhook. */
export class DamagedDeliveries {
  readonly #fault: TakenFault;
  readonly #damaged: Damaged | undefined;
  /** By the body, which is what comes back when one was held. */
  readonly #calls = new Map<Uint8Array, WebhookCall>();
  #count = 0;
  #applied = false;

  constructor(fault: TakenFault) {
    this.#fault = fault;
    const { damage } = fault;
    if (damage.kind !== 'unsigned' && damage.kind !== 'wrong-token') this.#damaged = new Damaged({ ...fault, damage });
  }

  /** What goes out for a call: nothing, it, or several. */
  of(call: WebhookCall): Sent[] {
    const { damage } = this.#fault;
    const index = this.#count++;
    switch (damage.kind) {
      case 'unsigned':
      case 'wrong-token':
        return [{ call: damage.event === undefined || damage.event === index ? this.#other(call) : call, waitMs: 0 }];
      case 'content-type':
        this.#came();
        return [{ call: { ...call, headers: { ...call.headers, 'content-type': damage.value } }, waitMs: 0 }];
      case 'late-head':
        this.#came();
        return [{ call, waitMs: 0, broken: { headMs: damage.ms } }];
    }
    // Whatever has ended one delivery, the next one has a connection of its own.
    if (this.#damaged!.applied && ENDS_ONE.has(damage.kind)) return [{ call, waitMs: 0 }];
    const body = Buffer.from(call.body);
    this.#calls.set(body, call);
    return this.#sentBy(this.#damaged!.event(body), call);
  }

  /** The turn is over: what was held goes out after all. */
  finish(): Sent[] {
    const held = this.#fault.damage.kind === 'reorder' ? this.#damaged!.finish() : [];
    this.#fault.over();
    return held.flatMap((act) => {
      const call = typeof act === 'object' && 'send' in act ? this.#calls.get(act.send) : undefined;
      return call ? [{ call, waitMs: 0 }] : [];
    });
  }

  #sentBy(acts: readonly Act[], call: WebhookCall): Sent[] {
    const sent: Sent[] = [];
    let waitMs = 0;
    for (const act of acts) {
      const whole = typeof act === 'object' && 'send' in act ? this.#calls.get(act.send) : undefined;
      if (typeof act === 'object' && 'waitMs' in act) waitMs += act.waitMs;
      else if (whole) sent.push({ call: whole, waitMs });
      // It is the body itself that is taken apart.
      else return [{ call, waitMs: 0, broken: { acts } }];
      if (whole) waitMs = 0;
    }
    return sent;
  }

  #came(): void {
    if (!this.#applied) this.#fault.came();
    this.#applied = true;
  }

  #other(call: WebhookCall): WebhookCall {
    const names = Object.keys(call.headers).filter((name) => CREDENTIALS.test(name));
    if (names.length === 0) return call;
    this.#came();
    const headers = { ...call.headers };
    for (const name of names) {
      if (this.#fault.damage.kind === 'unsigned') delete headers[name];
      else headers[name] = headers[name]!.replace(/\S+$/, 'wrong');
    }
    return { ...call, headers };
  }
}

const ENDS_ONE: ReadonlySet<string> = new Set<Damage['kind']>(['cut', 'stall', 'truncate']);
const CREDENTIALS = /authorization|token|signature/i;
