import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { auth, done, slow } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { A2AAgent } from '../agent.ts';
import { BINDINGS } from '../detect.ts';
import { OF_UNKNOWN_TASKS } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { demandsCredentials, everyOperation, isRefused, schemesOf, wrongCredentials } from '../security.ts';
import type { Reply } from '../reply.ts';
import type { TaskStream } from '../task-stream.ts';
import { isRecord } from '../../kit/json.ts';
import { workingTask } from '../push.ts';

const OPEN = 'the card demands no credentials of anybody (securityRequirements)';
const placeOf = ({ exchange }: Reply | TaskStream) => ({ exchange: exchange.id });
const statusOf = ({ exchange }: Reply | TaskStream) => exchange.response?.status;
const isDoor = (reply: Reply | TaskStream) => statusOf(reply) === 401 || statusOf(reply) === 403;

/** A refusal says how to get in: in a challenge, or in its text. */
function saysHow({ exchange: { response } }: Reply | TaskStream, card: Record<string, unknown>): boolean {
  if (response?.headers.some(([name]) => /^(www|proxy)-authenticate$/i.test(name))) return true;
  const { http, headers } = schemesOf(card);
  const body = response?.body && 'text' in response.body ? response.body.text.toLowerCase() : '';
  return [...http, ...headers].some((name) => body.includes(name));
}

export const authScenarios = [
  scenario('a2a/auth/strangers', {
    title: 'Nobody gets in without credentials, or with wrong ones',
    proves: ['A2A10-AUTH-001', 'A2A10-AUTH-002', 'A2A10-AUTH-010'],
    stimulus: ['done', 'cred'],
    async play({ agent, check, notApplicable }) {
      const task = (await agent.send(done)).sentTask();
      if (!demandsCredentials(agent.card)) throw notApplicable(OPEN);
      let isCardOpen = false;
      const wrong = wrongCredentials(agent.credentials, agent.fresh('key'));
      for (const [what, headers] of [
        ['no credentials', []],
        ...(wrong.length > 0 ? [['wrong credentials', wrong]] : []),
      ] as const) {
        for await (const { method, reply } of everyOperation(
          agent,
          agent.as([...headers] as [string, string][]),
          task.id,
        )) {
          // That card has a rule of its own (3.1.11), which is about callers without credentials.
          const isCard = method === 'GetExtendedAgentCard';
          if (isCard && headers.length === 0) isCardOpen = !isRefused(reply);
          check('A2A10-AUTH-001', seen(statusOf(reply), placeOf(reply)), {
            blockedBy: isCard && isCardOpen ? 'A2A10-XCARD-001' : undefined,
          }).holds(isRefused(reply), `a refusal of ${method} with ${what}`);
          // What is hidden from strangers says nothing of how to get in.
          if (!isRefused(reply) || names(reply).includes('TaskNotFoundError')) continue;
          if (agent.binding.name === 'HTTP+JSON' || agent.era.id !== 'a2a@1.0')
            check('A2A10-AUTH-010', seen(statusOf(reply), placeOf(reply))).holds(
              isDoor(reply),
              `HTTP 401 or 403 for ${method} with ${what}`,
            );
          check('A2A10-AUTH-002', seen(statusOf(reply), placeOf(reply))).holds(
            saysHow(reply, agent.card),
            'a challenge (WWW-Authenticate), or a word on how to get in',
          );
        }
      }
    },
  }),

  scenario('a2a/auth/other-caller', {
    title: 'A caller learns nothing of the tasks of another one',
    proves: ['A2A10-AUTH-003', 'A2A10-AUTH-004'],
    stimulus: ['slow', '2id'],
    async play({ agent, check }) {
      const other = await agent.other();
      const { id } = await workingTask(agent, slow());
      const unknown = agent.fresh('no-such-task');
      const capabilities = isRecord(agent.card.capabilities) ? agent.card.capabilities : {};
      const ask: [what: MethodName, (taskId: string) => Promise<Reply | TaskStream>][] = [
        ['GetTask', (taskId) => other.get(taskId)],
        ['CancelTask', (taskId) => other.cancel(taskId)],
        ['SendMessage', (taskId) => other.send('And?', { taskId })],
      ];
      if (capabilities.streaming === true)
        ask.push(['SubscribeToTask', async (taskId) => (await other.subscribe(taskId)).answer()]);
      if (capabilities.pushNotifications === true) {
        ask.push([
          'ListTaskPushNotificationConfigs',
          (taskId) => other.call('ListTaskPushNotificationConfigs', { taskId }),
        ]);
        const config = (taskId: string) => ({ taskId, id: 'config' });
        ask.push([
          'GetTaskPushNotificationConfig',
          (taskId) => other.call('GetTaskPushNotificationConfig', config(taskId)),
        ]);
      }
      for (const [what, about] of ask) {
        const [foreign, twin] = [await about(id), await about(unknown)];
        // Who is let in to the task at all breaks the rule about that operation.
        if (!isRefused(foreign)) continue;
        const isFault = (statusOf(foreign) ?? 0) >= 500 || names(foreign).includes('InternalError');
        check('A2A10-AUTH-003', seen(foreign.value, placeOf(foreign))).holds(
          !isFault || !isRefused(twin) || sameAs(foreign, twin),
          `an authorization error, or not found, for ${what} of another caller's task`,
        );
        // An operation that does not miss a task which nobody made breaks the rule about that.
        const unmissed = isRefused(twin) ? undefined : OF_UNKNOWN_TASKS[what];
        check('A2A10-AUTH-004', foreign.outcome, { blockedBy: isFault ? 'A2A10-AUTH-003' : unmissed }).equals(
          twin.outcome.value,
        );
      }
      await agent.cancel(id);
    },
  }),

  scenario('a2a/auth/every-binding', {
    title: 'All bindings let the same callers in',
    proves: ['A2A10-AUTH-005'],
    stimulus: ['cred', 'multi-bind'],
    async play({ agent, check, notApplicable }) {
      if (!demandsCredentials(agent.card)) throw notApplicable(OPEN);
      if (agent.credentials.length === 0) throw notApplicable('the run has no credentials to show');
      const over = BINDINGS.flatMap((name) => agent.over(name) ?? []);
      if (over.length < 2) throw notApplicable('the target declares one binding');
      const ask = (one: A2AAgent) => one.get(one.fresh('no-such-task'), {}, { hostile: true });
      const here = await ask(agent.as([...agent.credentials]));
      for (const one of over) {
        const there = await ask(one.as([...agent.credentials]));
        check('A2A10-AUTH-005', seen(statusOf(there), placeOf(there))).holds(
          isDoor(there) === isDoor(here),
          `${one.binding.name} to ${isDoor(here) ? 'refuse' : 'take'} the credentials that ${agent.binding.name} ${isDoor(here) ? 'refuses' : 'takes'}`,
        );
      }
    },
  }),

  scenario('a2a/auth/in-task', {
    title: 'An agent that needs authorization asks for it by a task, and listens',
    proves: ['A2A10-AUTH-006', 'A2A10-AUTH-009'],
    stimulus: ['auth'],
    async play({ agent, check }) {
      if (agent.runsScripts) {
        const sent = await agent.send(auth);
        sent.sentTask();
        check('A2A10-AUTH-006', sent.taskSubject).has({ state: 'auth-required' });
      }
      const { id } = await agent.taskIn('auth-required', auth);
      check('A2A10-AUTH-006', seen(id)).holds(true, 'a task in AUTH_REQUIRED');
      const reply = await agent.send('I have signed in', { taskId: id });
      check('A2A10-AUTH-009', reply).holds(!reply.failed, 'the message to be taken');
    },
  }),
];

function names(reply: Reply | TaskStream): readonly string[] {
  const { error } = reply.value;
  return error?.names ?? [];
}

function sameAs(left: Reply | TaskStream, right: Reply | TaskStream): boolean {
  return JSON.stringify(left.outcome.value) === JSON.stringify(right.outcome.value);
}
