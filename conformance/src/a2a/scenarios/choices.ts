import { done, end, slow, sleep, status } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { whyNotCanceled } from '../cancelable.ts';
import { callsNobody } from '../general-faults.ts';
import { taskOf, tellsEndOf, told, workingTask } from '../push.ts';
import type { Reply } from '../reply.ts';
import { refusesInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';

/** What a message may bring with it, and what the spec leaves to the agent to make of it. */

const refusal = (reply: Reply) =>
  `refuses it: ${reply.value.error?.names.join(' or ') || `HTTP ${reply.value.httpStatus}`}`;

/** Ends soon by itself: a blocking send has to come back. */
const brief: Stimulus = { word: 'slow', script: { steps: [status('working'), sleep(20), end('completed', 'done')] } };

export const choiceScenarios = [
  scenario('a2a/send/same-message-id', {
    title: 'What becomes of a message that is sent twice',
    proves: ['A2A10-SEND-015'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const messageId = agent.fresh('twice');
      const first = (await agent.send(done, { messageId })).sentTask();
      const again = await agent.send(done, { messageId });
      if (again.failed) return check('A2A10-SEND-015', again).observes(refusal(again));
      check('A2A10-SEND-015', again).observes(
        again.sentTask().id === first.id ? 'answers with the task of the first' : 'makes another task',
      );
    },
  }),

  scenario('a2a/send/to-a-working-task', {
    title: 'What becomes of a message to a task that is at work',
    proves: ['A2A10-SEND-018'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id } = await workingTask(agent, slow());
      const working = await agent.poll(id, ({ state }) => state !== 'submitted');
      if (working?.state !== 'working') throw lost(`the task is ${working?.state ?? 'not at work in time'}`);
      const reply = await agent.send('One more thing', { taskId: id, configuration: { returnImmediately: true } });
      check('A2A10-SEND-018', reply).observes(reply.failed ? refusal(reply) : 'takes it');
      await agent.cancel(id);
    },
  }),

  scenario('a2a/send/references', {
    title: 'Other tasks can be referred to, also such as nobody knows',
    proves: ['A2A10-SEND-020'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = (await agent.send(done)).sentTask();
      for (const [what, referenceTaskIds] of [
        ['a task that is there', [id]],
        ['a task that nobody made', [agent.fresh('no-such-task')]],
      ] as const) {
        const reply = await agent.call('SendMessage', { message: { ...agent.message(done), referenceTaskIds } });
        check('A2A10-SEND-020', reply).observes(
          reply.failed ? `a reference to ${what}: ${refusal(reply)}` : 'takes references to tasks',
        );
      }
    },
  }),

  scenario('a2a/send/webhook', {
    title: 'A webhook that is given with the message is called, whether the client waits or not',
    proves: ['A2A10-SEND-013'],
    capability: ['pushNotifications'],
    stimulus: ['slow', 'hook'],
    async play({ agent, check, lost }) {
      for (const returnImmediately of [false, true]) {
        const hook = await agent.hook();
        const reply = await agent.send(brief, {
          configuration: { returnImmediately, taskPushNotificationConfig: { url: hook.url } },
        });
        if (refusesInput(reply)) throw lost('the target takes no webhook of the suite, as 13.2 lets it');
        const { id, state } = reply.sentTask();
        if (!agent.runsScripts && state === 'working' && (await agent.cancel(id)).is('TaskNotCancelableError'))
          throw await whyNotCanceled(agent, id);
        await agent.hears(hook, tellsEndOf(id));
        const tasks = hook.calls.map((call) => taskOf(told(call)));
        check('A2A10-SEND-013', seen(tasks, reply.place), tasks.includes(id) ? {} : await callsNobody(agent)).holds(
          tasks.includes(id),
          `a call about the task ${id}, which was made with returnImmediately: ${returnImmediately}`,
        );
      }
    },
  }),
];
