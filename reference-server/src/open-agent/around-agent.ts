import type { AgentEvent, ToolCall } from '@agentproto/script';
import { charsIn, tokensOf } from '../openai/tokens.ts';
import type { Call } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import type { Asked } from './run-start.ts';

/**
 * What the caller can hear of what an agent does. Who waits for an answer in one piece gets the final one alone, and the agent
 * has none of the caller's tools (README: Agents API); who offers tools is asked for no others.
 */
export async function* heard(
  ctx: OpenAgentContext,
  asked: Asked,
  events: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    if (event.type !== 'tool-request' || event.by !== 'client') {
      yield event;
      continue;
    }
    const calls = event.calls.filter((call) => ctx.impl.mayCall(ctx, asked, call));
    if (calls.length === 0) return yield { type: 'end', state: 'completed' };
    if (!asked.mayAsk) {
      yield { type: 'text', text: ctx.impl.withoutTool(ctx, calls) };
      return yield { type: 'end', state: 'completed' };
    }
    yield { ...event, calls };
  }
}

/** The tools of the request, of the agent and of the team may be asked for (README: Agents API). */
export const mayCall = (_ctx: OpenAgentContext, { offered }: Asked, { name }: ToolCall): boolean =>
  offered.length === 0 || offered.includes(name);

/** What an agent says that cannot ask for a tool. */
export const withoutTool = (_ctx: OpenAgentContext, calls: readonly ToolCall[]): string =>
  `${calls.map(({ name }) => name).join(', ')}: a tool of the caller's, which only a stream can ask for.`;

/** What waits for the caller is the conversation, in its next request: this run is over. */
export async function* wholeTurn(events: AsyncIterable<AgentEvent>): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    const waits = event.type === 'end' && event.state === 'input-required';
    if (waits && event.text) yield { type: 'text', text: event.text };
    yield waits ? { type: 'end', state: 'completed' } : event;
  }
}

/** Writes down what a run has used before it is over, so that whoever has its answer finds it counted; and when it is left. */
export async function* counted(
  ctx: OpenAgentContext,
  call: Call,
  { start }: Asked,
  events: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent> {
  let chars = 0;
  let given: { input: number; output: number } | undefined;
  let isCounted = false;
  const count = async () => {
    if (isCounted) return;
    isCounted = true;
    await ctx.impl.charge(ctx, call, given ?? { input: start.inputTokens, output: tokensOf(chars) });
  };
  try {
    for await (const event of events) {
      chars += charsIn(event);
      if (event.type === 'usage') given = { input: event.input, output: event.output };
      if (event.type === 'end' || event.type === 'reply') await count();
      yield event;
    }
  } finally {
    await count();
  }
}
