import { done, end, input } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { ignoresLimit, ignoresQueries, missesTasks, refusesBadInput, writesEmptyHistory } from '../general-faults.ts';
import { refusedInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';
import { textOf, type TaskView } from '../view.ts';

const raw = (task: TaskView) => (isRecord(task.raw) ? task.raw : {});

export const getScenarios = [
  scenario('a2a/get/unknown', {
    title: 'A task that nobody made is not found; one that was made is',
    proves: ['A2A10-GET-002', 'A2A10-ERR-006'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const missing = await missesTasks(agent);
      check('A2A10-GET-002', missing.get, missing.unless(missing.get)).has(failsAs('TaskNotFoundError'));
      // Where one operation alone errs, the row about that operation says so.
      check('A2A10-ERR-006', missing.cancel ?? missing.get).has(failsAs('TaskNotFoundError'));
      const task = (await agent.send(done)).sentTask();
      check('A2A10-GET-002', await agent.get(task.id)).has({ result: { id: task.id } });
    },
  }),

  scenario('a2a/get/history', {
    title: 'historyLength limits the history to the newest messages',
    proves: ['A2A10-HIST-001', 'A2A10-HIST-002', 'A2A10-HIST-003', 'A2A10-HIST-006', 'A2A10-HIST-007', 'A2A10-GET-003'],
    stimulus: ['input'],
    async play({ agent, check, notApplicable }) {
      const task = await agent.taskIn(
        'input-required',
        input({ steps: [end('input-required', 'Sure?')] }, { steps: [end('completed')] }),
      );
      await agent.send('The first one', { taskId: task.id });
      const whole = (await agent.get(task.id)).task();

      const negative = await agent.get(task.id, { historyLength: -1 }, { hostile: true });
      const badInput = await refusesBadInput(agent);
      const unread = negative.failed ? {} : await ignoresQueries(agent);
      check('A2A10-HIST-006', negative, { ...unread, ...badInput.unless(negative) }).has(refusedInput);
      check('A2A10-HIST-007', seen(whole.history.length)).observes(
        `keeps ${whole.history.length} messages of a task with one follow-up`,
      );
      if (whole.history.length === 0)
        throw notApplicable('the task has no history that could be limited: how much is kept is left open (3.2.4)');

      const none = await agent.get(task.id, { historyLength: 0 });
      const history = raw(none.task()).history;
      const isLimited = !Array.isArray(history) || history.length === 0;
      check('A2A10-HIST-001', seen(history, none.place), isLimited ? {} : await ignoresQueries(agent)).holds(
        isLimited,
        'no history',
      );
      const isHabit = Array.isArray(history) && history.length === 0 && (await writesEmptyHistory(agent));
      if (isLimited)
        check('A2A10-HIST-001', seen(history, none.place), {
          level: 'should',
          blockedBy: isHabit ? 'A2A10-HIST-004' : undefined,
        }).holds(history === undefined, 'no member `history`');

      if (whole.history.length < 2)
        throw notApplicable('the task has a history of one message: how much is kept is left open (3.2.4)');
      const one = await agent.get(task.id, { historyLength: 1 });
      const kept = one.task().history;
      check('A2A10-HIST-002', seen(kept, one.place), kept.length <= 1 ? {} : await ignoresQueries(agent)).holds(
        kept.length <= 1,
        'at most one message',
      );
      const newest = whole.history.at(-1)!;
      if (kept.length === 1)
        check('A2A10-HIST-003', seen(textOf(kept[0]!.parts), one.place)).equals(textOf(newest.parts));
      // A task may go on and have more; that it has less is what was read made of it.
      const again = await agent.get(task.id);
      const left = again.task().history.length;
      check('A2A10-GET-003', seen(left, again.place)).holds(
        left >= whole.history.length,
        `the ${whole.history.length} messages that the task had before it was read with a historyLength`,
      );
    },
  }),

  scenario('a2a/get/extended-card', {
    title: 'The extended card is the same when it is read again',
    proves: ['A2A10-GET-006'],
    capability: ['extendedAgentCard'],
    stimulus: ['cred'],
    async play({ agent, check, notApplicable }) {
      // That there is one, and in which form, is a matter of others.
      const read = async () => {
        const { value, place } = await agent.call('GetExtendedAgentCard', {}, { hostile: true });
        // A signature may be made anew each time.
        const { signatures: _left, ...card } = isRecord(value.result) ? value.result : {};
        return { failed: !isRecord(value.result), card, place };
      };
      const first = await read();
      if (first.failed) throw notApplicable('there is no extended card to be had');
      const again = await read();
      check('A2A10-GET-006', seen(again.card, again.place)).equals(first.card);
    },
  }),

  scenario('a2a/send/history', {
    title: 'configuration.historyLength limits the history of the answer',
    proves: ['A2A10-HIST-004'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const whole = (await agent.send(done)).sentTask();
      if (whole.history.length === 0)
        throw notApplicable('the answer has no history that could be limited: how much is kept is left open (3.2.4)');
      const reply = await agent.send(done, { configuration: { historyLength: 0 } });
      const { history } = raw(reply.sentTask());
      const isLimited = !Array.isArray(history) || history.length === 0;
      check(
        'A2A10-HIST-004',
        seen(history, reply.place),
        isLimited ? {} : await ignoresLimit(agent, whole.id, 0),
      ).holds(isLimited, 'no history');
      if (isLimited)
        check('A2A10-HIST-004', seen(history, reply.place), { level: 'should' }).holds(
          history === undefined,
          'no member `history`',
        );
    },
  }),
];
