import type { CallOptions } from '../call.ts';
import { ANYTHING, Group } from './group.ts';
import { only } from './rest.ts';

/** What Stripe sends to a server, for those who try one out. Goes without the client's credentials. */
export class Webhooks extends Group {
  /** `body` is the JSON of an event, and `signature` what `signStripe` makes of it. */
  async stripe(body: string, signature: string, options: CallOptions = {}): Promise<void> {
    const kind = { name: 'receiveStripeEvent', ...ANYTHING } as const;
    await this.send(kind, signed(signature, options), (api) => api.POST('/stripe/webhook', raw(body)));
  }

  /** The same, at the second place (`0.7`, X13). */
  async subscription(body: string, signature: string, options: CallOptions = {}): Promise<void> {
    only('0.7', this.connection, 'receiveSubscriptionEvent');
    const kind = { name: 'receiveSubscriptionEvent', ...ANYTHING } as const;
    await this.send(kind, signed(signature, options), (api) => api.POST('/account/subscription/webhook', raw(body)));
  }
}

function signed(signature: string, options: CallOptions): CallOptions {
  const headers = new Headers(options.headers);
  headers.set('stripe-signature', signature);
  return { ...options, headers };
}

/** Exactly the bytes that were signed. */
function raw(body: string) {
  return { body: body as never, bodySerializer: (text: unknown) => text };
}
