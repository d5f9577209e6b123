import { DEFAULT_MODELS } from '../openai/models.ts';
import type { ModelOptions } from '../openai/models.ts';
import { AMOUNT, BOOLEAN, LIST, OBJECT, secret, texts } from '../option-kinds.ts';
import type { NamesOf } from '../option-names.ts';
import type { Tools } from '../server-tools.ts';
import { DEFAULT_TOOLKITS } from './toolkit.ts';
import type { ServerToolkit } from './toolkit.ts';
import type { PlanLimits, PlanName } from './plan-list.ts';

export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface SeededKey {
  key: string;
  /** Default all. */
  scopes?: readonly Scope[];
  /** ISO 8601. Default never. */
  expiresAt?: string;
}

/** An account that is there from the beginning. */
export interface SeededAccount {
  email: string;
  name?: string;
  /** Secrets of its keys, which may do everything; or with scopes of their own. */
  keys?: readonly (string | SeededKey)[];
  /** Default Enterprise, which has no limits. */
  plan?: PlanName;
  /** Cents. Default 1,000. */
  balance?: number;
}

export interface OpenAgentOptions {
  /**
   * Default: `ada@example.com` with the key `oaa_test_ada`, and `bob@example.com` with `oaa_test_bob`; none where the server
   * has a key of its own, for these are published.
   */
  accounts?: readonly SeededAccount[];
  /** What plans allow, by name: instead of 20 calls a month and 3 agents (Free), 10,000 and 50 (Pro), everything (Enterprise). */
  plans?: Readonly<Partial<Record<PlanName, PlanLimits>>>;
  /**
   * Whether the server plays the provider of OAuth and devices, who lets in whoever asks. Default: where the server has no key
   * of its own.
   */
  provider?: boolean;
  /**
   * Secrets of Stripe's webhooks; a signature by any of them is good. Default `whsec_agentproto_test`; none where the server has
   * a key of its own.
   */
  stripeSecrets?: readonly string[];
  /** By id. Where it is given, other models are unknown; by default every id is a model, and these have a script. */
  models?: Readonly<Record<string, ModelOptions>> | undefined;
  /** Tools by name. One is run where a script has the server call it, and does not say what comes of it. */
  tools?: Tools;
  /** Toolkits that every account finds, whose functions are tools, too. Default: `weather` with `get_weather`. */
  toolkits?: readonly ServerToolkit[];
  /** How long a link of a mail, or the code of a device, holds, in milliseconds of the clock. Default 15 minutes. */
  loginMs?: number;
  /** How long a session lasts, in milliseconds of the clock. Default a day. */
  sessionMs?: number;
  /** Between two polls for a device's token, in milliseconds. Default 5,000. */
  pollMs?: number;
  /** Links that may be sent to one address within 15 minutes. Default 10. */
  linksPerAddress?: number;
}

/** The names of the options, for whoever checks them. */
export const OPEN_AGENT_OPTIONS: NamesOf<OpenAgentOptions> = {
  accounts: LIST,
  linksPerAddress: AMOUNT,
  loginMs: AMOUNT,
  models: OBJECT,
  plans: OBJECT,
  pollMs: AMOUNT,
  provider: BOOLEAN,
  sessionMs: AMOUNT,
  stripeSecrets: secret(texts()),
  toolkits: LIST,
  tools: OBJECT,
};

export interface OpenAgentSettings extends Required<Omit<OpenAgentOptions, 'models'>> {
  models: Readonly<Record<string, ModelOptions>>;
  /** Ids beside `models` are unknown. */
  closed: boolean;
}

/** Published, so that nobody takes them for secrets: this is a test double. */
const ACCOUNTS: readonly SeededAccount[] = ['ada', 'bob'].map((name) => ({
  email: `${name}@example.com`,
  name: name === 'ada' ? 'Ada' : 'Bob',
  keys: [`oaa_test_${name}`],
}));

/** `secured`: the server has keys of its own, and then nobody is let in by what is published. */
export const settingsOf = ({ models, ...options }: OpenAgentOptions = {}, secured: boolean): OpenAgentSettings => ({
  accounts: secured ? [] : ACCOUNTS,
  provider: !secured,
  plans: {},
  stripeSecrets: secured ? [] : ['whsec_agentproto_test'],
  tools: {},
  toolkits: DEFAULT_TOOLKITS,
  loginMs: 15 * 60_000,
  sessionMs: 24 * 60 * 60_000,
  pollMs: 5_000,
  linksPerAddress: 10,
  ...options,
  models: models ?? DEFAULT_MODELS,
  closed: models !== undefined,
});
