import type { Answer } from '../../answer.ts';
import type { OpenAgentContext } from '../context.ts';
import { empty, json } from '../errors.ts';
import { bad, OpenAgentError } from '../open-agent-error.ts';
import { openAgentQuirk, operation } from './open-agent-quirk.ts';

const at = (ctx: OpenAgentContext, ms: number): OpenAgentContext => ({
  ...ctx,
  clock: Object.create(ctx.clock, { now: { value: () => ms } }) as typeof ctx.clock,
});

/** White space that means nothing is taken away. */
function packed(body: Buffer): Buffer {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  } catch {
    return body;
  }
}

const KNOWN = /^(?:invoice\.|customer\.subscription\.)/;

/** What Stripe tells. */
export const billingQuirks = [
  openAgentQuirk('open-agent.stripe.fails', {
    breaks: 'OAA-STRIPE-001',
    make: (impl, hit) =>
      operation(impl, 'receiveStripeEvent', async (ctx, call, request, own) => {
        await own(ctx, call, request);
        throw hit(new OpenAgentError(500, 'The event could not be kept'));
      }),
  }),
  openAgentQuirk('open-agent.stripe.needs-no-signature', {
    breaks: 'OAA-STRIPE-002',
    make: (impl, hit) =>
      operation(impl, 'receiveStripeEvent', async (ctx, call, request, own) =>
        request.headers['stripe-signature'] === undefined ? hit(empty(ctx)) : own(ctx, call, request),
      ),
  }),
  openAgentQuirk('open-agent.stripe.signs-what-it-parsed', {
    breaks: 'OAA-STRIPE-003',
    make: (impl, hit) => ({
      signatureHolds: (ctx, header, body) =>
        impl.signatureHolds(ctx, header, body) || (impl.signatureHolds(ctx, header, packed(body)) && hit(true)),
    }),
  }),
  openAgentQuirk('open-agent.stripe.takes-old-signatures', {
    breaks: 'OAA-STRIPE-004',
    make: (impl, hit) => ({
      signatureHolds(ctx, header, body) {
        const seconds = Number(/\bt=(\d+)/.exec(header ?? '')?.[1]);
        return (
          impl.signatureHolds(ctx, header, body) ||
          (impl.signatureHolds(at(ctx, seconds * 1_000), header, body) && hit(true))
        );
      },
    }),
  }),
  openAgentQuirk('open-agent.stripe.looks-at-one-signature', {
    breaks: 'OAA-STRIPE-005',
    make: (impl, hit) => ({
      signatureHolds(ctx, header = '', body) {
        const first = header.replace(/(,v1=[^,]*),v1=.*$/, '$1');
        return first === header ? impl.signatureHolds(ctx, header, body) : hit(impl.signatureHolds(ctx, first, body));
      },
    }),
  }),
  openAgentQuirk('open-agent.stripe.hears-of-no-failed-payment', {
    breaks: 'OAA-STRIPE-006',
    make: (impl, hit) => ({
      applyStripe: async (ctx, type, object) =>
        type === 'invoice.payment_failed' ? hit(undefined) : impl.applyStripe(ctx, type, object),
    }),
  }),
  openAgentQuirk('open-agent.stripe.does-it-again', {
    breaks: 'OAA-STRIPE-007',
    make: (impl, hit) => ({ isFirst: async (ctx, event) => (await impl.isFirst(ctx, event)) || hit(true) }),
  }),
  openAgentQuirk('open-agent.stripe.second-webhook-trusts-all', {
    breaks: 'OAA-STRIPE-008',
    make: (impl, hit) =>
      operation(impl, 'receiveSubscriptionEvent', (ctx, call, request, own) =>
        own(ctx, call, request).catch((): Answer => hit(json(ctx, { status: 'ignored' }))),
      ),
  }),
  openAgentQuirk('open-agent.stripe.wants-a-key', {
    breaks: 'OAA-STRIPE-009',
    make: (impl, hit) => ({
      isOpen: (ctx, name) => (name === 'receiveStripeEvent' ? hit(false) : impl.isOpen(ctx, name)),
    }),
  }),
  openAgentQuirk('open-agent.legal.stripe-unknown-is-a-400', {
    breaks: null,
    says: 'An event of a type that means nothing here is a 400, as the document has it.',
    make: (impl, hit) => ({
      applyStripe(ctx, type, object) {
        if (!KNOWN.test(type)) throw hit(bad(`${type}: is no event that is handled here`));
        return impl.applyStripe(ctx, type, object);
      },
    }),
  }),
];
