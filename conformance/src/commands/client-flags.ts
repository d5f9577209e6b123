import type { Flag } from './flags.ts';
import { SCORING_FLAGS } from './scoring.ts';

/** How the targets of runs begin that are of clients. */
export const CLIENT = 'client:';

export const CLIENT_FLAGS: readonly Flag[] = [
  { name: 'protocol', value: 'a protocol id such as a2a@1.0' },
  { name: 'scenario', value: 'names separated by commas', repeatable: true },
  { name: 'timeout', value: 'a duration such as 60s' },
  { name: 'write-baseline', value: 'a file' },
  { name: 'reason', value: 'a sentence that says why the reds are accepted' },
  ...SCORING_FLAGS,
];
