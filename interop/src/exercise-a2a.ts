import { A2AClient, type BindingName, isA2AError, type SendMessageResponse, type Task } from '@agentproto/client/a2a';
import { aborted, Exercise, expect, NotOffered, pause } from './exercise.ts';
import type { Exercised } from './result.ts';
import { WORDS, type Words } from './words.ts';

/** All that our client does, on an agent that knows the words, over one binding. Runs in browsers too. */
export async function exerciseA2A(
  url: string,
  binding: BindingName,
  words: Words = WORDS,
  /** Further steps, for where they can be played. */
  further: (agent: A2AClient, exercise: Exercise, words: Words) => Promise<void> = async () => {},
): Promise<Exercised> {
  const exercise = new Exercise(binding);
  let agent: A2AClient | undefined;
  await exercise.step('card', async (signal) => {
    agent = await A2AClient.connect(url, { binding, signal, onDeviation: exercise.onDeviation });
    return agent.interface.protocolVersion;
  });
  if (agent) {
    await playAll(agent, exercise, words);
    await further(agent, exercise, words);
  }
  await agent?.[Symbol.asyncDispose]();
  return exercise.result();
}

async function playAll(agent: A2AClient, exercise: Exercise, words: Words): Promise<void> {
  const said = new Set<string>();
  /** A task that works for a while, sent without waiting. */
  const atWork = async (signal: AbortSignal): Promise<Task> => {
    const sent = await agent.send({ text: words.slow }, { signal, configuration: { returnImmediately: true } });
    return taskOf(sent);
  };

  await exercise.step('send', async (signal) => {
    const task = taskOf(await agent.send({ text: words.done }, { signal, wait: true }));
    said.add(task.id);
    expect('state', 'TASK_STATE_COMPLETED', task.status.state);
    return stateOf(task);
  });
  await exercise.step('send, failing', async (signal) => {
    const task = taskOf(await agent.send({ text: words.fail }, { signal, wait: true }));
    expect('state', 'TASK_STATE_FAILED', task.status.state);
    return stateOf(task);
  });
  await exercise.step('send, a direct answer', async (signal) => {
    const { message } = await agent.send({ text: words.msg }, { signal });
    expect('a message', true, message !== undefined);
    return 'a message';
  });
  await exercise.step('stream', async (signal) => {
    const stream = agent.stream({ text: words.done }, { signal });
    let events = 0;
    for await (const _ of stream) events += 1;
    const { task } = await stream.final();
    expect('state', 'TASK_STATE_COMPLETED', task?.status.state);
    const streamed = agent.card.capabilities?.streaming === true;
    if (streamed) expect('more than one event', true, events > 1);
    return streamed ? `${stateOf(task!)}, event by event` : `${stateOf(task!)}, in one piece`;
  });
  await exercise.step('stream, a direct answer', async (signal) => {
    const { task, message } = await agent.stream({ text: words.msg }, { signal }).final();
    if (message) return 'a message';
    // Some servers can stream tasks only; what the agent said is then the task's last message.
    expect('state', 'TASK_STATE_COMPLETED', task?.status.state);
    return 'a task';
  });
  await exercise.step('get', async (signal) => {
    const [id] = said;
    if (id === undefined) throw new Error('no task, because send failed');
    const task = await agent.get(id, { signal });
    expect('id', id, task.id);
    expect('state', 'TASK_STATE_COMPLETED', task.status.state);
    return stateOf(task);
  });
  await exercise.step('cancel', async (signal) => {
    const { id } = await atWork(signal);
    let task = await agent.cancel(id, { signal });
    while (task.status.state === 'TASK_STATE_WORKING') {
      await pause(50, signal);
      task = await agent.get(id, { signal });
    }
    expect('state', 'TASK_STATE_CANCELED', task.status.state);
    return stateOf(task);
  });
  await exercise.step('subscribe', async (signal) => {
    if (!agent.card.capabilities?.streaming) throw new NotOffered('the card declares no streaming');
    const { id } = await atWork(signal);
    const stream = agent.subscribe(id, { signal });
    let events = 0;
    for await (const _ of stream) events += 1;
    const { task } = await stream.final();
    expect('id', id, task?.id);
    expect('state', 'TASK_STATE_COMPLETED', task?.status.state);
    expect('more than one event', true, events > 1);
    return `${stateOf(task!)}, event by event`;
  });
  await exercise.step('abort', async (signal) => {
    const leaving = new AbortController();
    const stream = agent.stream({ text: words.slow }, { signal: AbortSignal.any([signal, leaving.signal]) });
    return aborted(stream, leaving);
  });
  await exercise.step('input', async (signal) => {
    const asked = taskOf(await agent.send({ text: words.input }, { signal, wait: true }));
    expect('state', 'TASK_STATE_INPUT_REQUIRED', asked.status.state);
    const task = taskOf(await agent.send({ text: 'This one', taskId: asked.id }, { signal, wait: true }));
    expect('id', asked.id, task.id);
    expect('state', 'TASK_STATE_COMPLETED', task.status.state);
    return `${stateOf(asked)}, then ${stateOf(task)}`;
  });
  await exercise.step('list', async (signal) => {
    const { tasks } = await agent.list({ pageSize: 50 }, { signal }).catch((error: unknown) => {
      // What the revision that is spoken does not have.
      if (isA2AError(error, 'UnsupportedOperation') && error.httpStatus === undefined)
        throw new NotOffered(error.message);
      throw error;
    });
    const [id] = said;
    if (id !== undefined)
      expect(
        'the task that was sent',
        true,
        tasks.some((task) => task.id === id),
      );
    expect('more than one task', true, tasks.length > 1);
    return 'the tasks of this run';
  });
}

function taskOf({ task }: SendMessageResponse): Task {
  if (!task) throw new Error('expected a task, got a message');
  return task;
}

function stateOf({ status }: Task): string {
  return status.state.replace('TASK_STATE_', '');
}
