import { end, text } from '../../kit/steps.ts';
import type { Json } from '../../kit/json.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import type { OpenAgent } from '../agent.ts';

/** What agents are asked to do here, and with which tools. */
export const says = (...pieces: string[]): Stimulus => ({
  word: 'multi',
  script: { steps: [...pieces.map((piece) => text(piece)), end('completed')] },
});

/** Says the same to the end; any agent can be asked for something. */
export const saysAll = (...pieces: string[]): Stimulus => ({ ...says(...pieces), word: 'done' });

/** What tools of the caller give. */
export const outputOf = (tool: string): string => `${tool}: sunny`;

const call = (name: string) => ({ tool: { by: 'client' as const, calls: [{ name, args: { city: 'Bern' } }] } });

/** What is said once all tools have answered. */
export const SUNNY = 'It is sunny in Bern.';

/** Asks for tools of the caller, one after the other, and says something once they are done. */
export const calls = (first: string, ...rest: string[]): Stimulus => ({
  word: 'tool',
  script: {
    steps: [call(first)],
    turns: [...rest.map((name) => ({ steps: [call(name)] })), { steps: [text(SUNNY), end('completed')] }],
  },
});

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const functionOf = (name: string): Json => ({ name, description: `Calls ${name}.`, parameters: PARAMETERS });

/** Tools as an agent, a run of an agent, or a run of a team has them: each place has its own shape (X20). */
export function toolsFor({ isReadme }: OpenAgent, kind: 'agents' | 'teams', ...names: string[]): Json[] {
  if (isReadme) return names.map((name) => ({ name, description: `Calls ${name}.` }));
  if (kind === 'teams') return names.map(functionOf);
  return [{ name: 'kit', instructions: 'Use it.', functions: names.map(functionOf) }];
}
