import { scenariosFor } from '../kit/scenario.ts';
import type { A2AAgent } from './agent.ts';

/** `scenario(id, { title, proves, play })` for A2A: `agent` is an A2AAgent, `check` takes the rows in `proves`. */
export const scenario = scenariosFor<A2AAgent>();
