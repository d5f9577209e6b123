import { METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import { input, makesArtifact, slow } from '../../kit/steps.ts';
import { NotApplicable } from '../../kit/stops.ts';
import type { Subject } from '../../kit/subject.ts';
import { sameJson } from '../../kit/match.ts';
import { isRecord } from '../../kit/json.ts';
import type { A2AAgent } from '../agent.ts';
import { BINDINGS } from '../detect.ts';
import { lacksMethod, OF_UNKNOWN_TASKS, refusesBadInput } from '../general-faults.ts';
import { workingTask } from '../push.ts';
import { refusesInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import type { Reply } from '../reply.ts';
import type { TaskStream } from '../task-stream.ts';

/** Bindings are one agent (5.1): played once, for both. */

const bindings = ['JSONRPC'] as const;

function overHttpJson(agent: A2AAgent): A2AAgent {
  const other = agent.over('HTTP+JSON');
  if (!other) throw new NotApplicable('the card declares no HTTP+JSON interface');
  return other;
}

const errorOf = ({ value }: Reply | TaskStream) => value.error;
const saysOneOf = (reply: Reply | TaskStream, ...names: string[]) => {
  const error = errorOf(reply);
  return error !== undefined && error.by !== 'status' && error.names.some((name) => names.includes(name));
};

/** The target has no such operation, over this binding, and says so. */
const isNotOffered = (reply: Reply | TaskStream) =>
  saysOneOf(reply, 'UnsupportedOperationError', 'PushNotificationNotSupportedError', 'MethodNotFoundError') ||
  [405, 501].includes(reply.exchange.response?.status ?? 0);

async function ask(agent: A2AAgent, method: MethodName): Promise<Reply | TaskStream> {
  const id = agent.fresh('no-such-task');
  // Of a message that is not there nothing comes: what is asked is whether there is such an operation.
  const params = method.startsWith('Send') || method === 'ListTasks' ? {} : { id, taskId: id };
  if (method === 'SubscribeToTask') return (await agent.subscribe(id, { hostile: true })).answer();
  return METHODS[method].stream
    ? (await agent.open(method, params, { hostile: true })).answer()
    : agent.call(method, params, { hostile: true });
}

/** Both take it, or refuse it as the same. */
function meetsAlike(one: Reply, other: Reply): boolean {
  if (!one.failed || !other.failed) return one.failed === other.failed;
  const names = errorOf(one)?.names ?? [];
  return (refusesInput(one) && refusesInput(other)) || names.some((name) => other.is(name));
}

/** What both made of it; of an answer that nobody can read, its form is the matter. */
const outcomes = (one: Reply, other: Reply): Subject => ({
  value: { JSONRPC: one.outcome.value, 'HTTP+JSON': other.outcome.value },
  place: other.place,
  unread: one.unread ?? other.unread,
});

export const equivalenceScenarios = [
  scenario('a2a/equivalence/operations', {
    title: 'Every binding offers the same operations',
    proves: ['A2A10-EQ-001'],
    bindings,
    stimulus: ['multi-bind'],
    async play({ agent, check }) {
      const other = overHttpJson(agent);
      const capabilities = isRecord(agent.card.capabilities) ? agent.card.capabilities : {};
      // What one binding of the era does not have at all, the other need not offer either.
      for (const method of agent.binding.methods.filter((one) => other.binding.methods.includes(one))) {
        const row = METHODS[method];
        // What nobody declares, nobody has to offer.
        if ('capability' in row && capabilities[row.capability] !== true) continue;
        const [here, there] = [await ask(agent, method), await ask(other, method)];
        const missing = isNotOffered(here) ? here : there;
        const { value, unread } = missing;
        const lacking = lacksMethod(missing);
        check(
          'A2A10-EQ-001',
          { value, place: { exchange: missing.exchange.id }, ...(!lacking && { unread }) },
          { blockedBy: lacking ?? OF_UNKNOWN_TASKS[method] },
        ).holds(
          isNotOffered(here) === isNotOffered(there),
          `${method} over ${missing === here ? 'JSONRPC' : 'HTTP+JSON'}, as it is offered over ${missing === here ? 'HTTP+JSON' : 'JSONRPC'}`,
        );
      }
    },
  }),

  scenario('a2a/equivalence/task', {
    title: 'A task is the same over every binding',
    proves: ['A2A10-EQ-002'],
    bindings,
    stimulus: ['art', 'multi-bind'],
    async play({ agent, check, flaws }) {
      const other = overHttpJson(agent);
      const { id } = (await agent.send(makesArtifact)).sentTask();
      const [here, there] = [await agent.get(id), await other.get(id)];
      // The ProtoJSON of earlier eras has fewer members: what it cannot say is no difference.
      const told = agent.era.id === 'a2a@1.0' ? plain : (task: unknown) => plain(withoutExtras(task));
      const twin = {
        value: told(there.value.result) ?? there.value,
        place: there.place,
        unread: there.unread,
      };
      const own = told(here.task().raw);
      // Nor is one the same over both that is another whenever it is read.
      const again = told((await agent.get(id)).value.result);
      check('A2A10-EQ-002', twin, {
        // A task that is not written as it should be, over one of them, is not the same over both for that.
        blockedBy: sameJson(own, again) ? flaws(here, there).find((row) => row.includes('-DM-')) : 'A2A10-GET-003',
      }).equals(own);
    },
  }),

  scenario('a2a/equivalence/failures', {
    title: 'One failure is one error over every binding, also where it is open which',
    proves: ['A2A10-EQ-003'],
    bindings,
    stimulus: ['input', 'multi-bind'],
    async play({ agent, check }) {
      const other = overHttpJson(agent);
      const move = async (one: A2AAgent) => {
        const { id } = await one.taskIn('input-required', input());
        return one.send('This one', { taskId: id, contextId: one.fresh('other-context') });
      };
      const [here, there] = [await move(agent), await move(other)];
      const badInput = meetsAlike(here, there)
        ? {}
        : { ...(await refusesBadInput(agent)).unless(here), ...(await refusesBadInput(other)).unless(there) };
      check('A2A10-EQ-003', outcomes(here, there), {
        blockedBy: here.failed && there.failed ? badInput.blockedBy : 'A2A10-CTX-004',
      }).holds(meetsAlike(here, there), 'the same error for a message that names a task and another context');
    },
  }),

  scenario('a2a/equivalence/failures-at-work', {
    title: 'So it is with what is asked of a task that works, or has been canceled',
    proves: ['A2A10-EQ-003'],
    bindings,
    stimulus: ['slow', 'multi-bind'],
    async play({ agent, check, lost }) {
      const other = overHttpJson(agent);
      const bother = async (one: A2AAgent) => {
        const { id } = await workingTask(one, slow());
        if ((await one.poll(id, ({ state }) => state !== 'submitted'))?.state !== 'working')
          throw lost('the agent was asked to work for a while, and does not');
        const more = await one.send('One more thing', { taskId: id, configuration: { returnImmediately: true } });
        await one.cancel(id);
        const over = await one.poll(id, ({ state }) => state === 'canceled');
        return { more, again: over && (await one.cancel(id)) };
      };
      const [here, there] = [await bother(agent), await bother(other)];
      check('A2A10-EQ-003', outcomes(here.more, there.more)).holds(
        meetsAlike(here.more, there.more),
        'the same answer to a message for a task that is at work',
      );
      if (here.again && there.again)
        check('A2A10-EQ-003', outcomes(here.again, there.again)).holds(
          meetsAlike(here.again, there.again),
          'the same answer to a second cancel',
        );
    },
  }),

  scenario('a2a/equivalence/undeclared', {
    title: 'No binding works that the card does not declare',
    proves: ['A2A10-EQ-004'],
    bindings: ['card'],
    async play({ agent, check, notApplicable }) {
      const missing = BINDINGS.filter(
        (name) => !agent.interfaces.some(({ protocolBinding }) => protocolBinding === name),
      );
      if (missing.length === 0) throw notApplicable('the card declares both bindings over HTTP');
      const urls = new Set(
        agent.interfaces
          .filter(({ protocolBinding }) => (BINDINGS as readonly string[]).includes(protocolBinding))
          .flatMap(({ url }) => [url, new URL(url).origin]),
      );
      if (urls.size === 0)
        throw notApplicable('the card declares no interface over HTTP, beside which another could be');
      for (const name of missing)
        for (const url of urls) {
          const reply = await agent
            .beside({ url, protocolBinding: name, protocolVersion: '1.0' })
            .get(agent.fresh('no-such-task'), {}, { hostile: true });
          check('A2A10-EQ-004', reply).holds(
            !reply.says('TaskNotFoundError'),
            `${name}, which the card does not declare, not to be spoken at ${url}`,
          );
        }
    },
  }),
];

const EXTRAS = new Set(['metadata', 'filename', 'referenceTaskIds', 'timestamp']);

function withoutExtras(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtras);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !EXTRAS.has(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, key === 'data' ? member : withoutExtras(member)]));
}

/** A task as JSON that can be compared: what is empty or not set is left out, times have milliseconds. */
function plain(value: unknown, key = ''): unknown {
  if (key === 'timestamp' && typeof value === 'string' && !Number.isNaN(Date.parse(value)))
    return new Date(value).toISOString();
  // What an agent or a user put there is theirs.
  if (key === 'data' || key === 'metadata') return value;
  if (Array.isArray(value)) return value.map((one) => plain(one));
  if (!isRecord(value)) return value;
  const members = Object.entries(value)
    .map(([name, member]) => [name, plain(member, name)] as const)
    .filter(([name, member]) => name === 'data' || !isUnset(member));
  return Object.fromEntries(members);
}

const isUnset = (value: unknown): boolean =>
  value === null || value === '' || value === false || value === 0 || sameJson(value, []) || sameJson(value, {});
