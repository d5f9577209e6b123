import { notFound, OpenAgentError } from '../open-agent-error.ts';
import { PLANS } from '../plan-list.ts';
import { answers, openAgentQuirk, operation } from './open-agent-quirk.ts';

/** What an account has, and may. */
export const accountQuirks = [
  openAgentQuirk('open-agent.account.balance-is-a-text', {
    breaks: 'OAA-ACCT-001',
    make: (impl, hit) =>
      answers(impl, 'getBalance', ({ balance, ...rest }) => hit({ ...rest, balance: `${Number(balance) / 100}` })),
  }),
  openAgentQuirk('open-agent.plan.misspelt-is-not-found', {
    breaks: 'OAA-PLAN-001',
    make: (impl, hit) =>
      operation(impl, 'getPlan', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          throw error instanceof OpenAgentError && error.status === 422 ? hit(notFound('Plan')) : error;
        }),
      ),
  }),
  openAgentQuirk('open-agent.plan.checkout-has-no-session', {
    breaks: 'OAA-PLAN-002',
    make: (impl, hit) => answers(impl, 'getCheckout', ({ session_id: _, ...rest }) => hit(rest)),
  }),
  openAgentQuirk('open-agent.plan.lists-all', {
    breaks: 'OAA-PLAN-003',
    make: (_impl, hit) => ({ listedPlans: () => hit(PLANS) }),
  }),
  openAgentQuirk('open-agent.subscription.ends-at-once', {
    breaks: 'OAA-SUB-001',
    make: (_impl, hit) => ({ canceled: (_ctx, one) => hit({ ...one, status: 'canceled' }) }),
  }),
  openAgentQuirk('open-agent.usage.is-a-list', {
    breaks: 'OAA-USAGE-001',
    make: (impl, hit) => answers(impl, 'getUsage', ({ transactions }) => hit(transactions)),
  }),
  openAgentQuirk('open-agent.usage.counts-nothing', {
    breaks: 'OAA-USAGE-002',
    make: (_impl, hit) => ({
      charge: async () => hit(undefined),
    }),
  }),
  openAgentQuirk('open-agent.limit.is-none', {
    breaks: 'OAA-LIMIT-001',
    make: (_impl, hit) => ({ limitsOf: () => hit({}) }),
  }),
  openAgentQuirk('open-agent.legal.has-no-plans', {
    breaks: null,
    says: 'There is nothing to pay for: no plans, no subscriptions, no webhooks.',
    make(impl, hit) {
      const none = /^(?:listPlans|getPlan|getCheckout|purchasePlan|\w+Subscriptions?|receive\w+)$/;
      const own = Object.entries(impl.operations).filter(([name]) => !none.test(name));
      return {
        operations: Object.fromEntries(own) as typeof impl.operations,
        limitsOf: () => ({}),
        answerHttp: (ctx, name, request) => impl.answerHttp(ctx, none.test(name) ? hit(name) : name, request),
      };
    },
  }),
  openAgentQuirk('open-agent.legal.has-no-logins', {
    breaks: null,
    says: 'Keys are given out by hand: there are no logins.',
    make(impl, hit) {
      const none = /^(?:\w+MagicLink|getMagicLinkStatus|\w+OAuth|exchangeDeviceCode)$/;
      const own = Object.entries(impl.operations).filter(([name]) => !none.test(name));
      return {
        operations: Object.fromEntries(own) as typeof impl.operations,
        answerHttp: (ctx, name, request) => impl.answerHttp(ctx, none.test(name) ? hit(name) : name, request),
      };
    },
  }),
  openAgentQuirk('open-agent.legal.refuses-to-pay-in', {
    breaks: null,
    says: 'Nothing can be paid in.',
    make: (impl, hit) =>
      operation(impl, 'topUp', () => {
        throw hit(new OpenAgentError(400, 'Payments are switched off'));
      }),
  }),
  openAgentQuirk('open-agent.legal.accounts-say-more', {
    breaks: null,
    says: 'Accounts, plans and keys have members that no document has.',
    make: (impl, hit) => ({
      ...answers(impl, 'getAccount', (value) => hit({ ...value, region: 'eu' })),
      errorBody: (ctx, error, name) => ({ ...impl.errorBody(ctx, error, name), request_id: 'req_1' }),
    }),
  }),
];
