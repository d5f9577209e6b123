import type { CheckFunction } from '../../kit/check.ts';
import { absent, anything, nonEmptyString } from '../../kit/match.ts';
import { isRecord } from '../../kit/json.ts';
import { direct, done, end, fails, input, makesArtifact, rejects, sleep, slow, status } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { whyNotCanceled } from '../cancelable.ts';
import type { A2AAgent } from '../agent.ts';
import { failsAs } from '../error-view.ts';
import { bareInStreams, leftAside, missesTasks, readsStale, rowOfNothing } from '../general-faults.ts';
import { observeTask } from '../observe.ts';
import { scenario } from '../scenario.ts';
import { INTERRUPTED, messageView, TERMINAL, type TaskView } from '../view.ts';

/** Works for a moment, then completes: long enough to tell waiting from not waiting. */
const brief: Stimulus = { word: 'slow', script: { steps: [status('working'), sleep(150), end('completed', 'done')] } };

/** Who ends before did not work for a while. */
const AT_ONCE_MS = 500;

/** What an agent makes of a message, a task or a message, is its own choice. */
const MAKES_TASKS = 'the agent makes a task where it was asked for a direct message, as 3.1.1 lets it';

const settled = (state: string | undefined) => state !== undefined && (TERMINAL.has(state) || INTERRUPTED.has(state));

/** That a task which is over takes no more; with which of the table's errors it says so is ERR-008's business. */
async function refusesMore(check: CheckFunction<'A2A10-SEND-002'>, agent: A2AAgent, id: string): Promise<void> {
  const reply = await agent.send('more', { taskId: id });
  const blocked = reply.failed ? ({ blockedBy: 'A2A10-ERR-008' } as const) : await leftAside(agent, id, reply);
  check('A2A10-SEND-002', reply, blocked).has(agent.era.refusals.endedTask);
}

/** The context that the message of a status names, where there is one. */
function contextOfMessage({ raw }: TaskView): string | undefined {
  const { message } = isRecord(raw) && isRecord(raw.status) ? raw.status : {};
  return isRecord(message) ? messageView(message).contextId : undefined;
}

export const sendScenarios = [
  scenario('a2a/send/task', {
    title: 'A message brings a task, each with an id of its own',
    proves: ['A2A10-SEND-001', 'A2A10-SEND-006', 'A2A10-SEND-007', 'A2A10-CTX-001'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const first = await agent.send(done);
      const second = await agent.send(done);
      for (const reply of [first, second])
        check('A2A10-SEND-001', reply, await bareInStreams(agent, reply)).hasOneOf(
          { result: { task: {}, message: absent } },
          { result: { message: {}, task: absent } },
        );
      const ids = [first.sentTask().id, second.sentTask().id];
      check('A2A10-SEND-007', first.taskSubject).holds(
        settled(first.sentTask().state),
        'a terminal or interrupted state',
      );
      check('A2A10-SEND-006', seen(ids, second.place)).holds(ids[0] !== '' && ids[0] !== ids[1], 'two ids that differ');
      // A server may do without contexts; one that makes a context says so at once (3.4.1).
      const made = first.sentTask().contextId ?? (await agent.get(ids[0]!)).task().contextId;
      if (made === undefined) throw notApplicable('the server makes no contexts, which 3.4.1 leaves to it');
      check('A2A10-CTX-001', first.taskSubject).has({ contextId: nonEmptyString });
    },
  }),

  scenario('a2a/send/message', {
    title: 'A direct answer is a message, whatever the execution mode',
    proves: ['A2A10-SEND-011', 'A2A10-SEND-016'],
    stimulus: ['msg'],
    async play({ agent, check, lost, notApplicable }) {
      const reply = await agent.send(direct);
      const message = reply.sentMessage();
      if (!message && !reply.failed) throw notApplicable(MAKES_TASKS);
      if (!message) throw lost('the agent was asked for a direct message and failed');
      check('A2A10-SEND-016', seen(message, reply.place)).has({ role: 'ROLE_AGENT' });
      if (message.taskId !== undefined)
        check('A2A10-SEND-016', await agent.get(message.taskId)).has({ result: { id: message.taskId } });
      const atOnce = await agent.send(direct, { configuration: { returnImmediately: true } });
      if (!atOnce.failed && !atOnce.sentMessage())
        throw notApplicable('with returnImmediately the agent makes a task, which 3.1.1 leaves to it');
      check('A2A10-SEND-011', atOnce).has({
        result: { message: agent.runsScripts ? { parts: message.parts } : {}, task: absent },
      });
    },
  }),

  scenario('a2a/send/waits', {
    title: 'Without returnImmediately the answer comes when the task has settled',
    proves: ['A2A10-SEND-007', 'A2A10-SEND-008'],
    stimulus: ['slow'],
    async play({ agent, check }) {
      const unset = await agent.send(brief);
      const off = await agent.send(brief, { configuration: { returnImmediately: false } });
      check('A2A10-SEND-007', unset.taskSubject).holds(
        settled(unset.sentTask(await rowOfNothing(agent, unset, 'A2A10-SEND-007')).state),
        'a terminal or interrupted state',
      );
      const never = !settled(unset.sentTask().state);
      check('A2A10-SEND-008', off.taskSubject, { blockedBy: never ? 'A2A10-SEND-007' : undefined }).holds(
        settled(off.sentTask(await rowOfNothing(agent, off, 'A2A10-SEND-008')).state),
        'a terminal or interrupted state',
      );
    },
  }),

  scenario('a2a/send/waits-for-input', {
    title: 'A blocking answer also comes when the agent asks for something',
    proves: ['A2A10-SEND-007'],
    stimulus: ['input'],
    async play({ agent, check }) {
      const reply = await agent.send(input());
      check('A2A10-SEND-007', reply.taskSubject).holds(
        settled(reply.sentTask(await rowOfNothing(agent, reply, 'A2A10-SEND-007')).state),
        'a terminal or interrupted state',
      );
    },
  }),

  scenario('a2a/send/returns-at-once', {
    title: 'With returnImmediately the task comes back while it still works',
    proves: ['A2A10-SEND-009', 'A2A10-GET-005'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const reply = await agent.send(slow(), { configuration: { returnImmediately: true } });
      const task = reply.sentTask(await rowOfNothing(agent, reply, 'A2A10-SEND-009'));
      const { request, response } = reply.exchange;
      if (settled(task.state) && response!.atMs - request.atMs < AT_ONCE_MS && !agent.runsScripts)
        throw lost(`the agent was asked to work for a while and was ${task.state} at once`);
      check('A2A10-SEND-009', reply.taskSubject).holds(
        !settled(task.state),
        'a state that is neither terminal nor interrupted',
      );
      const working = await agent.poll(task.id, ({ state }) => state === 'working' || settled(state));
      if (settled(working?.state)) throw lost(`the task was already ${working?.state}`);
      const stale = working ? {} : await readsStale(agent);
      check('A2A10-GET-005', seen(working?.state, reply.place), stale).has('working');
      const canceled = (await agent.cancel(task.id)).orBlocked();
      const after = await agent.poll(task.id, ({ state }) => state !== 'working');
      if (!after && canceled.is('TaskNotCancelableError')) throw await whyNotCanceled(agent, task.id);
      check('A2A10-GET-005', seen(after?.state, reply.place), stale).holds(
        after !== undefined,
        'GetTask to show that the state has changed',
      );
    },
  }),

  scenario('a2a/send/whole-task', {
    title: 'The blocking answer has the latest status and all artifacts',
    proves: ['A2A10-SEND-010', 'A2A10-GET-001', 'A2A10-GET-003', 'A2A10-RPC-014'],
    stimulus: ['art'],
    async play({ agent, check }) {
      const reply = await agent.send(makesArtifact);
      const sent = reply.sentTask();
      const read = await agent.get(sent.id);
      if (agent.binding.name === 'JSONRPC') check('A2A10-RPC-014', read).has({ result: { status: {}, task: absent } });
      const task = read.task();
      check('A2A10-GET-001', read.taskSubject).has({ id: sent.id, contextId: sent.contextId ?? anything });
      const [answered, current] = [observeTask(sent), observeTask(task)];
      if (agent.runsScripts) {
        // What there has to be is known, so that neither is held against the other.
        const { artifacts } = agent.outcome(makesArtifact.script);
        check('A2A10-GET-001', seen(current, read.place)).has({ artifacts, end: 'completed' });
        check('A2A10-SEND-010', seen(answered, reply.place)).has({ artifacts, end: 'completed' });
      } else if (!TERMINAL.has(sent.state ?? ''))
        check('A2A10-SEND-010', reply.taskSubject, { blockedBy: 'A2A10-SEND-007' }).has({ state: task.state });
      else {
        // Neither is known to be right: who has less than the other has left something out.
        const lacks = current.artifacts.filter(({ id }) => !answered.artifacts.some((one) => one.id === id));
        const expected = { artifacts: current.artifacts, end: current.end };
        check('A2A10-SEND-010', seen(answered, reply.place), {
          blockedBy: lacks.length > 0 ? undefined : 'A2A10-GET-001',
        }).has(expected);
        check('A2A10-GET-001', seen(current, read.place), {
          blockedBy: lacks.length > 0 ? 'A2A10-SEND-010' : undefined,
        }).has({ artifacts: answered.artifacts, end: answered.end });
      }
      // What goes on may be otherwise when it is read again.
      const atWork = settled(sent.state) || settled(task.state) ? undefined : 'A2A10-SEND-007';
      check('A2A10-GET-003', await agent.get(sent.id), { blockedBy: atWork }).has({ result: read.value.result });
    },
  }),

  scenario('a2a/send/ended-task', {
    title: 'A task that has ended takes no more messages',
    proves: ['A2A10-SEND-002'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = await agent.taskIn('completed', done);
      await refusesMore(check, agent, task.id);
    },
  }),

  scenario('a2a/send/ended-otherwise', {
    title: 'Nor does one that failed, was rejected or canceled',
    proves: ['A2A10-SEND-002'],
    stimulus: ['fail', 'rej', 'slow'],
    async play({ agent, check }) {
      for (const task of [await agent.taskIn('failed', fails), await agent.taskIn('rejected', rejects)])
        await refusesMore(check, agent, task.id);
      const running = (await agent.send(slow(), { configuration: { returnImmediately: true } })).sentTask();
      await agent.cancel(running.id);
      const canceled = await agent.poll(running.id, ({ state }) => state === 'canceled');
      if (canceled) await refusesMore(check, agent, running.id);
    },
  }),

  scenario('a2a/send/unknown-task', {
    title: 'A task id that the client made up is not found and makes no task',
    proves: ['A2A10-SEND-004', 'A2A10-SEND-005'],
    async play({ agent, check }) {
      const invented = agent.fresh('invented');
      const reply = await agent.send('hello', { taskId: invented });
      const missing = await missesTasks(agent);
      check('A2A10-SEND-004', reply, missing.unless(reply)).has(failsAs('TaskNotFoundError'));
      const made = await agent.get(invented);
      // Which error GetTask alone takes is its own row's.
      const isHabit = made.failed && missing.get.failed && missing.get.answersLike(made);
      check('A2A10-SEND-005', made, { ...(isHabit && { blockedBy: 'A2A10-GET-002' }), ...missing.unless(made) }).has(
        failsAs('TaskNotFoundError'),
      );
    },
  }),

  scenario('a2a/send/goes-on', {
    title: 'A follow-up with the task id goes on with the task that asked',
    proves: ['A2A10-SEND-017', 'A2A10-CTX-003'],
    stimulus: ['input'],
    async play({ agent, check }) {
      const asked = await agent.taskIn('input-required', input());
      const reply = await agent.send('This one', { taskId: asked.id, messageId: agent.fresh('tck-complete-task') });
      const task = reply.sentTask(await rowOfNothing(agent, reply, 'A2A10-SEND-017'));
      const aside = await leftAside(agent, asked.id, reply);
      check('A2A10-SEND-017', reply.taskSubject, aside).has({ id: asked.id });
      check('A2A10-SEND-017', reply.taskSubject, aside).holds(
        task.state !== 'input-required' || agent.runsScripts === false,
        'a task that has gone on',
        task.state,
      );
      check('A2A10-CTX-003', reply.taskSubject, aside).has({ contextId: asked.contextId });
      // What is said on the way belongs there as well; where it does not from the start, CTX-007 tells.
      const said = contextOfMessage(task) ?? asked.contextId;
      if ((contextOfMessage(asked) ?? asked.contextId) === asked.contextId)
        check('A2A10-CTX-003', seen({ status: { message: { contextId: said } } }, reply.place), aside).has({
          status: { message: { contextId: asked.contextId } },
        });
    },
  }),

  scenario('a2a/send/other-context', {
    title: 'A follow-up cannot move a task to another context',
    proves: ['A2A10-CTX-004'],
    stimulus: ['input'],
    async play({ agent, check }) {
      const asked = await agent.taskIn('input-required', input());
      const moved = await agent.send('This one', { taskId: asked.id, contextId: agent.fresh('other-context') });
      check('A2A10-CTX-004', moved, await leftAside(agent, asked.id, moved)).has({ error: {} });
      // The same message with the right context is taken.
      check('A2A10-CTX-004', await agent.send('This one', { taskId: asked.id, contextId: asked.contextId! })).has({
        result: {},
      });
    },
  }),

  scenario('a2a/send/context', {
    title: 'The context that the client names is kept',
    proves: ['A2A10-CTX-002', 'A2A10-CTX-005'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const own = agent.fresh('context');
      const named = await agent.send(done, { contextId: own });
      if (named.failed) check('A2A10-CTX-002', named).has({ error: {} });
      const { id, contextId } = (await agent.send(done)).sentTask();
      if (!named.failed)
        check('A2A10-CTX-002', seen(named.sentTask().contextId, named.place), {
          // Who shows none at all breaks the rule about that.
          blockedBy: contextId === undefined ? 'A2A10-CTX-001' : undefined,
        }).has(own);
      if (contextId === undefined) throw notApplicable('the server makes no contexts');
      const reply = await agent.send(done, { contextId });
      check('A2A10-CTX-005', reply.taskSubject).has({ contextId });
      check('A2A10-CTX-005', reply.taskSubject).holds(
        reply.sentTask().id !== id,
        'a task of its own',
        reply.sentTask().id,
      );
    },
  }),
];
