import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

const DIES =
  'that is answered with TaskNotFound, as it should be, and ends the worker (it sets the state of that task to failed, which its storage refuses); ' +
  'every request after it, and the card, is HTTP 500.';

/** A flow on WayFlow's A2A server, in the environment of the lane `wayflow`. */
export const wayflowA2A: Lane = {
  name: 'wayflow-a2a',
  system: 'WayFlow (A2A)',
  cannot: {
    'send, a direct answer': 'every answer is a task',
    cancel:
      'the call is answered, but nothing is canceled: the worker has no such operation, and the task is failed for it',
  },
  async prepare(options) {
    const python = await pythonFor({ lane: 'wayflow' }, options);
    return {
      server: python.running('wayflow/a2a.py'),
      suite: {
        // Its card has no version; the names and the `kind` of what it says are those of 0.3.
        protocol: 'a2a@0.3',
        leftOut: {
          'a2a/cancel/unknown': `It cancels a task that nobody made: ${DIES}`,
          'a2a/json-rpc/methods':
            'It calls every method with the id of a task that nobody made, tasks/cancel among them.',
        },
      },
      exercise: [(url) => exerciseA2A(url, 'JSONRPC')],
    };
  },
};
