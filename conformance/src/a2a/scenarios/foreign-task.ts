import { done, slow } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { missesTasks } from '../general-faults.ts';
import { workingTask } from '../push.ts';
import { isRefused } from '../security.ts';
import { scenario } from '../scenario.ts';
import { allOf, pageOf, severalDone, tasksInOneContext } from '../task-list.ts';
import type { A2AAgent } from '../agent.ts';
import type { RequirementId } from '@agentproto/rules';
import type { Reply } from '../reply.ts';
import type { TaskStream } from '../task-stream.ts';

/** A caller that is refused in another way than for a task that nobody made learns that there is one: that is AUTH-004. */
async function hiddenBy(
  other: A2AAgent,
): Promise<(answer: Reply | TaskStream, twin: Reply | TaskStream) => { blockedBy?: RequirementId }> {
  const missing = await missesTasks(other);
  return (answer, twin) => {
    const general = missing.unless(answer);
    if (general.blockedBy || !isRefused(answer)) return general;
    return JSON.stringify(answer.outcome.value) === JSON.stringify(twin.outcome.value)
      ? {}
      : { blockedBy: 'A2A10-AUTH-004' };
  };
}

/** An error as it is told, without the id that was asked for. */
function words({ value: { error } }: Reply, id: string): string {
  const { code, message, details } = error ?? {};
  return JSON.stringify({ code, message, details })
    .replaceAll(id, '{id}')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{time}');
}

export const foreignTaskScenarios = [
  scenario('a2a/other-caller/task', {
    title: "Another caller's task is not found, whatever is asked of it",
    proves: ['A2A10-GET-004', 'A2A10-SEND-021', 'A2A10-CANCEL-005', 'A2A10-ERR-007'],
    stimulus: ['slow', '2id'],
    async play({ agent, check }) {
      const other = await agent.other();
      const unless = await hiddenBy(other);
      const { id } = await workingTask(agent, slow());
      const unknown = agent.fresh('no-such-task').padEnd(id.length, '0').slice(0, Math.max(id.length, 8));
      const [read, nothing] = [await other.get(id), await other.get(unknown)];
      check('A2A10-GET-004', read, unless(read, nothing)).has(failsAs('TaskNotFoundError'));
      const said = await other.send('And?', { taskId: id });
      check('A2A10-SEND-021', said, unless(said, await other.send('And?', { taskId: unknown }))).has(
        failsAs('TaskNotFoundError'),
      );
      const stopped = await other.cancel(id);
      check('A2A10-CANCEL-005', stopped, unless(stopped, await other.cancel(unknown))).has(
        failsAs('TaskNotFoundError'),
      );
      check('A2A10-CANCEL-005', seen((await agent.get(id)).task().state)).holds(
        (await agent.get(id)).task().state !== 'canceled',
        'a task that goes on',
      );
      if (read.failed)
        check('A2A10-ERR-007', seen(words(read, id), read.place), unless(read, nothing)).equals(
          words(nothing, unknown),
        );
      await agent.cancel(id);
    },
  }),

  scenario('a2a/other-caller/subscribe', {
    title: "Another caller's task cannot be followed",
    proves: ['A2A10-SUB-008'],
    capability: ['streaming'],
    stimulus: ['slow', '2id'],
    async play({ agent, check }) {
      const other = await agent.other();
      const unless = await hiddenBy(other);
      const { id } = await workingTask(agent, slow());
      const twin = await (await other.subscribe(agent.fresh('no-such-task'))).answer();
      const stream = await other.subscribe(id);
      // Who lets us in has an event at once: the task.
      if (stream.isEventStream) await stream.until(() => true);
      check('A2A10-SUB-008', stream, unless(stream, twin)).has(failsAs('TaskNotFoundError'));
      await stream.leave();
      await agent.cancel(id);
    },
  }),

  scenario('a2a/other-caller/list', {
    title: "Another caller's tasks are in no list",
    proves: ['A2A10-LIST-001', 'A2A10-LIST-018'],
    stimulus: ['done', '2id'],
    async play({ agent, check }) {
      const other = await agent.other();
      const { contextId, tasks } = await tasksInOneContext(agent, severalDone(2));
      await other.send(done);
      const isOurs = ({ id }: { id: string | undefined }) => tasks.some((task) => task.id === id);
      const all = await pageOf(other, { pageSize: 100 });
      check(
        'A2A10-LIST-001',
        seen(
          all.tasks.filter(isOurs).map(({ id }) => id),
          all.place,
        ),
      ).holds(!all.tasks.some(isOurs), 'no task of another caller');
      const inContext = await allOf(other, { contextId });
      // Who lists everything to everybody breaks the rule about lists.
      check(
        'A2A10-LIST-018',
        seen(
          inContext.tasks.filter(isOurs).map(({ id }) => id),
          inContext.place,
        ),
        {
          blockedBy: all.tasks.some(isOurs) ? 'A2A10-LIST-001' : undefined,
        },
      ).holds(!inContext.tasks.some(isOurs), 'no task of another caller, though its context is named');
    },
  }),
];
