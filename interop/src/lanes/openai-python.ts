import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

/** Clients alone: OpenAI's packages for Python, by the rules for clients of Open Responses. */
export const openaiPython: Lane = {
  name: 'openai-python',
  system: 'openai and openai-agents (Python)',
  async prepare(options) {
    const python = await pythonFor({ lane: 'openai-python' }, options);
    const judged = (name: string, file: string) => ({
      ...{ name, protocol: 'responses@2026-04-24' },
      baseline: `openai-python/${file}.baseline.yaml`,
      command: python.running(`openai-python/${file}.py`),
    });
    return {
      version: '3.57.0, 0.24.0',
      exercise: [],
      judged: [judged('openai', 'client'), judged('openai-agents', 'agents_client')],
    };
  },
};
