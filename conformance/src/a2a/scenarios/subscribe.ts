import { anyOf } from '../../kit/match.ts';
import { artifact, auth, done, end, input, sleep, slow, status } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { scenario } from '../scenario.ts';
import { isTerminal } from '../view.ts';

export const subscribeScenarios = [
  scenario('a2a/subscribe/running', {
    title: 'A subscription begins with the task as it is and ends with it',
    proves: ['A2A10-SUB-001', 'A2A10-SUB-002'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
      const stream = await agent.subscribe(id);
      await stream.next(undefined, 'A2A10-SUB-001');
      if (stream.refusal && stream.value.error?.names.includes('UnsupportedOperationError')) throw lost('the task was over before the subscription stood');
      check('A2A10-SUB-001', stream.first).has({ kind: 'task', id, state: anyOf('working', 'submitted') });
      await agent.cancel(id);
      await stream.drain();
      check('A2A10-SUB-002', seen(stream.views.some(isTerminal), stream.last.place)).holds(stream.views.some(isTerminal), 'the terminal state', stream.state);
      check('A2A10-SUB-002', stream.closed).has('closed');
    },
  }),

  scenario('a2a/subscribe/refused', {
    title: 'There is no subscription to a task that is over, or that nobody knows',
    proves: ['A2A10-SUB-003', 'A2A10-SUB-004'],
    capability: ['streaming'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = await agent.taskIn('completed', done);
      check('A2A10-SUB-003', await (await agent.subscribe(task.id)).drain()).has(failsAs('UnsupportedOperationError'));
      check('A2A10-SUB-004', await (await agent.subscribe(agent.fresh('no-such-task'))).drain()).has(failsAs('TaskNotFoundError'));
    },
  }),

  scenario('a2a/subscribe/interrupted', {
    title: 'A task that waits for somebody can be subscribed to',
    proves: ['A2A10-SUB-005'],
    capability: ['streaming'],
    stimulus: ['input', 'auth'],
    async play({ agent, check }) {
      for (const [state, stimulus] of [['input-required', input()], ['auth-required', auth]] as const) {
        const task = await agent.taskIn(state, stimulus);
        const stream = await agent.subscribe(task.id);
        await stream.next(undefined, 'A2A10-SUB-005');
        check('A2A10-SUB-005', stream.first).has({ kind: 'task', id: task.id, state });
        await stream.leave();
      }
    },
  }),

  scenario('a2a/subscribe/complete', {
    title: 'Nothing is lost between the snapshot and what follows it',
    proves: ['A2A10-SUB-006'],
    capability: ['streaming'],
    stimulus: ['slow', 'chunk'],
    async play({ agent, check, lost }) {
      const pieces = 40;
      const steps = Array.from({ length: pieces }, (_, index) => [artifact('log', [{ text: `${index};` }], { append: index > 0 }), sleep(2)]).flat();
      const stimulus: Stimulus = { word: 'slow', script: { steps: [status('working'), ...steps, end('completed')] } };
      const { id } = (await agent.send(stimulus, { configuration: { returnImmediately: true } })).sentTask();
      const stream = await (await agent.subscribe(id)).drain();
      if (stream.refusal) throw lost('the task was over before the subscription stood');
      const text = stream.views
        .flatMap((event) => (event.kind === 'artifact' ? [event.artifact] : event.kind === 'task' && event === stream.views[0] ? event.task.artifacts : []))
        .flatMap(({ parts }) => parts)
        .map((part) => (part as { text?: string }).text ?? '')
        .join('');
      check('A2A10-SUB-006', seen(text, stream.place)).equals(Array.from({ length: pieces }, (_, index) => `${index};`).join(''));
    },
  }),

  scenario('a2a/subscribe/verb', {
    title: 'By which verb a subscription is asked for over HTTP+JSON',
    proves: ['A2A10-SUB-007'],
    bindings: ['HTTP+JSON'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check }) {
      const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
      const taken: string[] = [];
      for (const verb of ['POST', 'GET']) {
        const stream = await agent.subscribe(id, { verb });
        if (stream.exchange.response?.status === 200) taken.push(verb);
        await stream.leave();
      }
      await agent.cancel(id);
      check('A2A10-SUB-007', seen(taken)).observes(taken.length > 0 ? `takes ${taken.join(' and ')}` : 'takes neither POST nor GET');
    },
  }),
];
