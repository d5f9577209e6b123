import { anyOf } from '../../kit/match.ts';
import { done, fails, rejects, slow } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { missesTasks, neverCloses, readsStale } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { endsUntold } from '../stream-faults.ts';
import { isTerminal } from '../view.ts';
import { whyNotCanceled } from '../cancelable.ts';

export const cancelScenarios = [
  scenario('a2a/cancel/running', {
    title: 'A running task can be canceled, and stays so',
    proves: ['A2A10-CANCEL-001', 'A2A10-CANCEL-004'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
      const reply = await agent.cancel(id);
      if (reply.is('TaskNotCancelableError')) throw await whyNotCanceled(agent, id);
      check('A2A10-CANCEL-001', reply.taskSubject).has({ id, state: anyOf('canceled', 'working', 'submitted') });
      const canceled = await agent.poll(id, ({ state }) => state === 'canceled' || state === 'completed');
      if (!canceled) throw lost('the task is neither canceled nor completed in time');
      if (canceled.state === 'completed') throw lost('the task completed in spite of the cancel');
      const again = await agent.cancel(id);
      // 3.1.5 calls a canceled task not cancelable, 3.3.1 a cancel idempotent, or the task purged.
      check('A2A10-CANCEL-004', again).observes(
        again.failed
          ? `refuses a second cancel: ${again.value.error?.names.join(' or ')} (3.1.5; 3.3.1 would let it pass)`
          : 'takes a second cancel (3.3.1; 3.1.5 would refuse it)',
      );
      if (again.failed) check('A2A10-CANCEL-004', again).has(failsAs('TaskNotCancelableError', 'TaskNotFoundError'));
      else check('A2A10-CANCEL-004', again.taskSubject).has({ id, state: 'canceled' });
      const after = await agent.get(id);
      if (!after.is('TaskNotFoundError')) check('A2A10-CANCEL-004', after.taskSubject).has({ state: 'canceled' });
    },
  }),

  scenario('a2a/cancel/unknown', {
    title: 'A task that nobody knows cannot be canceled',
    proves: ['A2A10-CANCEL-003'],
    async play({ agent, check }) {
      const missing = await missesTasks(agent);
      const unknown = missing.cancel ?? (await agent.cancel(agent.fresh('no-such-task')));
      check('A2A10-CANCEL-003', unknown, missing.unless(unknown)).has(failsAs('TaskNotFoundError'));
    },
  }),

  scenario('a2a/cancel/ended', {
    title: 'A task that has ended cannot be canceled',
    proves: ['A2A10-CANCEL-002'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = await agent.taskIn('completed', done);
      check('A2A10-CANCEL-002', await agent.cancel(task.id)).has(failsAs('TaskNotCancelableError'));
      const { state } = (await agent.get(task.id)).task();
      check('A2A10-CANCEL-002', seen(state), state === 'completed' ? {} : await readsStale(agent)).has('completed');
    },
  }),

  scenario('a2a/cancel/failed', {
    title: 'Failed and rejected tasks cannot be canceled either',
    proves: ['A2A10-CANCEL-002'],
    stimulus: ['fail', 'rej'],
    async play({ agent, check }) {
      for (const task of [await agent.taskIn('failed', fails), await agent.taskIn('rejected', rejects)]) {
        check('A2A10-CANCEL-002', await agent.cancel(task.id)).has(failsAs('TaskNotCancelableError'));
      }
    },
  }),

  scenario('a2a/cancel/stream', {
    title: 'A canceled task ends every stream that it feeds',
    proves: ['A2A10-CANCEL-006'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const stream = await agent.stream(slow());
      const { id } = (await stream.next('task', 'A2A10-STREAM-003')).value as { id: string };
      const canceled = (await agent.cancel(id)).orBlocked();
      if (canceled.is('TaskNotCancelableError')) throw await whyNotCanceled(agent, id);
      await stream.drain();
      if (stream.state === 'completed') throw lost('the task completed in spite of the cancel');
      if (stream.unfinished && !agent.runsScripts) throw lost(stream.unfinished);
      const untold = stream.views.some(isTerminal) ? {} : await endsUntold(agent);
      check('A2A10-CANCEL-006', seen(stream.state, stream.last.place), untold).has('canceled');
      check('A2A10-CANCEL-006', stream.closed, await neverCloses(agent, stream)).has('closed');
    },
  }),
];
