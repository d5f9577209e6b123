import { Lost, NotApplicable, type Stop } from '../kit/stops.ts';
import type { A2AAgent } from './agent.ts';
import type { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';
import { TERMINAL } from './view.ts';

const CANNOT = 'the task cannot be canceled, as 3.1.5 lets it';

/** A task that goes on all the same is of an agent that cannot be stopped. */
export async function whyNotCanceled(agent: A2AAgent, id: string): Promise<Stop> {
  const { state } = (await agent.get(id)).task();
  return TERMINAL.has(state ?? '')
    ? new Lost('the task finished before the cancel arrived')
    : new NotApplicable(CANNOT);
}

/** Why a stream that was to be ended by a cancel has no end that could be judged; undefined where one is owed. */
export function whyUnfinished(stream: TaskStream, cancel: Reply, runsScripts: boolean): Stop | undefined {
  if (!stream.unfinished) return undefined;
  if (cancel.is('TaskNotCancelableError')) return new NotApplicable(CANNOT);
  return runsScripts ? undefined : new Lost(stream.unfinished);
}
