import type { ResponseResource } from '@agentproto/protocol/responses/openai';
import type { Unnumbered } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { soFar } from './items-made.ts';
import type { ResponseFold } from './response-start.ts';
import { tokensOf } from '../openai/tokens.ts';

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** The response as it stands; every member is there (Reference: ResponseResource). */
export function response(_ctx: ResponsesContext, fold: ResponseFold): ResponseResource {
  const { start, status, createdAt, completedAt, error, incomplete } = fold;
  const { request } = start;
  return {
    id: fold.id,
    object: 'response',
    created_at: seconds(createdAt),
    completed_at: completedAt === undefined ? null : seconds(completedAt),
    status,
    error: error ?? null,
    incomplete_details: incomplete ? { reason: incomplete } : null,
    model: request.model,
    previous_response_id: request.previous_response_id ?? null,
    instructions: request.instructions,
    output: fold.open ? [...fold.output, ...soFar(fold)] : [...fold.output],
    tools: request.tools,
    tool_choice: request.tool_choice,
    parallel_tool_calls: request.parallel_tool_calls,
    max_tool_calls: request.max_tool_calls ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    reasoning: request.reasoning
      ? { ...request.reasoning, effort: request.reasoning.effort ?? null, summary: request.reasoning.summary ?? null }
      : null,
    text: request.text ?? null,
    temperature: request.temperature,
    top_p: request.top_p,
    presence_penalty: penalty(request, 'presence_penalty'),
    frequency_penalty: penalty(request, 'frequency_penalty'),
    top_logprobs: request.top_logprobs ?? 0,
    truncation: request.truncation ?? 'disabled',
    usage: fold.over ? usage(fold) : null,
    store: request.store ?? true,
    background: request.background ?? false,
    service_tier: request.service_tier ?? 'default',
    metadata: request.metadata,
    safety_identifier: request.safety_identifier ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    ...(start.conversation !== undefined && { conversation: { id: start.conversation } }),
  };
}

/** Open Responses has penalties; OpenAI's shapes do not name them. */
const penalty = (request: object, name: string): number => Number((request as Record<string, unknown>)[name] ?? 0);

function usage({ usage: given, start, outputChars, reasoningChars }: ResponseFold) {
  const input = given?.input ?? start.inputTokens;
  const output = given?.output ?? tokensOf(outputChars);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: tokensOf(reasoningChars) },
    total_tokens: input + output,
  };
}

/** The last event of a response. No event says cancelled: the response in it does. */
export function ended(ctx: ResponsesContext, fold: ResponseFold): Unnumbered[] {
  const type = fold.status === 'completed' || fold.status === 'failed' ? fold.status : 'incomplete';
  return [{ type: `response.${type}`, response: ctx.impl.response(ctx, fold) }];
}
