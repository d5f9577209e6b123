import { scenariosFor } from '../kit/scenario.ts';
import type { ResponsesAgent } from './agent.ts';

/** `scenario(id, { title, proves, play })` for responses: `agent` is a ResponsesAgent, `check` takes the rows in `proves`. */
export const scenario = scenariosFor<ResponsesAgent>();
