import { several, slow, status } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { WebhookCall } from '../../recorder/webhook-receiver.ts';
import type { A2AAgent } from '../agent.ts';
import { whyNotCanceled } from '../cancelable.ts';
import { callsNobody } from '../general-faults.ts';
import { BINDINGS } from '../detect.ts';
import { registerHook, taskOf, tellsEndOf, told, workingTask } from '../push.ts';
import { EVENT_MEMBERS } from '../plain-event.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';
import { sameJson } from '../../kit/match.ts';
import { stateOf, TERMINAL, type TaskView } from '../view.ts';

const capability = ['pushNotifications'];
/** Webhook calls look the same whatever binding the configuration was made over: these are played once. */
const bindings = ['webhook'];

const placeOf = ({ exchange }: WebhookCall) => ({ exchange: exchange.id });
const header = ({ exchange }: WebhookCall, name: string) =>
  exchange.request.headers.find(([key]) => key.toLowerCase() === name)?.[1];

/** Ends a task of ours; not applicable where the target cannot, and lost where it ended by itself. */
async function endTask(agent: A2AAgent, id: string): Promise<void> {
  if ((await agent.cancel(id)).is('TaskNotCancelableError')) {
    const why = await whyNotCanceled(agent, id);
    // That it is over is what was wanted.
    if (why.name !== 'Lost') throw why;
  }
}

export const deliveryScenarios = [
  scenario('a2a/delivery/update', {
    title: 'A webhook is called when its task is updated, with what was configured',
    proves: ['A2A10-DELIV-001', 'A2A10-DELIV-002', 'A2A10-DELIV-003', 'A2A10-DELIV-004'],
    bindings,
    capability,
    stimulus: ['slow', 'hook'],
    async play({ agent, check }) {
      const hook = await agent.hook();
      const { id: taskId } = await workingTask(agent);
      const credentials = agent.fresh('secret');
      const { reply } = await registerHook(agent, taskId, hook, { authentication: { scheme: 'Bearer', credentials } });
      await endTask(agent, taskId);
      await agent.hears(hook, tellsEndOf(taskId));
      check('A2A10-DELIV-001', seen(hook.calls.length, reply.place)).holds(
        hook.calls.some(({ exchange }) => exchange.request.method === 'POST'),
        'at least one POST to the webhook',
        `${hook.calls.length} calls`,
      );
      for (const call of hook.calls) {
        const [, scheme = '', shown] = /^(\S+) +(.*)$/.exec(header(call, 'authorization') ?? '') ?? [];
        check('A2A10-DELIV-002', seen(undefined, placeOf(call))).holds(
          scheme.toLowerCase() === 'bearer' && shown === credentials,
          'Authorization: Bearer and the configured credentials',
          scheme === '' ? 'no such header' : `${scheme} and ${shown === credentials ? 'these' : 'other'} credentials`,
        );
        const members = isRecord(call.json) ? EVENT_MEMBERS.filter((name) => name in (call.json as object)) : [];
        check('A2A10-DELIV-003', seen(call.json, placeOf(call))).holds(
          members.length === 1,
          `exactly one of ${EVENT_MEMBERS.join(', ')}`,
        );
        const event = told(call);
        if (members.length === 1 && event)
          check('A2A10-DELIV-003', seen(call.json, placeOf(call))).holds(
            taskOf(event) === taskId,
            `an event of the task ${taskId}`,
            taskOf(event),
          );
        const type = header(call, 'content-type');
        check('A2A10-DELIV-004', seen(type, placeOf(call))).holds(
          /^application\/(a2a\+)?json\b/i.test(type ?? ''),
          'Content-Type application/a2a+json (or application/json, by 1.0.0)',
        );
      }
    },
  }),

  scenario('a2a/delivery/order', {
    title: 'In which order a webhook is told',
    proves: ['A2A10-DELIV-009'],
    bindings,
    capability,
    stimulus: ['multi', 'hook'],
    async play({ agent, check, lost }) {
      const hook = await agent.hook();
      const sent = await agent.send(several(), {
        configuration: { returnImmediately: true, taskPushNotificationConfig: { url: hook.url } },
      });
      if (sent.failed) throw lost('the target does not take this webhook with a message');
      const { id } = sent.sentTask();
      if (!(await agent.hears(hook, tellsEndOf(id)))) throw lost('the webhook is not told of the end: see DELIV-001');
      const soFar = hook.calls.length;
      await hook.next(() => hook.calls.length > soFar, 50);
      const states = hook.calls.map((call) => stateOf(told(call) ?? { kind: 'unreadable', raw: undefined }));
      const last = states.at(-1);
      const isLast = states.findIndex((state) => state === 'completed') === states.length - 1;
      check('A2A10-DELIV-009', seen(states, placeOf(hook.calls.at(-1)!))).observes(
        isLast ? 'tells of the end last' : `tells of more after the end (${last ?? 'an artifact'})`,
      );
    },
  }),

  scenario('a2a/delivery/two-webhooks', {
    title: 'Every webhook of a task is told, whichever binding it was made over, and the same',
    proves: ['A2A10-DELIV-008', 'A2A10-DELIV-005'],
    bindings,
    capability,
    stimulus: ['slow', 'hook', 'multi-bind'],
    async play({ agent, check, lost, notApplicable }) {
      const { id: taskId } = await workingTask(agent);
      const over = BINDINGS.flatMap((name) => agent.over(name) ?? []);
      const makers = over.length > 1 ? over : [agent, agent];
      const hooks = await Promise.all(makers.map(() => agent.hook()));
      const ids: string[] = [];
      for (const [index, maker] of makers.entries())
        ids.push((await registerHook(maker, taskId, hooks[index]!, { id: agent.fresh('config') })).id);
      const first = await agent.call('GetTaskPushNotificationConfig', { taskId, id: ids[0]! });
      if (ids[0] === ids[1] || first.failed) throw lost('the target keeps one configuration for a task');
      await endTask(agent, taskId);
      const ends = await Promise.all(hooks.map((hook) => agent.hears(hook, tellsEndOf(taskId))));
      const isSilent = hooks.every(({ calls }) => calls.length === 0);
      const silent = isSilent ? await callsNobody(agent) : {};
      for (const [index, hook] of hooks.entries())
        check('A2A10-DELIV-008', seen(hook.calls.length, first.place), silent).holds(
          hook.calls.length > 0,
          `a call of the ${index === 0 ? 'first' : 'second'} webhook`,
        );
      if (over.length < 2) throw notApplicable('the target declares one binding');
      const [left, right] = ends;
      if (!left || !right) throw lost('not both webhooks were told of the end');
      check('A2A10-DELIV-005', seen(left.json, placeOf(left))).holds(
        sameJson(left.json, right.json),
        'the same payload as that of the configuration that was made over the other binding',
        [left.json, right.json],
      );
    },
  }),

  scenario('a2a/delivery/deleted', {
    title: 'A webhook that was deleted is told nothing more',
    proves: ['A2A10-PUSH-010'],
    bindings,
    capability,
    stimulus: ['slow', 'hook'],
    async play({ agent, check, lost }) {
      const [kept, dropped] = [await agent.hook(), await agent.hook()];
      const { id: taskId } = await workingTask(agent);
      const first = await registerHook(agent, taskId, dropped, { id: agent.fresh('config') });
      const second = await registerHook(agent, taskId, kept, { id: agent.fresh('config') });
      const deleted = await agent.call('DeleteTaskPushNotificationConfig', { taskId, id: first.id });
      if (deleted.failed) throw lost('the configuration cannot be deleted: see PUSH-008');
      if (first.id === second.id) throw lost('the target keeps one configuration for a task');
      await endTask(agent, taskId);
      if (!(await agent.hears(kept, tellsEndOf(taskId)))) throw lost('the webhook that is left is not told of the end');
      // The end came after the delete was answered; what told of earlier things may have been on its way.
      const late = dropped.calls.filter(tellsEndOf(taskId));
      // What was not deleted at all, whatever was answered, is called as it should be.
      const isThere =
        late.length > 0 && !(await agent.call('GetTaskPushNotificationConfig', { taskId, id: first.id })).failed;
      check('A2A10-PUSH-010', seen(late.length, late[0] ? placeOf(late[0]) : deleted.place), {
        blockedBy: isThere ? 'A2A10-PUSH-008' : undefined,
      }).holds(late.length === 0, 'no call that tells of what came after the delete');
    },
  }),

  scenario('a2a/delivery/failing-receiver', {
    title: 'Whether a call is repeated that the receiver cannot take',
    proves: ['A2A10-DELIV-006'],
    bindings,
    capability,
    stimulus: ['slow', 'hook'],
    async play({ agent, check, lost }) {
      const attempts = new Map<string, number>();
      const hook = await agent.hook((call) => {
        const body = JSON.stringify(call.json);
        attempts.set(body, (attempts.get(body) ?? 0) + 1);
        return { status: attempts.get(body)! < 3 ? 503 : 200 };
      });
      const { id: taskId } = await workingTask(agent);
      await registerHook(agent, taskId, hook);
      await endTask(agent, taskId);
      const isRepeated = () => [...attempts.values()].some((times) => times > 1);
      if (!(await agent.hears(hook))) throw lost('the webhook is not called: see DELIV-001');
      await hook.next(() => isRepeated(), Math.min(agent.patienceMs, 1_500));
      check('A2A10-DELIV-006', seen([...attempts.values()], placeOf(hook.calls[0]!))).observes(
        isRepeated()
          ? 'repeats a call that was answered with 503'
          : 'does not repeat a call soon that was answered with 503',
      );
    },
  }),

  scenario('a2a/delivery/hanging-receiver', {
    title: 'Whether a receiver that hangs holds up its task',
    proves: ['A2A10-DELIV-007'],
    bindings,
    capability,
    stimulus: ['slow', 'hook'],
    async play({ agent, check, lost }) {
      const hook = await agent.hook(() => 'hang');
      const { id: taskId } = await workingTask(agent, slow({ maxMs: 60, steps: [status('one'), status('two')] }));
      const { reply } = await registerHook(agent, taskId, hook);
      const isOver = ({ state }: TaskView) => TERMINAL.has(state ?? '');
      const ended = await agent.poll(taskId, isOver);
      // An agent of somebody else's may take longer by itself: one without a webhook is asked.
      if (!ended && !agent.runsScripts) {
        const twin = await workingTask(agent, slow({ maxMs: 60 }));
        if (!(await agent.poll(twin.id, isOver))) throw lost('tasks of this agent take longer than the run waits');
      }
      check('A2A10-DELIV-007', reply).observes(
        ended ? 'a receiver that hangs does not hold up its task' : 'a receiver that hangs holds up its task',
      );
    },
  }),
];
