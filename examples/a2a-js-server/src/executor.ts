import type { AgentExecutor, ExecutionEventBus, RequestContext } from '@a2a-js/sdk/server';
import { echoScript, run, turnAfter } from '@agentproto/script';
import type { AgentEvent, Script } from '@agentproto/script';
import { readScriptRequest } from './script-request.ts';
import { turnWriter } from './turn-writer.ts';

/** A task that is at work, or waits for its caller. */
interface Story {
  script: Script;
  /** What its agent did since the script began. */
  events: AgentEvent[];
  cancel: () => void;
}

/** Makes the SDK's server follow scripts. */
export class ScriptExecutor implements AgentExecutor {
  readonly #stories = new Map<string, Story>();

  async execute({ request, taskId, contextId, task }: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const { script: begun, input } = readScriptRequest(request);
    const before = begun ? undefined : this.#stories.get(taskId);
    const script = begun ?? before?.script ?? echoScript(input.text);
    const events = before?.events ?? [];
    const turn = turnAfter(events);

    const canceling = new AbortController();
    const writer = turnWriter({ taskId, contextId }, task, bus);
    this.#stories.set(taskId, { script, events, cancel: () => canceling.abort() });
    try {
      // Only an agent that may answer directly, without a task, is waited for.
      if (task || !script.steps.some((step) => 'reply' in step)) writer.open();
      for await (const event of run(script, { turn, input, signal: canceling.signal })) {
        events.push(event);
        writer.write(event);
      }
    } finally {
      const last = events.at(-1);
      const waits = last?.type === 'end' && (last.state === 'input-required' || last.state === 'auth-required');
      if (waits)
        this.#stories.set(taskId, { script, events, cancel: () => writer.write({ type: 'end', state: 'canceled' }) });
      else this.#stories.delete(taskId);
    }
  }

  async cancelTask(taskId: string): Promise<void> {
    this.#stories.get(taskId)?.cancel();
  }
}
