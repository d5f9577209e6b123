import { scenariosFor } from '../kit/scenario.ts';
import type { OpenAgent } from './agent.ts';

/** `scenario(id, { title, proves, play })` for the Open Agent API: `agent` is an OpenAgent, `check` takes the rows in `proves`. */
export const scenario = scenariosFor<OpenAgent>();
