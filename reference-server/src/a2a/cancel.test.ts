import type { Task } from '@agentproto/protocol/a2a/1.0';
import { VirtualClock } from '@agentproto/script';
import type { OnCancel, Script } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, brief, caller, startServer } from './caller.test.kit.ts';

const held = (onCancel: OnCancel): Script => ({
  steps: [{ status: 'Working' }, { hold: { until: 'cancel' } }, { text: 'went on' }],
  onCancel,
});

describe.each(BINDINGS)('CancelTask over %s', (binding) => {
  test('stops the agent; every stream sees it and ends; a second cancel is refused', async () => {
    const agent = caller(await startServer(), binding);
    const stream = await agent.stream(held('cooperate'));
    const id = (await stream.next())?.event.task?.id ?? '';
    const other = await agent.subscribe(id);
    const canceled = (await agent.call('CancelTask', { id })) as Task;
    expect(canceled).toMatchObject({ id, status: { state: 'TASK_STATE_CANCELED' } });
    expect((await stream.rest()).map(brief)).toEqual(['status working Working', 'status canceled']);
    expect((await other.rest()).map(brief).at(-1)).toBe('status canceled');
    expect(await agent.failure('CancelTask', { id })).toMatchObject({
      reason: 'TASK_NOT_CANCELABLE',
      code: binding === 'JSONRPC' ? -32002 : 400,
    });
    expect((await agent.get(id)).status).toEqual(canceled.status);
  });

  test('answers with a task at work when the agent does not stop in time', async () => {
    const clock = new VirtualClock();
    const agent = caller(await startServer({ clock }), binding);
    const { id } = await agent.task(held('late'), { returnImmediately: true });
    // The turn's limit and the hold.
    await clock.sleeping(2);
    const pending = agent.call('CancelTask', { id });
    await clock.sleeping(3);
    await clock.advance(200);
    expect(await pending).toMatchObject({ status: { state: 'TASK_STATE_CANCELED' } });

    const stubborn = await agent.task(
      { steps: [{ sleep: 2_000 }, { text: 'done' }], onCancel: 'ignore' },
      { returnImmediately: true },
    );
    await clock.sleeping(2);
    const asked = agent.call('CancelTask', { id: stubborn.id });
    await clock.sleeping(3);
    await clock.advance(500);
    expect(await asked).toMatchObject({ status: { state: 'TASK_STATE_WORKING' } });
    await clock.advance(1_500);
    expect((await agent.get(stubborn.id)).status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('a task that comes to another end first is not cancelable any more', async () => {
    const agent = caller(await startServer(), binding);
    const { id } = await agent.task(held('ignore'), { returnImmediately: true });
    expect(await agent.failure('CancelTask', { id })).toMatchObject({ reason: 'TASK_NOT_CANCELABLE' });
    expect((await agent.get(id)).status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('an interrupted task is canceled at once', async () => {
    const agent = caller(await startServer(), binding);
    const { id } = await agent.task('@input');
    const watching = await agent.subscribe(id);
    expect(await agent.call('CancelTask', { id, metadata: { why: 'enough' } })).toMatchObject({
      status: { state: 'TASK_STATE_CANCELED' },
    });
    expect((await watching.rest()).map(brief)).toEqual(['task input_required', 'status canceled']);
  });

  test.each([['completed'], ['failed'], ['rejected']] as const)('a %s task cannot be canceled', async (end) => {
    const agent = caller(await startServer(), binding);
    const { id } = await agent.task({ steps: [{ end }] });
    expect(await agent.failure('CancelTask', { id })).toMatchObject({ reason: 'TASK_NOT_CANCELABLE' });
    expect(await agent.failure('CancelTask', { id: 'none' })).toMatchObject({ reason: 'TASK_NOT_FOUND' });
  });
});

describe('agents of your own', () => {
  test('a generator is heard out, canceled by its signal, and fails when it throws', async () => {
    const agent = caller(
      await startServer({
        async *agent({ input, signal }) {
          yield { type: 'text', text: `${input.text}?` };
          if (input.text === 'throw') throw new Error('inside');
          if (input.text === 'wait')
            await new Promise((_resolve, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason as Error)),
            );
        },
      }),
      'JSONRPC',
    );
    expect(await agent.task('hi')).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'hi?' }] }],
    });
    expect((await agent.task('throw')).status.state).toBe('TASK_STATE_FAILED');
    const { id } = await agent.task('wait', { returnImmediately: true });
    expect(await agent.call('CancelTask', { id })).toMatchObject({ status: { state: 'TASK_STATE_CANCELED' } });
  });

  test('a resolver gives scripts, which last for the whole run, and leaves the rest to the scripted agent', async () => {
    const script: Script = { steps: [{ end: 'input-required' }], turns: [{ steps: [{ text: 'second' }] }] };
    const agent = caller(
      await startServer({ agent: ({ input }) => (input.text === 'mine' ? script : undefined) }),
      'JSONRPC',
    );
    const { id } = await agent.task('mine');
    expect((await agent.task({ taskId: id, parts: [{ text: 'mine' }] })).artifacts?.[0]?.parts).toEqual([
      { text: 'second' },
    ]);
    expect((await agent.task('other')).artifacts?.[0]?.parts).toEqual([{ text: 'other' }]);
  });

  test('an agent that takes too long is stopped', async () => {
    const clock = new VirtualClock();
    const agent = caller(
      await startServer({
        clock,
        limits: { turnMs: 5_000 },
        agent: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
      }),
      'JSONRPC',
    );
    const pending = agent.task('x');
    // The turn's limit, and the wait for a first event.
    await clock.sleeping(2);
    await clock.advance(5_000);
    expect((await pending).status).toMatchObject({
      state: 'TASK_STATE_FAILED',
      message: { parts: [{ text: 'The agent took longer than 5000 ms.' }] },
    });
  });
});
