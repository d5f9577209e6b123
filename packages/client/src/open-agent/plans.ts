import type {
  AccountSubscriptionInfo,
  AccountSubscriptionPurchase,
  CheckoutSessionInfo,
  SubscriptionPlanInfo,
  UserSubscriptionResponse,
} from '@agentproto/protocol/open-agent/0.7';
import type { CallOptions } from '../call.ts';
import { checkedId, Group, has, isList } from './group.ts';

const PLAN = { expected: 'a plan', is: has('id'), safe: true };
const SUBSCRIPTION = { expected: 'a subscription', is: has('id') };
const PLANS = { expected: 'a list of plans', is: isList, safe: true };
const SUBSCRIPTIONS = { expected: 'a list of subscriptions', is: isList, safe: true };

/** What can be subscribed to, and what is. */
export class Plans extends Group {
  /** Those that are active, unless asked otherwise. */
  list(query: { is_active?: boolean } = {}, options: CallOptions = {}): Promise<SubscriptionPlanInfo[]> {
    return this.send({ name: 'listPlans', ...PLANS }, options, (api) =>
      api.GET('/account/plans', { params: { query } }),
    );
  }

  async get(id: string, options: CallOptions = {}): Promise<SubscriptionPlanInfo> {
    return this.send({ name: 'getPlan', ...PLAN }, options, (api) =>
      api.GET('/account/plans/{plan_id}', { params: { path: of(id) } }),
    );
  }

  /** Gives where the user pays. */
  async checkout(id: string, options: CallOptions = {}): Promise<CheckoutSessionInfo> {
    const kind = { name: 'getCheckout', expected: 'a checkout_url', is: has('checkout_url') } as const;
    return this.send(kind, options, (api) =>
      api.GET('/account/plans/{plan_id}/checkout', { params: { path: of(id) } }),
    );
  }

  /** Subscribes, with a payment method that the server knows. */
  async purchase(
    id: string,
    body: Omit<AccountSubscriptionPurchase, 'plan_id'>,
    options: CallOptions = {},
  ): Promise<AccountSubscriptionInfo> {
    const path = of(id);
    return this.send({ name: 'purchasePlan', ...SUBSCRIPTION }, options, (api) =>
      api.POST('/account/plans/{plan_id}/purchase', { params: { path }, body: { ...body, ...path } }),
    );
  }

  subscriptions(options: CallOptions = {}): Promise<AccountSubscriptionInfo[]> {
    return this.send({ name: 'listSubscriptions', ...SUBSCRIPTIONS }, options, (api) =>
      api.GET('/account/subscriptions'),
    );
  }

  async subscription(id: string, options: CallOptions = {}): Promise<AccountSubscriptionInfo> {
    return this.send({ name: 'getSubscription', ...SUBSCRIPTION, safe: true }, options, (api) =>
      api.GET('/account/subscriptions/{subscription_id}', { params: { path: ofSubscription(id) } }),
    );
  }

  /** Ends a subscription with its period. */
  async cancel(id: string, options: CallOptions = {}): Promise<UserSubscriptionResponse> {
    return this.send({ name: 'cancelSubscription', ...SUBSCRIPTION }, options, (api) =>
      api.DELETE('/account/subscriptions/{subscription_id}', { params: { path: ofSubscription(id) } }),
    );
  }
}

const of = (id: string) => ({ plan_id: checkedId(id, 'a plan') });
const ofSubscription = (id: string) => ({ subscription_id: checkedId(id, 'a subscription') });
