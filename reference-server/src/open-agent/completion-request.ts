import type { AgentMessage, ChatCompletionRequest } from '@agentproto/protocol/open-agent/0.7';
import type { CompletionRequest } from '@agentproto/protocol/open-agent/readme';
import type { Allowance } from '../openai/constrain.ts';
import type { HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { bad } from './open-agent-error.ts';

/** Choices of one request, as OpenAI has it. */
const MOST_CHOICES = 128;
const MOST_STOPS = 4;

/** A request for a chat completion. OpenAI's clients send null for what is not there, and roles that agents do not have. */
export function readChatCompletion(ctx: OpenAgentContext, { headers, body }: HttpRequest): ChatCompletionRequest {
  const value = withoutNulls(ctx.impl.readBody(ctx, headers, body)) as ChatCompletionRequest;
  if (Array.isArray(value.messages)) value.messages = value.messages.map((one) => inOurWords(withoutNulls(one)));
  check(ctx, 'ChatCompletionRequest', value);
  if (value.messages.length === 0) throw bad('messages: expected at least one message', { param: 'messages' });
  return value;
}

export function readCompletion(ctx: OpenAgentContext, { headers, body }: HttpRequest): CompletionRequest {
  const value = withoutNulls(ctx.impl.readBody(ctx, headers, body)) as CompletionRequest;
  check(ctx, 'CompletionRequest', value);
  if (promptsOf(value).length === 0) throw bad('prompt: expected at least one text', { param: 'prompt' });
  return value;
}

function check(ctx: OpenAgentContext, name: string, value: object): void {
  const [violation] = ctx.impl.validate(ctx, name, value);
  if (violation) throw bad(violation.message, violation.field ? { param: violation.field } : {});
}

function withoutNulls(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as object;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/** `developer` is the newer word for `system`; a result of a `function` is one of a tool, known by its name. */
function inOurWords(message: object): AgentMessage {
  const { role, ...rest } = message as AgentMessage;
  switch (role as string) {
    case 'developer':
      return { ...rest, role: 'system' };
    case 'function':
      return { ...rest, role: 'tool' };
    default:
      return message as AgentMessage;
  }
}

export const promptsOf = ({ prompt }: CompletionRequest): readonly string[] =>
  typeof prompt === 'string' ? [prompt] : prompt;

/** Throws an OpenAgentError, 400. */
export function countOf(n: number | undefined): number {
  const count = n ?? 1;
  if (Number.isInteger(count) && count >= 1 && count <= MOST_CHOICES) return count;
  throw bad(`n: expected 1 to ${MOST_CHOICES}, got ${count}`, { param: 'n' });
}

/** Several prompts have as many choices each. Throws an OpenAgentError, 400. */
export function checkChoices(count: number): void {
  if (count > MOST_CHOICES)
    throw bad(`prompt: expected at most ${MOST_CHOICES} choices of all prompts, got ${count}`, { param: 'prompt' });
}

/** Texts to stop in front of. Throws an OpenAgentError, 400. */
export function stopsIn({ stop }: Pick<ChatCompletionRequest, 'stop'>): readonly string[] {
  const stops = typeof stop === 'string' ? [stop] : (stop ?? []);
  if (stops.length > MOST_STOPS)
    throw bad(`stop: expected at most ${MOST_STOPS}, got ${stops.length}`, { param: 'stop' });
  return stops.filter((one) => one !== '');
}

/** Tokens that a choice may have. Throws an OpenAgentError, 400. */
export function mostTokens(request: { max_tokens?: number; max_completion_tokens?: number }): number {
  const { max_completion_tokens: most, max_tokens: older } = request;
  const given = most ?? older ?? Infinity;
  if (given >= 1) return given;
  throw bad(`max_tokens: expected at least 1, got ${given}`, {
    param: most === undefined ? 'max_tokens' : 'max_completion_tokens',
  });
}

/** Which functions may be called (tool_choice). Throws an OpenAgentError, 400, for one that is not offered. */
export function allowanceOf({ tools = [], tool_choice: choice }: ChatCompletionRequest): Allowance {
  if (choice === 'none') return { names: new Set(), owed: false };
  if (choice === 'required') return { owed: tools.length > 0 };
  if (typeof choice !== 'object' || choice === null) return { owed: false };
  const { allowed_tools: allowed, ...named } = choice as NamedTool & {
    allowed_tools?: { mode?: unknown; tools?: readonly NamedTool[] };
  };
  const names = (allowed?.tools ?? [named]).map((one) => String(one.function?.name));
  const unknown = names.find((name) => !tools.some((tool) => tool.function.name === name));
  if (unknown !== undefined) throw bad(`tool_choice: ${unknown} is not among the tools`, { param: 'tool_choice' });
  return { names: new Set(names), owed: allowed === undefined || allowed.mode === 'required' };
}

interface NamedTool {
  function?: { name?: unknown };
}
