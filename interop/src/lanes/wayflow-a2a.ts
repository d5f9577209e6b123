import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

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
      // What the suite asks of every server (a cancel of a task that is not known) ends the worker, and all after it is HTTP 500.
      suite: false,
      exercise: [(url) => exerciseA2A(url, 'JSONRPC')],
    };
  },
};
