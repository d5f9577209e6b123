import { run } from '@agentproto/script';
import type { AgentEvent, Json, Step, ToolCall } from '@agentproto/script';
import { sample } from './sample.ts';
import { CHARS, charsIn } from './tokens.ts';

/** Which functions of the caller may be called (tool_choice, allowed_tools). */
export interface Allowance {
  /** Undefined: any. */
  names?: ReadonlySet<string>;
  /** At least one has to be. */
  owed: boolean;
}

/** What a request allows. */
export interface Constraints {
  /** That the caller offers; `parameters` is a JSON Schema. */
  functions: readonly { name: string; parameters?: unknown }[];
  allowance: Allowance;
  may: (call: ToolCall) => boolean;
  /** More than one call at once. */
  parallel: boolean;
  mostCalls: number;
  mostTokens: number;
}

/**
 * What the agent does, within what the request allows: calls that are not allowed are left out, a call that is owed is
 * made, and nothing is put out beyond `mostTokens`.
 */
export function constrainedTo(
  { steps, events }: { steps?: readonly Step[]; events: AsyncIterable<AgentEvent> },
  constraints: Constraints,
): AsyncIterable<AgentEvent> {
  const { allowance } = constraints;
  const may = ({ name }: { name: string }) => allowance.names?.has(name) ?? true;
  const calls = steps?.flatMap((step) => ('tool' in step && step.tool.by !== 'server' ? step.tool.calls : []));
  if (allowance.owed && calls && !calls.some(may)) {
    const call = owedCall(constraints);
    if (call) return run({ steps: [{ tool: { by: 'client', calls: [call] } }] });
  }
  return within(constraints, events);
}

function owedCall({
  functions,
  allowance: { names },
}: Constraints): { name: string; args: { [key: string]: Json } } | undefined {
  const tool = functions.find(({ name }) => names?.has(name) ?? true);
  return tool && { name: tool.name, args: sample(tool.parameters ?? { type: 'object' }) as { [key: string]: Json } };
}

async function* within(
  { parallel, mostCalls, mostTokens, may }: Constraints,
  events: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent> {
  let chars = 0;
  let served = 0;
  for await (const event of events) {
    if (event.type === 'tool-request') {
      const allowed = event.by === 'server' ? event.calls.slice(0, mostCalls - served) : event.calls.filter(may);
      if (event.by === 'server') served += allowed.length;
      const calls = parallel ? allowed : allowed.slice(0, 1);
      if (calls.length > 0) yield { ...event, calls };
    } else if (event.type === 'tool-result' && event.by === 'server') {
      const results = event.results.slice(0, Math.max(0, mostCalls - (served - event.results.length)));
      if (results.length > 0) yield { ...event, results };
    } else {
      yield event;
    }
    chars += charsIn(event);
    if (chars > mostTokens * CHARS) return yield { type: 'end', state: 'completed' };
  }
}
