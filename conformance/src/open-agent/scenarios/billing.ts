import type { Headers } from '@agentproto/recording';
import { text } from '../../kit/json.ts';
import type { Reply } from '../../kit/reply.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { logIn } from '../login.ts';
import { purchase } from '../plans.ts';
import { scenario } from '../scenario.ts';
import { deliver, delivered, eventOf, now, signed } from '../stripe.ts';

const bindings = ['HTTP'] as const;
const stimulus = ['stripe'] as const;

const isDoor = ({ status }: Reply): boolean => status === 401 || status === 403;
/** Where not even a good event is taken, nothing is said of others: it is not let in, or fails. */
const behind = (good: Reply): { blockedBy?: 'OAA-STRIPE-001' | 'OAA-STRIPE-009' } =>
  isDoor(good) ? { blockedBy: 'OAA-STRIPE-009' } : good.isOk ? {} : { blockedBy: 'OAA-STRIPE-001' };

const someEvent = (agent: OpenAgent): string =>
  eventOf(agent, 'invoice.paid', { id: agent.fresh('in'), customer: agent.fresh('cus') });

/** Headers that sign nothing. */
function badly(agent: OpenAgent, body: string): [what: string, signature: string | null][] {
  const at = now();
  const good = signed(agent.around.stripeSecret!, at, body);
  return [
    ['no signature', null],
    ['a signature that is none', 'agentproto'],
    ['a signature without a time', `v1=${good}`],
    ['the signature of another secret', `t=${at},v1=${signed(agent.fresh('whsec'), at, body)}`],
    ['the signature of another time', `t=${at - 1},v1=${good}`],
  ];
}

export const billingScenarios = [
  scenario('open-agent/stripe/signed', {
    title: 'An event of Stripe is taken, and wants no credentials of the API',
    proves: ['OAA-STRIPE-001', 'OAA-STRIPE-009'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const reply = await delivered(agent);
      check('OAA-STRIPE-009', reply).holds(!isDoor(reply), 'no door of the API before the webhook', reply.value);
      check('OAA-STRIPE-001', reply, isDoor(reply) ? { blockedBy: 'OAA-STRIPE-009' } : {}).holds(
        reply.isOk,
        '2xx',
        reply.value,
      );
    },
  }),

  scenario('open-agent/stripe/unsigned', {
    title: 'What is not signed, or signed wrongly, is refused',
    proves: ['OAA-STRIPE-002'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const good = await delivered(agent);
      const body = someEvent(agent);
      for (const [what, signature] of badly(agent, body)) {
        const reply = await deliver(agent, body, { signature });
        check('OAA-STRIPE-002', reply, behind(good)).holds(reply.status === 400, `400 for ${what}`, reply.value);
      }
    },
  }),

  scenario('open-agent/stripe/altered', {
    title: 'A body that was changed after it was signed is refused',
    proves: ['OAA-STRIPE-003'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const good = await delivered(agent);
      const body = someEvent(agent);
      const at = now();
      const signature = `t=${at},v1=${signed(agent.around.stripeSecret!, at, body)}`;
      const altered: [string, string][] = [
        ['another byte', body.replace('invoice.paid', 'invoice.pain')],
        ['more white space', JSON.stringify(JSON.parse(body), null, 2)],
      ];
      for (const [what, other] of altered) {
        const reply = await deliver(agent, other, { signature });
        check('OAA-STRIPE-003', reply, behind(good)).holds(reply.status === 400, `400 for ${what}`, reply.value);
      }
    },
  }),

  scenario('open-agent/stripe/old', {
    title: 'A signature holds five minutes',
    proves: ['OAA-STRIPE-004'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const plain = await delivered(agent);
      const young = await delivered(agent, { at: now() - 290 });
      check('OAA-STRIPE-004', young, behind(plain)).holds(young.isOk, '2xx for one of 290 seconds', young.value);
      const old = await delivered(agent, { at: now() - 320 });
      check('OAA-STRIPE-004', old, behind(plain)).holds(old.status === 400, '400 for one of 320 seconds', old.value);
    },
  }),

  scenario('open-agent/stripe/several', {
    title: 'While a secret is changed there are two signatures, and one is enough',
    proves: ['OAA-STRIPE-005'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const plain = await delivered(agent);
      const [at, body] = [now(), someEvent(agent)];
      const good = signed(agent.around.stripeSecret!, at, body);
      const other = signed(agent.fresh('whsec'), at, body);
      const first = await deliver(agent, body, { signature: `t=${at},v1=${other},v1=${good}` });
      check('OAA-STRIPE-005', first, behind(plain)).holds(first.isOk, '2xx where the second is good', first.value);
      const next = someEvent(agent);
      const old = await deliver(agent, next, {
        signature: `t=${at},v0=${signed(agent.around.stripeSecret!, at, next)}`,
      });
      check('OAA-STRIPE-005', old, behind(plain)).holds(old.status === 400, '400 for a v0 alone', old.value);
    },
  }),

  scenario('open-agent/stripe/again', {
    title: 'An event that comes again is taken, and so is one of an unknown type',
    proves: ['OAA-STRIPE-007'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const plain = await delivered(agent);
      const body = someEvent(agent);
      await deliver(agent, body);
      const again = await deliver(agent, body);
      check('OAA-STRIPE-007', again, behind(plain)).holds(again.isOk, '2xx for an event that came before', again.value);
      const unknown = await deliver(agent, eventOf(agent, 'agentproto.unknown', {}));
      // The document has 400 for an event that is passed over.
      if (unknown.status === 400) check('OAA-STRIPE-007', unknown).observes('an event of an unknown type is a 400');
      else
        check('OAA-STRIPE-007', unknown, behind(plain)).holds(unknown.isOk, '2xx for an unknown type', unknown.value);
    },
  }),

  scenario('open-agent/stripe/second', {
    title: 'The second webhook refuses what is signed wrongly, too',
    proves: ['OAA-STRIPE-008'],
    bindings,
    stimulus,
    async play({ agent, check }) {
      const path = '/account/subscription/webhook' as const;
      const good = await delivered(agent, { path });
      if (isDoor(good)) check('OAA-STRIPE-008', good).observes('it wants credentials of the API');
      for (const [what, signature] of badly(agent, '{}')) {
        const reply = await deliver(agent, someEvent(agent), { path, signature });
        check('OAA-STRIPE-008', reply).holds(reply.status === 400 || isDoor(reply), `400 for ${what}`, reply.value);
      }
    },
  }),

  scenario('open-agent/stripe/life', {
    title: 'What Stripe tells of a subscription is seen in it, and told again changes nothing',
    proves: ['OAA-STRIPE-006', 'OAA-STRIPE-007'],
    bindings,
    stimulus: ['stripe', 'mail'],
    async play({ agent, check, lost, notApplicable }) {
      const plain = await delivered(agent);
      const as = await logIn(agent);
      const { reply, id } = await purchase(agent, as);
      const [subscription, customer] = [text(reply.json.stripe_subscription_id), text(reply.json.stripe_customer_id)];
      if (id === undefined || subscription === undefined || customer === undefined)
        throw notApplicable('a subscription does not tell its ids at Stripe, so that nothing can be told of it');
      const path = `/account/subscriptions/${encodeURIComponent(id)}`;
      const status = async () => {
        const seenNow = await agent.call('GET', path, { as, operation: 'getSubscription' });
        return seen(seenNow.json.status, seenNow.place);
      };
      const tell = async (body: string) => {
        const told = await deliver(agent, body);
        if (told.isRefusal) throw lost(`an event of a subscription was to be taken, and got HTTP ${told.status}`);
      };
      const ofInvoice = (type: string) =>
        eventOf(agent, type, { id: agent.fresh('in'), object: 'invoice', customer, subscription });
      const ofSubscription = (type: string, at: string) =>
        eventOf(agent, type, { id: subscription, object: 'subscription', customer, status: at });
      if (isDoor(plain)) throw lost('the webhook wants credentials of the API');

      const failed = ofInvoice('invoice.payment_failed');
      await tell(failed);
      check('OAA-STRIPE-006', seen({ status: (await status()).value }, plain.place)).hasOneOf(
        { status: 'past_due' },
        { status: 'unpaid' },
      );
      await tell(ofInvoice('invoice.paid'));
      check('OAA-STRIPE-006', await status()).equals('active');
      await tell(failed);
      check('OAA-STRIPE-007', await status()).equals('active');
      await tell(ofSubscription('customer.subscription.updated', 'trialing'));
      check('OAA-STRIPE-006', await status()).equals('trialing');
      await tell(ofSubscription('customer.subscription.deleted', 'canceled'));
      check('OAA-STRIPE-006', await status()).equals('canceled');
      await createdElsewhere(agent, as, customer, (created, place) =>
        check('OAA-STRIPE-006', seen(created, place)).holds(created, 'a subscription that was made at Stripe'),
      );
    },
  }),
];

/** A further subscription of a customer that the target knows. */
async function createdElsewhere(
  agent: OpenAgent,
  as: Headers,
  customer: string,
  judge: (created: boolean, place: Reply['place']) => void,
): Promise<void> {
  const other = agent.fresh('sub');
  await deliver(
    agent,
    eventOf(agent, 'customer.subscription.created', { id: other, object: 'subscription', customer, status: 'active' }),
  );
  const list = await agent.call('GET', '/account/subscriptions', { as, operation: 'listSubscriptions' });
  judge(JSON.stringify(list.value.body ?? null).includes(other), list.place);
}
