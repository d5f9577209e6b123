import type { SetTimer } from '../timer.ts';
import { createDelivery } from './delivery.ts';
import type { Deliver, DeliveryAttempt, DeliveryOptions } from './delivery.ts';
import { createFeeds } from './feeds.ts';
import type { Feeds } from './feeds.ts';
import type { TakenFault } from '../wire-faults/taken-fault.ts';
import { targetGuard } from './target.ts';
import type { TargetGuard, TargetOptions } from './target.ts';

/** Where webhooks may be sent, and how. */
export interface WebhookOptions extends TargetOptions, DeliveryOptions {}

/** `testId`: of the request that began the turn. */
export type WebhookFaults = (url: string, testId: string | undefined) => TakenFault | undefined;

/** The webhooks of a server, whatever the protocol. */
export interface Webhooks {
  guard: TargetGuard;
  deliver: Deliver;
  /** What goes wrong on the way: takes the fault that a turn is to have of which a webhook is told. */
  faultOf: WebhookFaults;
  feeds: Feeds;
}

export function createWebhooks(
  options: WebhookOptions,
  tools: {
    setTimer: SetTimer;
    pause: SetTimer;
    onAttempt: (attempt: DeliveryAttempt) => void;
    report: (error: unknown) => void;
    faultOf?: WebhookFaults | undefined;
  },
): Webhooks {
  const guard = targetGuard(options);
  const { setTimer, pause, onAttempt, report, faultOf = () => undefined } = tools;
  const deliver = createDelivery({ guard, setTimer, pause, onAttempt }, options);
  return { guard, deliver, faultOf, feeds: createFeeds(report) };
}
