import type { Scenario } from '../../kit/scenario.ts';
import type { ResponsesAgent } from '../agent.ts';
import { chainScenarios } from './chain.ts';
import { compactScenarios } from './compact.ts';
import { createScenarios } from './create.ts';
import { errorScenarios } from './errors.ts';
import { backgroundScenarios } from './openai/background.ts';
import { chatScenarios } from './openai/chat.ts';
import { conversationScenarios } from './openai/conversation.ts';
import { mcpScenarios } from './openai/mcp.ts';
import { storedScenarios } from './openai/stored.ts';
import { openaiStreamScenarios } from './openai/stream.ts';
import { refusalScenarios } from './refusal.ts';
import { socketScenarios } from './socket.ts';
import { streamScenarios } from './stream.ts';
import { operationScenarios } from './wayflow/operations.ts';
import { turnScenarios } from './wayflow/turns.ts';
import { toolScenarios } from './tool.ts';

/** Those of Open Responses, for every revision in which their rows hold. */
export const scenarios: readonly Scenario<ResponsesAgent>[] = [
  ...createScenarios,
  ...streamScenarios,
  ...refusalScenarios,
  ...toolScenarios,
  ...chainScenarios,
  ...errorScenarios,
  ...compactScenarios,
  ...socketScenarios,
];

/** Those of OpenAI's API beside them. */
export const openaiScenarios: readonly Scenario<ResponsesAgent>[] = [
  ...storedScenarios,
  ...backgroundScenarios,
  ...conversationScenarios,
  ...openaiStreamScenarios,
  ...mcpScenarios,
  ...chatScenarios,
];

/** Those of WayFlow's server. */
export const wayflowScenarios: readonly Scenario<ResponsesAgent>[] = [...operationScenarios, ...turnScenarios];
