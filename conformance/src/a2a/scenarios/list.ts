import type { CheckOptions } from '../../kit/check.ts';
import { isRecord } from '../../kit/json.ts';
import { done, end, input, makesArtifact } from '../../kit/steps.ts';
import { Blocked } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import { ignoresLimit, leftAside, listsWithoutQueries, refusesBadInput } from '../general-faults.ts';
import type { A2AAgent } from '../agent.ts';
import type { Reply } from '../reply.ts';
import { refusedInput, refusesInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import {
  allOf,
  LIST_MEMBERS,
  pageOf,
  severalDone,
  stampOf,
  tasksInOneContext,
  walkOf,
  type TaskPage,
  type Walk,
} from '../task-list.ts';
import type { TaskView } from '../view.ts';

const idsOf = (tasks: readonly TaskView[]) => tasks.map(({ id }) => id);
const idsOnWay = ({ pages }: Walk) => pages.flatMap(({ tasks }) => idsOf(tasks));
/** Each of them came, and came once. */
const isEachOnce = (ids: readonly unknown[], walk: Walk) =>
  ids.every((id) => idsOnWay(walk).filter((one) => one === id).length === 1);

/** Where the filter does not work, nothing can be said of a list that is to be of one context. */
async function strays(
  agent: A2AAgent,
  page: TaskPage,
  contextId: string,
): Promise<{ blockedBy?: 'A2A10-LIST-010' | 'A2A10-REST-004' }> {
  const isOther = page.tasks.some((task) => task.contextId !== undefined && task.contextId !== contextId);
  return isOther ? { blockedBy: 'A2A10-LIST-010', ...(await listsWithoutQueries(agent)) } : {};
}

/** Nothing is in the list of a context that was made in another one: who does not go on with it breaks CTX-005. */
const elsewhere = (contextId: string, tasks: readonly TaskView[]): { blockedBy?: 'A2A10-CTX-005' } =>
  tasks.some((task) => task.contextId !== undefined && task.contextId !== contextId)
    ? { blockedBy: 'A2A10-CTX-005' }
    : {};

export const listScenarios = [
  scenario('a2a/list/empty', {
    title: 'A list without tasks has all its members, and no further page',
    proves: ['A2A10-LIST-007', 'A2A10-LIST-004'],
    async play({ agent, check, lost }) {
      const page = await pageOf(agent, { contextId: agent.fresh('no-such-context') });
      check('A2A10-LIST-007', seen(page.result, page.place)).has(LIST_MEMBERS);
      if (page.raw.length > 0) throw lost('the list of a context that nobody made has tasks');
      check('A2A10-LIST-004', seen(page.token, page.place), {
        blockedBy: typeof page.token === 'string' ? undefined : 'A2A10-LIST-007',
      }).has('');
    },
  }),

  scenario('a2a/list/refused', {
    title: 'A page size, a status and a token that are none are refused',
    proves: ['A2A10-LIST-009', 'A2A10-LIST-012', 'A2A10-LIST-015'],
    async play({ agent, check }) {
      const { pageSize } = await pageOf(agent, { contextId: agent.fresh('no-such-context'), pageSize: 1 });
      const bad = await refusesBadInput(agent);
      const asked = (params: Record<string, unknown>) => agent.call('ListTasks', params, { hostile: true });
      const unless = async (reply: Reply): Promise<CheckOptions> =>
        reply.failed ? bad.unless(reply) : listsWithoutQueries(agent);
      const negative = await asked({ pageSize: -1 });
      check('A2A10-LIST-009', negative, await unless(negative)).holds(
        refusesInput(negative),
        'a refusal of pageSize -1 (-32602, HTTP 400)',
      );
      // Where an integer that is not set is 0, it asks for the default.
      const none = await asked({ pageSize: 0 });
      check('A2A10-LIST-009', none).observes(
        none.failed ? 'refuses pageSize 0 (proto: the minimum is 1)' : 'takes pageSize 0 for the default',
      );
      const large = await asked({ pageSize: 101 });
      const { pageSize: used, tasks } = (large.value.result ?? {}) as { pageSize?: unknown; tasks?: unknown[] };
      const isClamped = typeof used === 'number' && used <= 100 && Array.isArray(tasks) && tasks.length <= 100;
      check('A2A10-LIST-009', large, isClamped ? {} : await unless(large)).holds(
        refusesInput(large) || isClamped,
        'a refusal of pageSize 101 (-32602, HTTP 400), or a page of at most 100',
        large.failed ? large.value : { pageSize: used ?? pageSize },
      );
      check('A2A10-LIST-009', large).observes(
        large.failed
          ? 'refuses pageSize 101 (6.5)'
          : `takes pageSize 101 for ${String(used)} (proto: the maximum is 100)`,
      );
      const status = await asked({ status: 'TASK_STATE_DREAMING' });
      check('A2A10-LIST-012', status, await unless(status)).has(refusedInput);
      const token = await asked({ pageToken: 'no-such-token' });
      check('A2A10-LIST-015', token, await unless(token)).has(refusedInput);
    },
  }),

  scenario('a2a/list/no-params', {
    title: 'A list can be asked for without saying anything',
    proves: ['A2A10-LIST-016'],
    bindings: ['JSONRPC'],
    async play({ agent, check }) {
      const reply = await agent.call('ListTasks', {});
      const twin = reply.failed ? await agent.call('ListTasks', { pageSize: 10 }) : undefined;
      const blockedBy = twin?.answersLike(reply) ? 'A2A10-LIST-007' : undefined;
      check('A2A10-LIST-016', reply, { blockedBy }).has({ result: {} });
      const { params: _left, ...message } = JSON.parse((reply.exchange.request.body as { text: string }).text) as {
        params?: unknown;
      };
      const absent = await agent.call('ListTasks', {}, { body: JSON.stringify(message), hostile: true });
      check('A2A10-LIST-016', absent, { level: 'observe' }).has({ result: {} });
    },
  }),

  scenario('a2a/list/pages', {
    title: 'Walking the pages brings every task once, the latest first',
    proves: ['A2A10-LIST-002', 'A2A10-LIST-003', 'A2A10-LIST-004', 'A2A10-LIST-014', 'A2A10-LIST-017', 'A2A10-GET-006'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { contextId, tasks } = await tasksInOneContext(agent, severalDone(5));
      const whole = await allOf(agent, { contextId });
      const unless = await strays(agent, whole, contextId);
      const own = idsOf(whole.tasks).filter((id) => tasks.some((task) => task.id === id));
      if (own.length === 0)
        throw new Blocked('A2A10-CTX-006', 'expected the tasks of the context', { place: whole.place });
      check('A2A10-GET-006', seen((await allOf(agent, { contextId })).raw, whole.place), unless).equals(whole.raw);

      const params = { contextId, pageSize: 2 };
      const most = tasks.length + 3;
      const walk = await walkOf(agent, params, most);
      const { pages } = walk;
      const first = pages[0]!;
      const hasNoToken = pages.some(({ token }) => typeof token !== 'string');
      check('A2A10-LIST-002', seen(idsOnWay(walk), first.place), {
        blockedBy: unless.blockedBy ?? (hasNoToken ? 'A2A10-LIST-007' : undefined),
      }).holds(walk.ended && isEachOnce(own, walk), `each of ${own.join(', ')} once, and an end`);
      const stamps = pages.flatMap((page) => page.tasks.flatMap((task) => stampOf(task) ?? []));
      // Within a page the invariant has seen it.
      check('A2A10-LIST-003', seen(stamps, first.place), unless).holds(
        pages.every(({ tasks: [task] }, index) => {
          const last = pages[index - 1]?.tasks.at(-1);
          const [before, after] = [last && stampOf(last), task && stampOf(task)];
          return before === undefined || after === undefined || after <= before;
        }),
        'status.timestamp, the latest first, across the pages',
        stamps.map((at) => new Date(at).toISOString()),
      );
      // All tasks had come before: there were no more results, and the token said that there were.
      const last = whole.pages.at(-1)!;
      check('A2A10-LIST-004', seen({ tasks: last.raw.length, nextPageToken: last.token }, last.place), {
        blockedBy: unless.blockedBy ?? (typeof last.token === 'string' ? undefined : 'A2A10-LIST-007'),
      }).holds(
        whole.ended && last.token === '' && last.raw.length > 0,
        'an empty nextPageToken on the last page that has tasks',
      );
      const totals = pages.map(({ totalSize }) => totalSize);
      check('A2A10-LIST-014', seen(totals, first.place), { level: 'observe' }).holds(
        totals.every((total) => total === own.length),
        `a total of ${own.length} on every page`,
      );
      const growing = await walkOf(agent, params, most + 1, () => agent.send(done, { contextId }));
      check('A2A10-LIST-017', seen(idsOnWay(growing), first.place), unless).holds(
        isEachOnce(own, growing),
        'each of the older tasks once, though one was made on the way',
      );
    },
  }),

  scenario('a2a/list/context', {
    title: 'The tasks of a context, all of them and no others',
    proves: ['A2A10-LIST-010', 'A2A10-CTX-006'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const one = await tasksInOneContext(agent, severalDone(2));
      const other = await tasksInOneContext(agent, severalDone(1));
      for (const { contextId, tasks } of [one, other]) {
        const page = await allOf(agent, { contextId });
        const strangers = page.tasks.filter((task) => task.contextId !== undefined && task.contextId !== contextId);
        const isAlone =
          strangers.length === 0 &&
          !other.tasks.some(({ id }) => contextId !== other.contextId && idsOf(page.tasks).includes(id));
        check(
          'A2A10-LIST-010',
          seen(
            strangers.slice(0, 3).map(({ raw }) => raw),
            page.place,
          ),
          isAlone ? {} : await listsWithoutQueries(agent),
        ).holds(isAlone, `tasks of the context ${contextId} alone`);
        const missing = tasks.filter(({ id }) => !idsOf(page.tasks).includes(id));
        check('A2A10-CTX-006', seen(idsOf(page.tasks), page.place), {
          ...elsewhere(contextId, tasks),
          ...(await strays(agent, page, contextId)),
        }).holds(missing.length === 0, `the tasks of the context: ${idsOf(tasks).join(', ')}`);
      }
      const both = await pageOf(agent, { contextId: one.contextId, status: 'TASK_STATE_WORKING' });
      check('A2A10-LIST-010', seen(idsOf(both.tasks), both.place), { level: 'observe' }).holds(
        both.raw.length === 0,
        'no task that is completed, where both a context and the state working are asked for',
      );
    },
  }),

  scenario('a2a/list/status', {
    title: 'The tasks in a state, and the one that moved last before the others',
    proves: ['A2A10-LIST-003', 'A2A10-LIST-011'],
    stimulus: ['done', 'input'],
    async play({ agent, check, lost }) {
      const { contextId, tasks } = await tasksInOneContext(agent, [input(), done]);
      const [asks, over] = tasks as [TaskView & { id: string }, TaskView & { id: string }];
      if (asks.state !== 'input-required') throw lost(`the agent was asked to ask, and its task is ${asks.state}`);
      for (const [status, state, own] of [
        ['TASK_STATE_INPUT_REQUIRED', 'input-required', asks],
        ['TASK_STATE_COMPLETED', 'completed', over],
      ] as const) {
        const all = await pageOf(agent, { status, pageSize: 10 });
        const others = all.tasks.filter((task) => task.state !== state);
        check(
          'A2A10-LIST-011',
          seen(
            others.slice(0, 3).map(({ raw }) => raw),
            all.place,
          ),
          others.length === 0 ? {} : await listsWithoutQueries(agent),
        ).holds(others.length === 0, `tasks that are ${state} alone`);
        if (own.state !== state) continue;
        const mine = await allOf(agent, { contextId, status });
        check('A2A10-LIST-011', seen(idsOf(mine.tasks), mine.place), elsewhere(contextId, [own])).holds(
          idsOf(mine.tasks).includes(own.id),
          `the task ${own.id}, which is ${state}`,
        );
      }
      const after = await agent.send('This one', { taskId: asks.id });
      if (after.failed) throw lost('the follow-up was refused');
      const page = await allOf(agent, { contextId });
      const [first] = page.tasks.filter((task) => tasks.some(({ id }) => id === task.id));
      if (first && page.tasks.every((task) => stampOf(task) !== undefined))
        check('A2A10-LIST-003', seen(idsOf(page.tasks), page.place), {
          ...(first.id === asks.id ? {} : await leftAside(agent, asks.id, after)),
          ...(await strays(agent, page, contextId)),
        }).holds(first.id === asks.id, `the task whose status changed last, ${asks.id}, first`);
    },
  }),

  scenario('a2a/list/since', {
    title: 'The tasks whose status is of a time, or later',
    proves: ['A2A10-LIST-013', 'A2A10-LIST-019'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const { contextId } = await tasksInOneContext(agent, severalDone(3));
      const whole = await allOf(agent, { contextId });
      const unless = await strays(agent, whole, contextId);
      const stamped = whole.tasks.flatMap((task) => {
        const at = stampOf(task);
        return at === undefined ? [] : [{ id: task.id, at, text: timestampOf(task) }];
      });
      if (stamped.length === 0) throw notApplicable('the tasks have no timestamps, which 4.1.2 leaves to the server');
      stamped.sort((a, b) => a.at - b.at);
      const middle = stamped[Math.floor(stamped.length / 2)]!;
      const since = async (statusTimestampAfter: string) => {
        const params = { contextId, statusTimestampAfter };
        const { value, place, unread } = await agent.call('ListTasks', params);
        // An empty list without the member `tasks` is a list (see LIST-007).
        const ids = isRecord(value.result) ? idsOf((await allOf(agent, params)).tasks) : undefined;
        return { ids, told: { value: ids ?? value, place, unread } };
      };
      // The time as the server wrote it.
      const { ids: listed, told: reply } = await since(middle.text);
      const owed = stamped.filter(({ at }) => at >= middle.at).map(({ id }) => id);
      const older = stamped.filter(({ at }) => at < middle.at).map(({ id }) => id);
      const isOffset = !middle.text.endsWith('Z');
      check('A2A10-LIST-013', reply, isOffset ? { blockedBy: 'A2A10-DM-003' } : unless).holds(
        listed !== undefined && owed.every((id) => listed.includes(id)) && !older.some((id) => listed.includes(id)),
        `${owed.join(', ')}, whose status is of ${middle.text} or later${older.length > 0 ? `, and not ${older.join(', ')}` : ''}`,
      );
      // Before all of them: whether a time is of itself, too, was the question before.
      const second = Math.ceil(stamped[0]!.at / 1000) * 1000 - 1000;
      for (const [text, isPast] of [
        [new Date(second).toISOString().replace('.000Z', 'Z'), true],
        [new Date(second).toISOString(), true],
        [new Date(second + 86_400_000).toISOString().replace('.000Z', 'Z'), false],
        [new Date(second + 86_400_000).toISOString(), false],
      ] as const) {
        const { ids, told } = await since(text);
        if (isPast || ids === undefined)
          // Who refuses a time as it wrote it itself refuses all of them.
          check('A2A10-LIST-019', told, listed === undefined ? { blockedBy: 'A2A10-LIST-013' } : unless).holds(
            ids !== undefined && stamped.every(({ id }) => ids.includes(id)),
            `all tasks since ${text}`,
          );
        // Who heeds no time at all breaks the rule about the filter.
        else
          check('A2A10-LIST-013', told, unless).holds(
            !stamped.some(({ id }) => ids.includes(id)),
            `no task since ${text}, which is to come`,
          );
      }
    },
  }),

  scenario('a2a/list/artifacts', {
    title: 'A list has artifacts when they are asked for, and not else',
    proves: ['A2A10-LIST-005', 'A2A10-LIST-006'],
    stimulus: ['art'],
    async play({ agent, check, lost }) {
      const { contextId, tasks } = await tasksInOneContext(agent, [makesArtifact]);
      const [task] = tasks;
      if ((await agent.get(task!.id)).task().artifacts.length === 0)
        throw lost('the agent was asked for an artifact and made none');
      for (const params of [{ contextId }, { contextId, includeArtifacts: false }]) {
        const page = await pageOf(agent, params);
        const shown = page.raw.filter((one) => typeof one === 'object' && one !== null && 'artifacts' in one);
        check('A2A10-LIST-005', seen(shown.slice(0, 1), page.place)).holds(
          shown.length === 0,
          'no member `artifacts`, neither empty nor null',
        );
      }
      const page = await pageOf(agent, { contextId, includeArtifacts: true });
      const found = page.tasks.find(({ id }) => id === task!.id);
      check('A2A10-LIST-006', seen(found?.artifacts.length ?? 0, page.place)).observes(
        found && found.artifacts.length > 0 ? 'has artifacts when asked' : 'has no artifacts though asked',
      );
    },
  }),

  scenario('a2a/list/history', {
    title: 'historyLength limits the history in answers to messages and in lists, too',
    proves: ['A2A10-HIST-005'],
    stimulus: ['input'],
    async play({ agent, check, lost, notApplicable }) {
      const stimulus = input({ steps: [end('input-required', 'Sure?')] }, { steps: [end('completed')] });
      const { contextId, tasks } = await tasksInOneContext(agent, [stimulus]);
      const [{ id, state }] = tasks as [TaskView & { id: string }];
      if (state !== 'input-required') throw lost(`the agent was asked to ask, and its task is ${state}`);
      const reply = await agent.send('The first one', { taskId: id, configuration: { historyLength: 1 } });
      if (reply.failed) throw lost('the follow-up was refused');
      if ((await agent.get(id)).task().history.length < 2)
        throw notApplicable('the task has no history that could be limited: how much is kept is left open (3.2.4)');
      const answered = reply.sentTask().history.length;
      const none = (await agent.send(done, { configuration: { historyLength: 0 } })).sentTask().history;
      check('A2A10-HIST-005', seen(answered, reply.place), {
        ...(await ignoresLimit(agent, id, 1)),
        ...(none.length > 0 && { blockedBy: 'A2A10-HIST-004' }),
      }).holds(answered <= 1, 'at most one message in the answer');
      for (const historyLength of [0, 1] as const) {
        const page = await pageOf(agent, { contextId, historyLength });
        const lengths = page.tasks.map(({ history }) => history.length);
        check('A2A10-HIST-005', seen(lengths, page.place), {
          ...(await strays(agent, page, contextId)),
          ...(await ignoresLimit(agent, id, historyLength)),
        }).holds(
          lengths.every((length) => length <= historyLength),
          `at most ${historyLength} messages in each task of the list`,
        );
      }
    },
  }),
];

function timestampOf({ raw }: TaskView): string {
  return (raw as { status: { timestamp: string } }).status.timestamp;
}
