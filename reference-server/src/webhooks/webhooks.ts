import type { SetTimer } from '../timer.ts';
import { createDelivery } from './delivery.ts';
import type { Deliver, DeliveryAttempt, DeliveryOptions } from './delivery.ts';
import { createFeeds } from './feeds.ts';
import type { Feeds } from './feeds.ts';
import { targetGuard } from './target.ts';
import type { TargetGuard, TargetOptions } from './target.ts';

/** Where webhooks may be sent, and how. */
export interface WebhookOptions extends TargetOptions, DeliveryOptions {}

/** The webhooks of a server, whatever the protocol. */
export interface Webhooks {
  guard: TargetGuard;
  deliver: Deliver;
  feeds: Feeds;
}

export function createWebhooks(
  options: WebhookOptions,
  tools: { setTimer: SetTimer; onAttempt: (attempt: DeliveryAttempt) => void; report: (error: unknown) => void },
): Webhooks {
  const guard = targetGuard(options);
  const { setTimer, onAttempt, report } = tools;
  return { guard, deliver: createDelivery({ guard, setTimer, onAttempt }, options), feeds: createFeeds(report) };
}
