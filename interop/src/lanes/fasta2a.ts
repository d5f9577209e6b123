import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

export const fasta2a: Lane = {
  name: 'fasta2a',
  system: 'fasta2a',
  cannot: {
    'send, a direct answer': 'every answer is a task',
    input: 'a follow-up is taken for a new task',
    list: 'ListTasks is answered with UnsupportedOperation',
  },
  async prepare(options) {
    const python = await pythonFor({ lane: 'fasta2a' }, options);
    return { server: python.running('fasta2a/agent.py'), exercise: [(url) => exerciseA2A(url, 'JSONRPC')] };
  },
};
