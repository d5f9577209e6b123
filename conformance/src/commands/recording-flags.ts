import type { Flag } from './flags.ts';
import { SCORING_FLAGS } from './scoring.ts';

/** How the targets of runs begin that are of recordings. */
export const RECORDING = 'recording:';

export const RECORD_FLAGS: readonly Flag[] = [
  { name: 'target', value: 'the URL of a server' },
  { name: 'port', value: 'a port of 127.0.0.1' },
  { name: 'timeout', value: 'a duration such as 60s' },
  { name: 'overwrite' },
];

export const CHECK_FLAGS: readonly Flag[] = [
  { name: 'protocol', value: 'protocol ids such as a2a@1.0' },
  { name: 'write-baseline', value: 'a file' },
  { name: 'reason', value: 'a sentence that says why the reds are accepted' },
  ...SCORING_FLAGS,
];
