import type { SubscriptionStatus } from '@agentproto/protocol/open-agent/0.7';
import type { Scope } from './options.ts';
import type { PlanName } from './plan-list.ts';

export interface Account {
  id: string;
  email: string;
  name?: string;
  username: string;
  createdAt: number;
  /** What it has without a subscription. */
  plan: PlanName;
  /** Its balance: calls cost less than a cent. */
  microdollars: number;
}

/** A key, without its secret: that is told once, and kept as a digest. */
export interface StoredKey {
  id: string;
  owner: string;
  name: string;
  hash: string;
  prefix: string;
  createdAt: number;
  /** Milliseconds; 0: never. */
  expiresAt: number;
  scopes: readonly Scope[];
  metadata: object;
  isActive: boolean;
  lastUsedAt?: number;
  /** The only team that it is for. */
  team?: string;
}

export interface StoredSubscription {
  id: string;
  owner: string;
  planId: string;
  status: SubscriptionStatus;
  stripeCustomer: string;
  stripeSubscription: string;
  startAt: number;
  endAt: number;
  paymentMethod?: string;
  cancelAtPeriodEnd: boolean;
  createdAt: number;
  updatedAt: number;
}

/** What is paid on the page of a checkout. */
export interface Checkout {
  owner: string;
  /** What is paid for: a plan, or cents of balance. */
  planId?: string;
  cents?: number;
  successUrl?: string;
  cancelUrl?: string;
  isPaid: boolean;
}

/** Tokens that a call has used. */
export interface Use {
  input: number;
  output: number;
}
