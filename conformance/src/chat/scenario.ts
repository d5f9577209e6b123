import { scenariosFor } from '../kit/scenario.ts';
import type { ChatAgent } from './agent.ts';

/** `scenario(id, { title, proves, play })` for chat: `agent` is a ChatAgent, `check` takes the rows in `proves`. */
export const scenario = scenariosFor<ChatAgent>();
