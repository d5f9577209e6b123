import type { SubscriptionPlanInfo } from '@agentproto/protocol/open-agent/0.7';

export const PLAN_NAMES = ['Free', 'Pro', 'Enterprise'] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

/** What a plan allows; what is not said has no limit. */
export interface PlanLimits {
  /** Runs, completions, embeddings and searches in a month. */
  calls?: number;
  agents?: number;
}

export interface Plan {
  id: string;
  name: PlanName;
  description: string;
  priceCents: number;
  limits: PlanLimits;
  active: boolean;
}

/** Of a UUID's form, and the same on every server, so that tests can name them. */
const planId = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

export const PLANS: readonly Plan[] = [
  {
    ...{ id: planId(1), name: 'Free', description: 'To begin with.', priceCents: 0, active: true },
    limits: { calls: 20, agents: 3 },
  },
  {
    ...{ id: planId(2), name: 'Pro', description: 'For one team.', priceCents: 2_000, active: true },
    limits: { calls: 10_000, agents: 50 },
  },
  { id: planId(3), name: 'Enterprise', description: 'Without limits.', priceCents: 20_000, limits: {}, active: true },
  {
    ...{
      id: planId(4),
      name: 'Free',
      description: 'Of last year; nobody can choose it.',
      priceCents: 0,
      active: false,
    },
    limits: { calls: 5, agents: 1 },
  },
];

const SINCE = '2026-01-01T00:00:00Z';

export const planNamed = (name: PlanName): Plan => PLANS.find((plan) => plan.name === name)!;

/** What a plan promises; the options may say it. */
export const allowed = (plans: Readonly<Partial<Record<PlanName, PlanLimits>>>, { name, limits }: Plan): PlanLimits =>
  plans[name] ?? limits;

export const priceId = ({ id }: Plan): string => `price_${id.slice(-4)}`;

export function shownPlan(plan: Plan, limits: PlanLimits): SubscriptionPlanInfo {
  const { id, name, description, active, priceCents } = plan;
  return {
    id,
    name,
    description,
    stripe_price_id: priceId(plan),
    stripe_product_id: `prod_${id.slice(-4)}`,
    features: {
      price_cents: priceCents,
      ...(limits.calls !== undefined && { calls_per_month: limits.calls }),
      ...(limits.agents !== undefined && { max_agents: limits.agents }),
    },
    is_active: active,
    created_at: SINCE,
    updated_at: SINCE,
  };
}
