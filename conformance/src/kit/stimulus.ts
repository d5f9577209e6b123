import type { Script } from '@agentproto/script';

/** What an agent under test can be asked to do. */
export const STIMULUS_WORDS = [
  'done',
  'slow',
  'input',
  'auth',
  'fail',
  'rej',
  'msg',
  'art',
  'multi',
  'chunk',
  'tool',
  'approval',
  'hist',
  'modes',
  'crash',
  'echo',
  'incomplete',
  'reason',
  'slug-tool',
  'window',
  'background',
  'usage',
  'refuse',
  'busy',
  'quiet',
  'router',
  'team',
] as const;
export type StimulusWord = (typeof STIMULUS_WORDS)[number];

/**
 * What whoever runs the suite has to bring along: a webhook receiver that the target reaches, a second identity, a mailbox,
 * a way to let a device in, the secret of Stripe's webhooks.
 */
export const HARNESS_WORDS = ['hook', '2id', 'mail', 'device', 'stripe'] as const;
export type HarnessWord = (typeof HARNESS_WORDS)[number];

/** What the target has or has not: a play looks, and says what is missing. */
export const TARGET_WORDS = [
  'cred',
  'ext',
  'ext!',
  'tenant',
  'two-tenants',
  'multi-bind',
  'two-interfaces',
  'signed',
  'key',
  'unconfigured',
  'public',
  'clock',
  'url-fetching',
  'queue',
  'a2a',
  'mcp',
  'ping-off',
] as const;

/** Everything that a play can need besides a target. */
export type Need = StimulusWord | HarnessWord | (typeof TARGET_WORDS)[number];

/** A word for agents that know the word, and the script for those that run scripts. */
export interface Stimulus {
  word: StimulusWord;
  script: Script;
}

/** How a stimulus reaches the agent; the family's driver puts it into its own message. */
export type Prompt =
  | { carrier: 'script'; script: Script; text: string }
  /** The TCK's `messageId` prefix. */
  | { carrier: 'prefix'; prefix: string; text: string }
  | { carrier: 'text'; text: string };

export interface Profile {
  name: string;
  /** Words that this profile can bring about. */
  offers: ReadonlySet<StimulusWord>;
  prompt(stimulus: Stimulus): Prompt;
}

export function stimulus(word: StimulusWord, ...steps: Script['steps']): Stimulus {
  return { word, script: { steps } };
}
