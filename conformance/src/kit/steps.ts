import type { EndState, Json, OnCancel, PartSpec, Step, Turn } from '@agentproto/script';
import type { Stimulus } from './stimulus.ts';

/** Steps of the script language as scenarios write them, and the stimuli that most of them need. */
export const status = (text: string): Step => ({ status: text });
export const text = (said: string): Step => ({ text: said });
export const artifact = (
  id: string,
  parts: PartSpec[],
  more: { append?: boolean; last?: boolean; name?: string } = {},
): Step => ({ artifact: { id, parts, ...more } });
export const sleep = (ms: number): Step => ({ sleep: ms });
export const hold = (maxMs?: number): Step => ({
  hold: { until: 'cancel', ...(maxMs === undefined ? {} : { maxMs }) },
});
export const end = (state: EndState, said?: string): Step => ({
  end: state,
  ...(said === undefined ? {} : { text: said }),
});
export const reply = (...parts: PartSpec[]): Step => ({ reply: parts });
export const data = (value: Json): PartSpec => ({ data: value });

/** Completes at once. */
export const done: Stimulus = { word: 'done', script: { steps: [status('on it'), end('completed', 'done')] } };

/** Says one text. */
export const hello: Stimulus = { word: 'done', script: { steps: [text('Hello'), end('completed')] } };

/** Works until it is canceled, or for a while. */
export const slow = (
  options: { maxMs?: number; steps?: Step[]; after?: Step[]; onCancel?: OnCancel } = {},
): Stimulus => ({
  word: 'slow',
  script: {
    steps: [
      status('working'),
      ...(options.steps ?? []),
      hold(options.maxMs),
      ...(options.after ?? [end('completed', 'done')]),
    ],
    ...(options.onCancel ? { onCancel: options.onCancel } : {}),
  },
});

/** Asks for input; completes on the follow-up. */
export const input = (...turns: Turn[]): Stimulus => ({
  word: 'input',
  script: {
    steps: [status('thinking'), end('input-required', 'Which one?')],
    turns: turns.length > 0 ? turns : [{ steps: [status('going on'), end('completed', 'done')] }],
  },
});

export const auth: Stimulus = {
  word: 'auth',
  script: {
    steps: [status('thinking'), end('auth-required', 'Please sign in')],
    turns: [{ steps: [end('completed')] }],
  },
};
export const fails: Stimulus = {
  word: 'fail',
  script: { steps: [status('trying'), end('failed', 'It did not work')] },
};
export const crash: Stimulus = { word: 'crash', script: { steps: [{ throw: 'on purpose' }] } };
export const rejects: Stimulus = { word: 'rej', script: { steps: [end('rejected', 'Not for me')] } };
export const direct: Stimulus = { word: 'msg', script: { steps: [reply({ text: 'A direct answer' })] } };
export const makesArtifact: Stimulus = {
  word: 'art',
  script: {
    steps: [
      status('working'),
      artifact('report', [{ text: 'The report' }, data({ rows: [1, null, 'é'] })], { name: 'Report' }),
      end('completed', 'done'),
    ],
  },
};
/** Several events, with pauses, so that whoever watches sees them come. */
export const several = (gapMs = 5): Stimulus => ({
  word: 'multi',
  script: {
    steps: [
      status('one'),
      sleep(gapMs),
      status('two'),
      sleep(gapMs),
      artifact('a', [{ text: 'first' }]),
      artifact('b', [{ text: 'second' }]),
      sleep(gapMs),
      end('completed', 'done'),
    ],
  },
});
/** One artifact in numbered pieces. */
export const chunked = (count = 5): Stimulus => ({
  word: 'chunk',
  script: {
    steps: [
      ...Array.from({ length: count }, (_, index) => artifact('text', [{ text: `${index};` }], { append: index > 0 })),
      end('completed'),
    ],
  },
});
