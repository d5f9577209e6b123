import type { Tool } from '@agentproto/protocol/responses/openai';
import { run } from '@agentproto/script';
import type { AgentEvent, Json, Step, ToolCall } from '@agentproto/script';
import type { ResponsesContext } from './context.ts';
import type { Allowance, Settled } from './response-start.ts';
import { sample } from '../openai/sample.ts';
import { CHARS } from '../openai/tokens.ts';

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

/**
 * What the agent does, within what the request allows: calls that are not allowed are left out, a call that is owed is
 * made, and nothing is put out beyond `max_output_tokens`.
 */
export function constrained(
  ctx: ResponsesContext,
  request: Settled,
  { steps, events }: { steps?: readonly Step[]; events: AsyncIterable<AgentEvent> },
): AsyncIterable<AgentEvent> {
  const allowance = ctx.impl.allowanceOf(ctx, request);
  const may = ({ name }: { name: string }) => allowance.names?.has(name) ?? true;
  const calls = steps?.flatMap((step) => ('tool' in step && step.tool.by !== 'server' ? step.tool.calls : []));
  if (allowance.owed && calls && !calls.some(may)) {
    const call = owedCall(request, allowance);
    if (call) return run({ steps: [{ tool: { by: 'client', calls: [call] } }] });
  }
  return within(request, events, (call) => ctx.impl.mayCall(ctx, allowance, call));
}

export const mayCall = (_ctx: ResponsesContext, { names }: Allowance, { name }: ToolCall): boolean =>
  names?.has(name) ?? true;

function owedCall(
  { tools }: Settled,
  { names }: Allowance,
): { name: string; args: { [key: string]: Json } } | undefined {
  const tool = tools.filter(isFunction).find(({ name }) => names?.has(name) ?? true);
  return tool && { name: tool.name, args: sample(tool.parameters ?? { type: 'object' }) as { [key: string]: Json } };
}

async function* within(
  { parallel_tool_calls: parallel, max_tool_calls: most, max_output_tokens: limit }: Settled,
  events: AsyncIterable<AgentEvent>,
  may: (call: ToolCall) => boolean,
): AsyncGenerator<AgentEvent> {
  let chars = 0;
  let served = 0;
  for await (const event of events) {
    if (event.type === 'tool-request') {
      const allowed =
        event.by === 'server' ? event.calls.slice(0, (most ?? Infinity) - served) : event.calls.filter(may);
      if (event.by === 'server') served += allowed.length;
      const calls = parallel ? allowed : allowed.slice(0, 1);
      if (calls.length > 0) yield { ...event, calls };
    } else if (event.type === 'tool-result' && event.by === 'server') {
      const results = event.results.slice(0, Math.max(0, (most ?? Infinity) - (served - event.results.length)));
      if (results.length > 0) yield { ...event, results };
    } else {
      yield event;
    }
    chars += charsIn(event);
    if (limit != null && chars > limit * CHARS) return yield { type: 'end', state: 'completed' };
  }
}

/** Characters that an event puts out. */
export function charsIn(event: AgentEvent): number {
  switch (event.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'status':
      return event.text.length;
    case 'artifact':
      return event.artifact.parts.reduce(
        (sum, part) => sum + (part.text?.length ?? JSON.stringify(part.data).length),
        0,
      );
    default:
      return 0;
  }
}
