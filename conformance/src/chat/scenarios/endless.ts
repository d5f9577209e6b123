import { end, hold, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';

/** Goes on until the caller leaves. */
export const endless: Stimulus = {
  word: 'slow',
  script: { steps: [text('working'), hold(2_000), text('too late'), end('completed')] },
};
