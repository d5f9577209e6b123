import type { Scenario } from '../../kit/scenario.ts';
import type { ResponsesAgent } from '../agent.ts';
import { chainScenarios } from './chain.ts';
import { compactScenarios } from './compact.ts';
import { createScenarios } from './create.ts';
import { errorScenarios } from './errors.ts';
import { socketScenarios } from './socket.ts';
import { streamScenarios } from './stream.ts';
import { toolScenarios } from './tool.ts';

/** Those of Open Responses, for every revision in which their rows hold. */
export const scenarios: readonly Scenario<ResponsesAgent>[] = [
  ...createScenarios,
  ...streamScenarios,
  ...toolScenarios,
  ...chainScenarios,
  ...errorScenarios,
  ...compactScenarios,
  ...socketScenarios,
];

/** Those of OpenAI's API beside them. */
export const openaiScenarios: readonly Scenario<ResponsesAgent>[] = [];

/** Those of WayFlow's server. */
export const wayflowScenarios: readonly Scenario<ResponsesAgent>[] = [];
