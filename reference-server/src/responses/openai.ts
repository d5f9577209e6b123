import type { MessageName } from '@agentproto/protocol/responses/openai';
import { lateModule } from '../late-module.ts';
import type { ResponsesImpl } from './context.ts';
import { mcpCall } from './items-made.ts';
import type { ErrorKind } from './responses-error.ts';

export const openaiRules = lateModule(() => import('@agentproto/rules/responses/openai'));

const TYPES: Record<ErrorKind, string> = {
  invalid_request: 'invalid_request_error',
  not_found: 'invalid_request_error',
  unauthorized: 'authentication_error',
  too_many_requests: 'rate_limit_error',
  server_error: 'server_error',
  model_error: 'server_error',
};

/** How OpenAI's API differs from Open Responses; the reasons stand in specs/responses/openai/changes.yaml. */
export function openai(_impl: ResponsesImpl): Partial<ResponsesImpl> {
  return {
    validate: (_ctx, name, value) => openaiRules.loaded.validate(name as MessageName, value),
    errorType: (_ctx, kind) => TYPES[kind],
    reasoningType: () => 'response.reasoning_text',
    endsWithDone: () => false,
    knowsMcp: () => true,
    toolResult: mcpCall,
  };
}
