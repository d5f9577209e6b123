import type { OpenAgent } from '../agent.ts';
import type { Scenario } from '../../kit/scenario.ts';
import { accountScenarios } from './account.ts';
import { agentScenarios } from './agents.ts';
import { billingScenarios } from './billing.ts';
import { chatScenarios } from './chat.ts';
import { keyScenarios } from './keys.ts';
import { knowledgeScenarios } from './knowledge.ts';
import { loginScenarios } from './login.ts';
import { oauthScenarios } from './oauth.ts';
import { openaiScenarios } from './openai.ts';
import { runScenarios } from './runs.ts';
import { securityScenarios } from './security.ts';
import { streamScenarios } from './streams.ts';
import { systemScenarios } from './system.ts';
import { teamRunScenarios } from './team-runs.ts';
import { teamScenarios } from './teams.ts';
import { toolScenarios } from './tools.ts';

export const scenarios: readonly Scenario<OpenAgent>[] = [
  ...systemScenarios,
  ...securityScenarios,
  ...loginScenarios,
  ...oauthScenarios,
  ...keyScenarios,
  ...accountScenarios,
  ...billingScenarios,
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
