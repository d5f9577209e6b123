import type { OpenAgent } from '../agent.ts';
import type { Scenario } from '../../kit/scenario.ts';
import { agentScenarios } from './agents.ts';
import { chatScenarios } from './chat.ts';
import { knowledgeScenarios } from './knowledge.ts';
import { openaiScenarios } from './openai.ts';
import { runScenarios } from './runs.ts';
import { streamScenarios } from './streams.ts';
import { teamRunScenarios } from './team-runs.ts';
import { teamScenarios } from './teams.ts';
import { toolScenarios } from './tools.ts';

export const scenarios: readonly Scenario<OpenAgent>[] = [
  ...agentScenarios,
  ...runScenarios,
  ...streamScenarios,
  ...toolScenarios,
  ...teamScenarios,
  ...teamRunScenarios,
  ...knowledgeScenarios,
  ...chatScenarios,
  ...openaiScenarios,
];
