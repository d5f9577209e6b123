import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

const NEW_TASK = 'a follow-up is taken for a new task';

function earlierFasta2a(series: string, protocol: string, agent: string, input: string): Lane {
  const name = `fasta2a-${series}`;
  return {
    name,
    system: 'fasta2a',
    cannot: { 'send, a direct answer': 'every answer is a task', input },
    async prepare(options) {
      const python = await pythonFor({ lane: name }, options);
      return {
        server: python.running(`${agent}/agent.py`),
        suite: { protocol },
        exercise: [(url) => exerciseA2A(url, 'JSONRPC')],
      };
    },
  };
}

/** Of A2A 0.3.0, of A2A 0.2.5, and of the time of `tasks/send`. */
export const earlierFasta2as: readonly Lane[] = [
  earlierFasta2a('0.6', 'a2a@0.3', 'fasta2a-0.5', NEW_TASK),
  earlierFasta2a('0.5', 'a2a@0.2', 'fasta2a-0.5', NEW_TASK),
  earlierFasta2a(
    '0.2',
    'a2a@0.1',
    'fasta2a-0.2',
    'a follow-up is answered with the task as it was before, and its message is not kept',
  ),
];
