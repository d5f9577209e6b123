import type { RequirementId } from '@agentproto/rules';
import { absent, mismatch } from '../kit/match.ts';
import { artifact, chunked, done, end, makesArtifact, several, sleep, slow, status } from '../kit/steps.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import type { A2AAgent } from './agent.ts';
import { observeStream } from './observe.ts';
import type { TaskStream } from './task-stream.ts';
import { isTerminal } from './view.ts';

/** Faults that all streams of a target have, or all its subscriptions: asked for where a row about something else fails. */

const isTask = ({ views }: TaskStream): boolean => views[0]?.kind === 'task';

/** What A2A shows of a script. */
export function visible(agent: A2AAgent, stimulus: Stimulus) {
  const { statuses, artifacts, end: how } = agent.outcome(stimulus.script);
  return { statuses, artifacts, end: how, reply: absent };
}

/** The row that the opening of a stream breaks: STREAM-003 where that of a message begins without its task as well. */
export async function rowOfOpening<Row extends RequirementId>(
  agent: A2AAgent,
  row: Row,
): Promise<Row | 'A2A10-STREAM-003'> {
  const stream = await agent.stream(done);
  await stream.drain();
  const [first] = stream.views;
  return first && first.kind !== 'task' && first.kind !== 'message' ? 'A2A10-STREAM-003' : row;
}

/** The same of a subscription: SUB-001 where that to a task at work begins without it. */
export async function rowOfSubscription<Row extends RequirementId>(
  agent: A2AAgent,
  row: Row,
): Promise<Row | 'A2A10-STREAM-003' | 'A2A10-SUB-001'> {
  const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
  const stream = await agent.subscribe(id);
  if (stream.refusal) return row;
  // What is silent until the task has ended begins without it as well.
  await agent.cancel(id);
  await stream.drain();
  return isTask(stream) ? row : rowOfOpening(agent, 'A2A10-SUB-001');
}

/** A task that writes for a while, and a subscription that is read to its end. */
export async function subscribedTo(
  agent: A2AAgent,
  pieces: number,
): Promise<{ id: string; stimulus: Stimulus; stream: TaskStream }> {
  // The task has to outlive the two calls, however slow the way to the target is.
  const pauseMs = 2 + Math.ceil((4 * (await agent.lagMs())) / pieces);
  const steps = Array.from({ length: pieces }, (_, index) => [
    artifact('log', [{ text: `${index};` }], { append: index > 0 }),
    sleep(pauseMs),
  ]).flat();
  const stimulus: Stimulus = { word: 'slow', script: { steps: [status('working'), ...steps, end('completed')] } };
  const { id } = (await agent.send(stimulus, { configuration: { returnImmediately: true } })).sentTask();
  return { id, stimulus, stream: await (await agent.subscribe(id)).drain() };
}

/** For pieces that a subscription lacks, or has otherwise: the row about what every stream, or every subscription, lacks. */
export async function lacksPieces(
  agent: A2AAgent,
  stream: TaskStream,
): Promise<{ blockedBy?: 'A2A10-STREAM-003' | 'A2A10-SUB-001' | 'A2A10-SEND-019' | 'A2A10-STREAM-017' }> {
  if (!isTask(stream)) {
    const row = await rowOfSubscription(agent, 'A2A10-SUB-006');
    if (row !== 'A2A10-SUB-006') return { blockedBy: row };
  }
  if (!agent.runsScripts) return {};
  const artifactsOf = async (stimulus: Stimulus) =>
    observeStream((await (await agent.stream(stimulus)).drain()).views).artifacts;
  if ((await artifactsOf(makesArtifact)).length === 0) return { blockedBy: 'A2A10-SEND-019' };
  const chunks = chunked();
  const isWhole = mismatch(agent.outcome(chunks.script).artifacts, await artifactsOf(chunks)) === undefined;
  return isWhole ? {} : { blockedBy: 'A2A10-STREAM-017' };
}

/** For what a second stream of a task shows otherwise: the row about a stream that is alone, where that does so, too. */
export async function differsAlone(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-STREAM-007' | 'A2A10-SUB-006' }> {
  if (!agent.runsScripts) return {};
  const stimulus = several();
  const alone = observeStream((await (await agent.stream(stimulus)).drain()).views);
  if (mismatch(visible(agent, stimulus), alone)) return { blockedBy: 'A2A10-STREAM-007' };
  const { stimulus: writing, stream } = await subscribedTo(agent, 10);
  if (stream.refusal || !stream.views.some(isTerminal)) return {};
  const { artifacts } = observeStream(stream.views);
  return mismatch(agent.outcome(writing.script).artifacts, artifacts) ? { blockedBy: 'A2A10-SUB-006' } : {};
}

/** For a second stream that stays open: blocked by SUB-002 where a subscription that is alone does not close either. */
export async function staysOpenAlone(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-SUB-002' }> {
  const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
  const stream = await agent.subscribe(id);
  if (stream.refusal || (await agent.cancel(id)).failed) return {};
  await stream.drain();
  return stream.views.some(isTerminal) && stream.closed.value !== 'closed' ? { blockedBy: 'A2A10-SUB-002' } : {};
}

/** For a stream that closes before it has told of the end: blocked by STREAM-020 where that of a task that is simply done does so. */
export async function endsUntold(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-STREAM-020' }> {
  const stream = await agent.stream(done);
  await stream.drain();
  const isOver = stream.closed.value === 'closed' && isTask(stream) && !stream.views.some(isTerminal);
  return isOver ? { blockedBy: 'A2A10-STREAM-020' } : {};
}
