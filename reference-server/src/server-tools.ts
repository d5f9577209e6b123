import type { AgentEvent, Json, ToolResult } from '@agentproto/script';
import type { LateAbort } from './late-abort.ts';

/** A tool that the server has; what it throws is told to the agent as `{ error }`. `signal` aborts when the run is canceled. */
export type Tool = (args: { [name: string]: Json }, context: { signal: AbortSignal }) => Json | Promise<Json>;

/** By name. */
export type Tools = Readonly<Record<string, Tool>>;

/** What an agent does, with the tools of the server run where it calls them and does not say what comes of it. */
export const withTools = (
  tools: Tools,
  events: AsyncIterable<AgentEvent>,
  abort: LateAbort,
): AsyncIterable<AgentEvent> => (Object.keys(tools).length === 0 ? events : run(tools, events, abort));

async function* run(tools: Tools, events: AsyncIterable<AgentEvent>, abort: LateAbort): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    if (event.type !== 'tool-result' || event.by !== 'server') {
      yield event;
      continue;
    }
    const results = await Promise.all(
      event.results.map(async (result): Promise<ToolResult> => {
        const tool = Object.hasOwn(tools, result.name) ? tools[result.name] : undefined;
        return tool && result.output === null ? { ...result, output: await outputOf(tool, result, abort) } : result;
      }),
    );
    yield { ...event, results };
  }
}

async function outputOf(tool: Tool, { args }: ToolResult, { signal }: LateAbort): Promise<Json> {
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(new Error('The run was canceled.'));
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const output = await Promise.race([tool(args, { signal }), left.promise]);
    // As JSON: whatever else it gave out could not be told.
    return JSON.parse(JSON.stringify(output) ?? 'null') as Json;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
