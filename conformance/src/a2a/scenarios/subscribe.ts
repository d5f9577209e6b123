import { outcome } from '@agentproto/script/outcome';
import { anyOf, mismatch } from '../../kit/match.ts';
import { auth, done, input, slow } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { whyUnfinished } from '../cancelable.ts';
import { failsAs } from '../error-view.ts';
import { missesTasks, untoldOfCancels } from '../general-faults.ts';
import { observeStream, observeTask } from '../observe.ts';
import { scenario } from '../scenario.ts';
import { lacksPieces, rowOfOpening, rowOfSubscription, subscribedTo } from '../stream-faults.ts';
import { INTERRUPTED, isTerminal, TERMINAL } from '../view.ts';

export const subscribeScenarios = [
  scenario('a2a/subscribe/running', {
    title: 'A subscription begins with the task as it is and ends with it',
    proves: ['A2A10-SUB-001', 'A2A10-SUB-002'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
      const stream = await agent.subscribe(id);
      if (!stream.refusal) await stream.next(undefined, () => rowOfOpening(agent, 'A2A10-SUB-001'));
      if (stream.refusal && TERMINAL.has((await agent.get(id)).task().state ?? ''))
        throw lost('the task was over before the subscription stood');
      const [opening] = stream.views;
      const row = opening && opening.kind !== 'task' ? await rowOfOpening(agent, 'A2A10-SUB-001') : undefined;
      check('A2A10-SUB-001', stream.first, { blockedBy: row }).has({
        kind: 'task',
        id,
        state: anyOf('working', 'submitted', ...(agent.runsScripts ? [] : INTERRUPTED)),
      });
      const canceled = (await agent.cancel(id)).orBlocked();
      await stream.drain();
      const why = whyUnfinished(stream, canceled, agent.runsScripts);
      if (why) throw why;
      const isTold = stream.views.some(isTerminal);
      const untold = isTold ? {} : await untoldOfCancels(agent);
      check('A2A10-SUB-002', { ...stream.shows(isTold), place: stream.last.place! }, untold).holds(
        isTold,
        'the terminal state',
        stream.state,
      );
      check('A2A10-SUB-002', stream.closed).has('closed');
    },
  }),

  scenario('a2a/subscribe/refused', {
    title: 'There is no subscription to a task that is over, or that nobody knows',
    proves: ['A2A10-SUB-003', 'A2A10-SUB-004'],
    capability: ['streaming'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const unknown = await (await agent.subscribe(agent.fresh('no-such-task'))).answer();
      const missing = await missesTasks(agent);
      check('A2A10-SUB-004', unknown, missing.unless(unknown)).has(failsAs('TaskNotFoundError'));
      const task = await agent.taskIn('completed', done);
      const over = await (await agent.subscribe(task.id)).answer();
      check('A2A10-SUB-003', over).has(failsAs('UnsupportedOperationError'));
      check('A2A10-SUB-003', over).observes(
        over.isEventStream
          ? 'refuses a stream by its only event (9.4.2 and 11.7 do not say how)'
          : 'refuses a stream by a body of its own (9.4.2 and 11.7 do not say how)',
      );
    },
  }),

  scenario('a2a/subscribe/interrupted', {
    title: 'A task that waits for somebody can be subscribed to',
    proves: ['A2A10-SUB-005'],
    capability: ['streaming'],
    stimulus: ['input', 'auth'],
    async play({ agent, check }) {
      for (const [state, stimulus] of [
        ['input-required', input()],
        ['auth-required', auth],
      ] as const) {
        const task = await agent.taskIn(state, stimulus);
        const stream = await agent.subscribe(task.id);
        await stream.next(undefined, () => rowOfSubscription(agent, 'A2A10-SUB-005'));
        const [opening] = stream.views;
        const row = opening?.kind === 'task' ? undefined : await rowOfSubscription(agent, 'A2A10-SUB-005');
        check('A2A10-SUB-005', stream.first, { blockedBy: row }).has({ kind: 'task', id: task.id, state });
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
      const { id, stimulus, stream } = await subscribedTo(agent, 40);
      if (stream.refusal) throw lost('the task was over before the subscription stood');
      // How a stream ends is SUB-002's business; of one that the suite did not see to its end nothing is known to be lost.
      if (stream.wentSilent) throw lost('the stream had not ended when the suite gave up waiting');
      if (!agent.runsScripts) {
        // What such an agent makes, and how long it takes, is its own choice: the stream has to add up to the task.
        if (stream.unfinished) throw lost(stream.unfinished);
        const { artifacts, end: how } = observeTask((await agent.get(id)).task());
        check('A2A10-SUB-006', stream.shows(observeStream(stream.views))).has({ artifacts, end: how });
        return;
      }
      const pieces = observeStream(stream.views).artifacts;
      const { artifacts } = outcome(stimulus.script);
      check(
        'A2A10-SUB-006',
        stream.shows(pieces),
        mismatch(artifacts, pieces) ? await lacksPieces(agent, stream) : {},
      ).has(artifacts);
    },
  }),

  scenario('a2a/subscribe/verb', {
    title: 'By which verb a subscription is asked for over HTTP+JSON',
    proves: ['A2A10-SUB-007'],
    bindings: ['HTTP+JSON'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check }) {
      const taken: string[] = [];
      for (const verb of ['POST', 'GET']) {
        const { id } = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
        const stream = await agent.subscribe(id, { verb });
        if (stream.exchange.response?.status === 200) taken.push(verb);
        // Left last: a2a-sdk 0.3 (Python) takes no more messages once a task is canceled that a subscriber has left.
        await agent.cancel(id);
        await stream.leave();
      }
      check('A2A10-SUB-007', seen(taken)).observes(
        taken.length > 0 ? `takes ${taken.join(' and ')}` : 'takes neither POST nor GET',
      );
    },
  }),
];
