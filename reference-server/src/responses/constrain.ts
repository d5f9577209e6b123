import type { Tool } from '@agentproto/protocol/responses/openai';
import type { AgentEvent, Step, ToolCall } from '@agentproto/script';
import { constrainedTo } from '../openai/constrain.ts';
import type { Allowance } from '../openai/constrain.ts';
import type { ResponsesContext } from './context.ts';
import type { Settled } from './response-start.ts';

export function allowanceOf(_ctx: ResponsesContext, { tool_choice: choice, tools }: Settled): Allowance {
  if (choice === 'none') return { names: new Set(), owed: false };
  if (choice === 'auto') return { owed: false };
  if (choice === 'required') return { owed: tools.some(isFunction) };
  if (choice.type === 'function') return { names: new Set(choice.name === undefined ? [] : [choice.name]), owed: true };
  if (choice.type !== 'allowed_tools') return { owed: false };
  const names = new Set(choice.tools.map(({ name }) => String(name)));
  // Open Responses knows this mode, OpenAI does not.
  if ((choice.mode as string) === 'none') return { names: new Set(), owed: false };
  return { names, owed: choice.mode === 'required' };
}

const isFunction = (tool: Tool): tool is Extract<Tool, { type: 'function' }> => tool.type === 'function';

/** What the agent does, within what the request allows. */
export function constrained(
  ctx: ResponsesContext,
  request: Settled,
  performance: { steps?: readonly Step[]; events: AsyncIterable<AgentEvent> },
): AsyncIterable<AgentEvent> {
  const allowance = ctx.impl.allowanceOf(ctx, request);
  return constrainedTo(performance, {
    functions: request.tools.filter(isFunction),
    allowance,
    may: (call) => ctx.impl.mayCall(ctx, allowance, call),
    parallel: request.parallel_tool_calls,
    mostCalls: request.max_tool_calls ?? Infinity,
    mostTokens: request.max_output_tokens ?? Infinity,
  });
}

export const mayCall = (_ctx: ResponsesContext, { names }: Allowance, { name }: ToolCall): boolean =>
  names?.has(name) ?? true;
