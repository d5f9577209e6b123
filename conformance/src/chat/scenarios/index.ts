import { agentScenarios } from './agents.ts';
import { approvalScenarios } from './approval.ts';
import { contextScenarios } from './context.ts';
import { errorScenarios } from './errors.ts';
import { healthScenarios } from './health.ts';
import { jobScenarios } from './jobs.ts';
import { legacyScenarios } from './legacy.ts';
import { pingScenarios } from './pings.ts';
import { routingScenarios } from './routing.ts';
import { socketScenarios } from './socket.ts';
import { toolScenarios } from './tool.ts';
import { turnScenarios } from './turn.ts';

export const scenarios = [
  ...healthScenarios,
  ...turnScenarios,
  ...contextScenarios,
  ...toolScenarios,
  ...approvalScenarios,
  ...socketScenarios,
  ...errorScenarios,
  ...legacyScenarios,
  ...pingScenarios,
  ...routingScenarios,
  ...jobScenarios,
  ...agentScenarios,
];
