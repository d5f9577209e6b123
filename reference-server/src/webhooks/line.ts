import type { SetTimer } from '../timer.ts';
import { DamagedDeliveries } from '../wire-faults/deliveries.ts';
import type { Sent } from '../wire-faults/deliveries.ts';
import type { TakenFault } from '../wire-faults/taken-fault.ts';
import { pauseFor } from './delivery.ts';
import type { Deliver, DeliveryOutcome } from './delivery.ts';
import type { WebhookCall } from './call.ts';

/** The way of what one webhook is told of one turn. */
export interface WebhookLine {
  /** Brings a call there, when those before are there. Never rejects. */
  deliver(call: WebhookCall, signal: AbortSignal): Promise<DeliveryOutcome>;
  /** The turn is over. What a fault has held back goes out now. */
  end(signal: AbortSignal): Promise<void>;
}

/** As it should be, or with a fault. */
export function webhookLine(deliver: Deliver, setTimer: SetTimer, fault: TakenFault | undefined): WebhookLine {
  if (!fault) return { deliver, end: async () => {} };
  const damaged = new DamagedDeliveries(fault);
  async function send(all: readonly Sent[], signal: AbortSignal): Promise<DeliveryOutcome> {
    // What is dropped, or held, its sender takes for delivered.
    let last: DeliveryOutcome = 'delivered';
    for (const { call, waitMs, broken } of all) {
      if (waitMs > 0) await pauseFor(waitMs, setTimer, signal);
      last = await deliver(call, signal, broken);
      if (last === 'gone' || last === 'stopped') return last;
    }
    return last;
  }
  return {
    deliver: (call, signal) => send(damaged.of(call), signal),
    end: async (signal) => void (await send(damaged.finish(), signal)),
  };
}
