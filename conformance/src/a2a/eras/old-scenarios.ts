import { isRecord } from '../../kit/json.ts';
import { done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { made, makeConfig, registerHook, tellsEndOf, workingTask } from '../push.ts';
import { scenario } from '../scenario.ts';
import { oldCardScenarios } from './card-scenarios.ts';

/** What eras before 1.0 ask for, and 1.0 does not. */

export const oldScenarios = [
  ...oldCardScenarios,

  scenario('a2a/old/configuration', {
    title: 'No member of a configuration is required',
    proves: ['A2A03-SEND-011'],
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      if ((await agent.send(done)).failed) throw lost('the message is not taken with acceptedOutputModes either');
      const bare = await agent.send(done, { configuration: { acceptedOutputModes: undefined } });
      check('A2A03-SEND-011', bare).has({ result: {} });
    },
  }),

  scenario('a2a/old/form', {
    title: 'In which form messages are read and written over HTTP+JSON',
    proves: ['A2A03-TRANS-010'],
    bindings: ['HTTP+JSON'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const reply = await agent.send(done);
      const { json } = reply.exchange.response ?? {};
      const sent =
        reply.exchange.request.body && 'text' in reply.exchange.request.body ? reply.exchange.request.body.text : '';
      const inText = JSON.stringify(json ?? '').includes('"kind"');
      check('A2A03-TRANS-010', reply).observes(
        `takes ${sent.includes('"content"') ? 'ProtoJSON' : 'the objects of section 6'}, and writes ${inText ? 'the objects of section 6' : 'ProtoJSON'}`,
      );
    },
  }),

  scenario('a2a/old/push-body', {
    title: 'A push configuration is taken over HTTP+JSON as the text or the proto has it',
    proves: ['A2A03-PUSH-012'],
    bindings: ['HTTP+JSON'],
    capability: ['pushNotifications'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id: taskId } = await workingTask(agent);
      const { url, id } = await makeConfig(agent, taskId);
      if (id === '') throw lost('the target takes no push configuration at all: see PUSH-001');
      const pushNotificationConfig = { url };
      const create = (body: object) =>
        agent.call('CreateTaskPushNotificationConfig', { taskId, url }, { body: JSON.stringify(body), hostile: true });
      const configId = agent.fresh('config');
      const named = { name: `tasks/${taskId}/pushNotificationConfigs/${configId}`, pushNotificationConfig };
      let reply = await create({ parent: `tasks/${taskId}`, configId, config: named });
      if (reply.failed) reply = await create({ config: { taskId, pushNotificationConfig } });
      if (reply.failed) reply = await create(named);
      await agent.cancel(taskId);
      check('A2A03-PUSH-012', reply).holds(
        !reply.failed,
        'a configuration in `config` (7.5), or a TaskPushNotificationConfig (a2a.proto), to be taken',
      );
    },
  }),

  scenario('a2a/old/push-delete', {
    title: 'The result of a delete is null',
    proves: ['A2A03-PUSH-009'],
    bindings: ['JSONRPC'],
    capability: ['pushNotifications'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const { id: taskId } = await workingTask(agent);
      const { id } = made(await makeConfig(agent, taskId));
      const reply = await agent.call('DeleteTaskPushNotificationConfig', { taskId, id });
      await agent.cancel(taskId);
      if (reply.failed) throw lost('the configuration cannot be deleted: see PUSH-004');
      const { json } = reply.exchange.response ?? {};
      check('A2A03-PUSH-009', { value: json, place: reply.place, unread: reply.unread }).has({ result: null });
    },
  }),

  scenario('a2a/old/webhook', {
    title: 'What a webhook is told, and by which headers it knows who tells',
    proves: ['A2A03-PUSH-010'],
    bindings: ['webhook'],
    capability: ['pushNotifications'],
    stimulus: ['slow', 'hook'],
    async play({ agent, check, lost }) {
      const hook = await agent.hook();
      const { id: taskId } = await workingTask(agent);
      const token = agent.fresh('token');
      await registerHook(agent, taskId, hook, { token });
      await agent.cancel(taskId);
      const call = await agent.hears(hook, tellsEndOf(taskId));
      if (!call) throw lost('the webhook is not told of the end: see PUSH-005');
      const [, shown] =
        call.exchange.request.headers.find(([name]) => name.toLowerCase() === 'x-a2a-notification-token') ?? [];
      const place = { exchange: call.exchange.id };
      const isTask = isRecord(call.json) && call.json.id === taskId && isRecord(call.json.status);
      check('A2A03-PUSH-010', seen(call.json, place)).observes(
        `${isTask ? 'sends the Task' : 'sends something else than the Task'}, ${shown === token ? 'and the token' : 'and not the token'}`,
      );
    },
  }),
];
