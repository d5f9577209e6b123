/** What `agentproto.config.{ts,js,mjs,json,yaml,yml}` says: the flags of a run under their names in camel case. A flag on the command line wins. */
export interface Config extends TargetConfig {
  /** For editors; not read. */
  $schema?: string;
  /** Several targets in one run and one report; each may say otherwise what it shares with the others. */
  targets?: (TargetConfig & { target: string })[];
  failOn?: 'must' | 'should' | 'any';
  allowIncomplete?: boolean;
  /** A version of the suite. */
  asOf?: string;
  /** File with the reds that are expected. */
  baseline?: string;
  /** `NAME` or `NAME=FILE` each. */
  report?: string | string[];
  quiet?: boolean;
  verbose?: boolean;
}

/** What is said of one target. In every text, `${NAME}` is a variable of the environment. */
export interface TargetConfig {
  /** Base URL. */
  target?: string;
  /** Ids such as `a2a@1.0`, separated by commas, or `auto`. */
  protocol?: string;
  /** `Name: value` each. */
  header?: string | string[];
  bearer?: string;
  /** `NAME=TOKEN` of a second caller. */
  identity?: string;
  /** `HOST:PORT` */
  webhookListen?: string;
  webhookUrl?: string;
  /** A file with a JWK or a JWK Set. */
  cardKey?: string;
  /** The id of a model, for Responses and the Open Agent API. */
  model?: string;
  /** A URL that gives the mails to the address in its query `to`, for the Open Agent API. */
  mailbox?: string;
  /** A URL that takes `{ user_code }` and lets that device in. */
  deviceApprove?: string;
  /** By which the target verifies events of Stripe. */
  stripeSecret?: string;
  /** `script`, `tck`, `echo`, `probe` or a file. */
  profile?: string;
  only?: string | string[];
  skip?: string | string[];
  /** Files with scenarios of your own, such as `my/*.scenario.ts`. */
  scenarios?: string | string[];
  /** Such as `10s`. */
  timeout?: string;
  /** Such as `2m`. */
  deadline?: string;
  /** How often each scenario is played, to measure what is flaky. */
  repeat?: number;
  concurrency?: number;
  seed?: number;
}

/** Gives a configuration its type: `export default defineConfig({ … })`. */
export function defineConfig(config: Config): Config {
  return config;
}
