import { nonEmptyString } from '../../kit/match.ts';
import { end, input, slow } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { lacksMethod, listsNothing, missesTasks } from '../general-faults.ts';
import { configsIn, made, makeConfig, NOWHERE, registerHook, tellsEndOf, workingTask } from '../push.ts';
import { refusedInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';
import type { A2AAgent } from '../agent.ts';

const capability = ['pushNotifications'];
const getConfig = (agent: A2AAgent, taskId: string, id: string) =>
  agent.call('GetTaskPushNotificationConfig', { taskId, id });
const listConfigs = (agent: A2AAgent, taskId: string, more: object = {}) =>
  agent.call('ListTaskPushNotificationConfigs', { taskId, ...more });
const deleteConfig = (agent: A2AAgent, taskId: string, id: string) =>
  agent.call('DeleteTaskPushNotificationConfig', { taskId, id });

/** Addresses that only the target itself, or its network, can reach (13.2). Nothing is ever sent there: see the play. */
const INTERNAL = ['http://10.255.255.254/hook', 'http://172.31.255.254/hook', 'http://192.168.255.254/hook'];
const LINK_LOCAL = ['http://169.254.0.1/hook'];
const LOOPBACK = ['http://127.0.0.1:9/hook', 'http://localhost:9/hook'];

export const pushScenarios = [
  scenario('a2a/push/configuration', {
    title: 'A push configuration can be made, read and deleted',
    proves: ['A2A10-PUSH-001', 'A2A10-PUSH-003', 'A2A10-PUSH-004', 'A2A10-PUSH-008', 'A2A10-PUSH-009'],
    capability,
    stimulus: ['slow'],
    async play({ agent, check }) {
      const { id: taskId } = await workingTask(agent);
      const authentication = { scheme: 'Bearer', credentials: agent.fresh('secret') };
      const config = await makeConfig(agent, taskId, { authentication });
      const { reply, id, url } = config;
      check('A2A10-PUSH-001', reply).has({ result: { url, id: nonEmptyString } });
      const { result } = reply.value;
      check('A2A10-PUSH-001', reply).observes(
        isRecord(result) && result.taskId === taskId ? 'fills in taskId' : 'leaves taskId out',
      );
      made(config);

      const read = await getConfig(agent, taskId, id);
      // Whether a credential is shown again is left open: 13.2 wants it kept as a secret.
      check('A2A10-PUSH-003', read).has({ result: { url, id } });
      const shown = isRecord(read.value.result) && isRecord(read.value.result.authentication);
      check('A2A10-PUSH-003', read).holds(
        shown &&
          String(
            (read.value.result as { authentication: { scheme?: unknown } }).authentication.scheme,
          ).toLowerCase() === 'bearer',
        'the authentication scheme that was created',
        shown ? 'another scheme' : 'no authentication',
      );

      const missing = await missesTasks(agent);
      const unknown = await getConfig(agent, taskId, agent.fresh('no-such-config'));
      check('A2A10-PUSH-004', unknown, missing.unless(unknown)).has(failsAs('TaskNotFoundError'));

      const deleted = await deleteConfig(agent, taskId, id);
      const unserved = { blockedBy: lacksMethod(deleted) };
      check('A2A10-PUSH-008', deleted, unserved).holds(!deleted.failed, 'the configuration to be deleted');
      // Whose deletion was refused is there still.
      if (!deleted.failed) {
        const gone = await getConfig(agent, taskId, id);
        check('A2A10-PUSH-008', gone).holds(gone.failed, 'no configuration of that id any more');
        const left = configsIn(await listConfigs(agent, taskId));
        if (left)
          check('A2A10-PUSH-008', seen(left.map((one) => one.id))).holds(
            left.every((one) => one.id !== id),
            `a list without ${id}`,
          );
        check('A2A10-PUSH-009', (await deleteConfig(agent, taskId, id)).outcome).equals(deleted.outcome.value);
      }
      await agent.cancel(taskId);
    },
  }),

  scenario('a2a/push/list', {
    title: 'A list has all configurations of a task, and those of no other',
    proves: ['A2A10-PUSH-005', 'A2A10-PUSH-006'],
    capability,
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const tasks = [await workingTask(agent), await workingTask(agent)] as const;
      const [{ id: taskId }, { id: otherId }] = tasks;
      const make = async (of: string) => made(await makeConfig(agent, of, { id: agent.fresh('config') }));
      const [first, second, foreign] = [await make(taskId), await make(taskId), await make(otherId)];
      const reply = await listConfigs(agent, taskId);
      const configs = configsIn(reply);
      check('A2A10-PUSH-005', reply, { blockedBy: lacksMethod(reply) }).holds(
        configs !== undefined,
        'an object with the list `configs`',
      );
      if (configs) {
        const ids = configs.map(({ id }) => id);
        // Who keeps one configuration for a task has replaced the first: only what is active is owed (3.1.9).
        const active =
          first.id === second.id || (await getConfig(agent, taskId, first.id)).failed ? [second] : [first, second];
        check('A2A10-PUSH-005', seen(ids, reply.place)).holds(
          active.every(({ id }) => ids.includes(id)) && (foreign.id === first.id || !ids.includes(foreign.id)),
          `${active.map(({ id }) => id).join(' and ')}, and nothing of another task`,
        );
        if (active.length < 2) throw lost('the target keeps one configuration for a task');
        const page = await listConfigs(agent, taskId, { pageSize: 1 });
        const result = isRecord(page.value.result) ? page.value.result : {};
        const token = typeof result.nextPageToken === 'string' && result.nextPageToken !== '';
        const pages = token && configsIn(page)?.length === 1;
        check('A2A10-PUSH-006', page).observes(
          pages ? 'pages the list of configurations' : 'does not page the list of configurations',
        );
      }
      for (const { id } of tasks) await agent.cancel(id);
    },
  }),

  scenario('a2a/push/unknown-task', {
    title: 'A task that nobody made has no configurations',
    proves: ['A2A10-PUSH-002', 'A2A10-PUSH-007', 'A2A10-PUSH-011'],
    capability,
    async play({ agent, check }) {
      const missing = await missesTasks(agent);
      const taskId = agent.fresh('no-such-task');
      const notFound = failsAs('TaskNotFoundError');
      const created = await agent.call('CreateTaskPushNotificationConfig', { taskId, url: NOWHERE });
      check('A2A10-PUSH-002', created, missing.unless(created)).has(notFound);
      const listed = await listConfigs(agent, agent.fresh('no-such-task'));
      const lacking = lacksMethod(listed);
      const general = lacking ? { blockedBy: lacking } : await listsNothing(agent, listed);
      check('A2A10-PUSH-007', listed, { ...general, ...missing.unless(listed) }).has(notFound);
      const deleted = await deleteConfig(agent, agent.fresh('no-such-task'), 'config');
      const blockedBy = lacksMethod(deleted) ?? missing.unless(deleted).blockedBy;
      check('A2A10-PUSH-011', deleted, { blockedBy }).has(notFound);
    },
  }),

  scenario('a2a/push/stays', {
    title: 'A configuration outlives a turn of its task',
    proves: ['A2A10-PUSH-012'],
    capability,
    stimulus: ['input'],
    async play({ agent, check }) {
      const asks = { steps: [end('input-required', 'And now?')] };
      const { id: taskId } = await agent.taskIn('input-required', input(asks, { steps: [end('completed', 'done')] }));
      const { id } = made(await makeConfig(agent, taskId));
      const waiting = await getConfig(agent, taskId, id);
      check('A2A10-PUSH-012', waiting, { blockedBy: waiting.failed ? 'A2A10-PUSH-003' : undefined }).has({
        result: { id },
      });
      const { state } = (await agent.send('Go on', { taskId })).sentTask();
      // Once it has ended nothing is owed any more (3.1.7).
      if (state === 'input-required')
        check('A2A10-PUSH-012', await getConfig(agent, taskId, id)).has({ result: { id } });
      await agent.cancel(taskId);
    },
  }),

  scenario('a2a/push/bad-url', {
    title: 'A configuration needs a url',
    proves: ['A2A10-PUSH-013'],
    capability,
    stimulus: ['slow'],
    async play({ agent, check }) {
      const { id: taskId } = await workingTask(agent);
      const { reply } = made(await makeConfig(agent, taskId));
      check('A2A10-PUSH-013', reply).has({ result: {} });
      const create = (params: object) =>
        agent.call('CreateTaskPushNotificationConfig', { taskId, ...params }, { hostile: true });
      check('A2A10-PUSH-013', await create({})).has(refusedInput);
      check('A2A10-PUSH-013', await create({ url: 'not a url' })).has(refusedInput);
      await agent.cancel(taskId);
    },
  }),

  scenario('a2a/push/inline', {
    title: 'A configuration that comes with the message is in the list',
    proves: ['A2A10-PUSH-017'],
    capability,
    stimulus: ['slow'],
    async play({ agent, check }) {
      // That this url is taken is tried first: a guard may refuse it (13.2).
      const twin = await workingTask(agent);
      const { url } = made(await makeConfig(agent, twin.id));
      await agent.cancel(twin.id);
      const taskPushNotificationConfig = { url };
      const sent = await agent.send(slow(), { configuration: { returnImmediately: true, taskPushNotificationConfig } });
      const { id: taskId } = sent.sentTask();
      const reply = await listConfigs(agent, taskId);
      const configs = configsIn(reply);
      check('A2A10-PUSH-017', reply, { blockedBy: configs ? undefined : 'A2A10-PUSH-005' }).holds(
        configs?.some((one) => one.url === url && typeof one.id === 'string' && one.id !== '') ?? false,
        `a configuration for ${url}, with an id`,
      );
      await agent.cancel(taskId);
    },
  }),

  scenario('a2a/push/other-caller', {
    title: 'Nobody touches the configurations of another caller',
    proves: ['A2A10-PUSH-014'],
    capability,
    stimulus: ['slow', '2id'],
    async play({ agent, check }) {
      const other = await agent.other();
      const { id: taskId } = await workingTask(agent);
      const { id } = made(await makeConfig(agent, taskId));
      // Who shows others the very task has no isolation at all.
      const isOpen = !(await other.get(taskId)).failed;
      const blocked = { blockedBy: isOpen ? ('A2A10-GET-004' as const) : undefined };
      const read = await getConfig(other, taskId, id);
      check('A2A10-PUSH-014', read, blocked).holds(read.failed, 'that another caller cannot read it');
      const listed = await listConfigs(other, taskId);
      check('A2A10-PUSH-014', listed, blocked).holds(
        listed.failed || configsIn(listed)?.length === 0,
        'that another caller cannot list it',
      );
      await deleteConfig(other, taskId, id);
      check('A2A10-PUSH-014', await getConfig(agent, taskId, id), blocked).has({ result: { id } });
      await agent.cancel(taskId);
    },
  }),

  scenario('a2a/push/foreign-webhook', {
    title: 'Nobody has the task of another caller sent to a webhook',
    proves: ['A2A10-PUSH-016'],
    capability,
    stimulus: ['slow', '2id', 'hook'],
    async play({ agent, check }) {
      const other = await agent.other();
      const { id: taskId } = await workingTask(agent);
      const [own, foreign] = [await agent.hook(), await agent.hook()];
      await registerHook(agent, taskId, own);
      const isOpen = !(await other.get(taskId)).failed;
      const blocked = { blockedBy: isOpen ? ('A2A10-GET-004' as const) : undefined };
      const created = await other.call('CreateTaskPushNotificationConfig', { taskId, url: foreign.url });
      check('A2A10-PUSH-016', created, blocked).holds(created.failed, 'that another caller cannot make one');
      await agent.cancel(taskId);
      // Once the caller's own webhook knows of the end, the other one could know it too.
      await agent.hears(own, tellsEndOf(taskId));
      check('A2A10-PUSH-016', seen(foreign.calls.length, created.place), blocked).holds(
        foreign.calls.length === 0,
        'no call of the webhook of another caller',
      );
    },
  }),

  scenario('a2a/push/internal-address', {
    title: 'Webhooks at addresses that only the target can reach are refused',
    proves: ['A2A10-PUSH-015'],
    capability,
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      // On a task that is over nothing happens any more, so that a guard that lets an address through calls nobody.
      const { id: taskId } = await agent.taskIn('completed', {
        word: 'done',
        script: { steps: [end('completed', 'done')] },
      });
      const hook = agent.hasHooks ? await agent.hook() : undefined;
      if (hook) await agent.call('CreateTaskPushNotificationConfig', { taskId, url: hook.url });
      const outside = await agent.call('CreateTaskPushNotificationConfig', { taskId, url: NOWHERE });
      if (await hook?.next(() => true, 100)) throw lost('the target calls webhooks of tasks that are over');
      if (outside.failed)
        throw lost(
          'the target takes no webhook for a task that is over: that no address is called cannot be made sure',
        );
      // A target on loopback that takes webhooks there is in a test.
      const urls = [...INTERNAL, ...LINK_LOCAL, ...(agent.isLocal ? [] : LOOPBACK)];
      for (const url of urls) {
        const id = agent.fresh('config');
        const reply = await agent.call('CreateTaskPushNotificationConfig', { taskId, id, url });
        if (!reply.failed)
          await deleteConfig(agent, taskId, isRecord(reply.value.result) ? String(reply.value.result.id) : id);
        check('A2A10-PUSH-015', reply).holds(reply.failed, `a refusal of ${url}`);
      }
    },
  }),
];
