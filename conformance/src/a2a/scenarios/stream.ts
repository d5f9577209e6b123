import { anything } from '../../kit/match.ts';
import { auth, chunked, direct, done, input, makesArtifact, several, slow } from '../../kit/steps.ts';
import { whyUnfinished } from '../cancelable.ts';
import { failsAs } from '../error-view.ts';
import { leftAside, missesTasks, takenAsWell, untoldOfCancels } from '../general-faults.ts';
import { observeStream, observeTask } from '../observe.ts';
import { ANSWERS_WITH_MESSAGES } from '../reply.ts';
import { scenario } from '../scenario.ts';
import type { TaskStream } from '../task-stream.ts';
import { visible } from '../stream-faults.ts';
import { isTerminal, textOf } from '../view.ts';

/** How long a stream may take to close where nothing says that it must. */
const CLOSING_MS = 1_000;
/** Who ends before did not work for a while. */
const AT_ONCE_MS = 500;

export const streamScenarios = [
  scenario('a2a/stream/task', {
    title: 'A stream begins with the task, tells each step once and in order, and ends with the task',
    proves: [
      'A2A10-STREAM-001',
      'A2A10-STREAM-003',
      'A2A10-STREAM-005',
      'A2A10-STREAM-006',
      'A2A10-STREAM-007',
      'A2A10-STREAM-018',
      'A2A10-STREAM-020',
    ],
    capability: ['streaming'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      const stimulus = several();
      const stream = await agent.stream(stimulus);
      check('A2A10-STREAM-001', stream).has({ httpStatus: 200 });
      check('A2A10-STREAM-001', stream).holds(
        /^text\/event-stream\b/i.test(stream.value.contentType ?? ''),
        'text/event-stream',
        stream.value.contentType,
      );
      const task = await stream.next('task', 'A2A10-STREAM-003');
      check('A2A10-STREAM-003', stream.first).has({ kind: 'task' });
      await stream.drain();
      if (stream.unfinished && !agent.runsScripts) throw lost(stream.unfinished);
      check('A2A10-STREAM-005', stream.closed).has('closed');
      check('A2A10-STREAM-006', stream.afterTerminal).equals([]);
      check('A2A10-STREAM-020', stream.last).holds(
        stream.views.some(isTerminal),
        'a terminal state before the stream closes',
        stream.state,
      );
      if (agent.runsScripts)
        check('A2A10-STREAM-007', stream.shows(observeStream(stream.views)), { blockedBy: missing(stream) }).has(
          visible(agent, stimulus),
        );
      const { id } = task.value as { id: string };
      const read = await agent.get(id);
      check('A2A10-STREAM-018', read.taskSubject, { blockedBy: endless(stream) }).has({ id, state: stream.state });
    },
  }),

  scenario('a2a/stream/any', {
    title: 'Whatever an agent that completes does can be streamed to its end',
    proves: [
      'A2A10-STREAM-001',
      'A2A10-STREAM-003',
      'A2A10-STREAM-005',
      'A2A10-STREAM-006',
      'A2A10-STREAM-018',
      'A2A10-STREAM-020',
    ],
    capability: ['streaming'],
    stimulus: ['done'],
    async play({ agent, check, lost, notApplicable }) {
      const stream = await agent.stream(done);
      check('A2A10-STREAM-001', stream).has({ httpStatus: 200 });
      if (!stream.isEventStream) await stream.next();
      await stream.whole();
      const first = stream.views[0];
      if (first?.kind === 'message') throw notApplicable(ANSWERS_WITH_MESSAGES);
      check('A2A10-STREAM-003', stream.first).has({ kind: 'task' });
      if (stream.unfinished && !agent.runsScripts) throw lost(stream.unfinished);
      check('A2A10-STREAM-005', stream.closed).has('closed');
      check('A2A10-STREAM-006', stream.afterTerminal).equals([]);
      check('A2A10-STREAM-020', stream.last).holds(
        stream.views.some(isTerminal),
        'a terminal state before the stream closes',
        stream.state,
      );
      if (first?.kind !== 'task' || first.id === undefined) return;
      const read = await agent.get(first.id);
      check('A2A10-STREAM-018', read.taskSubject, { blockedBy: endless(stream) }).has({
        id: first.id,
        state: stream.state,
      });
    },
  }),

  scenario('a2a/stream/message', {
    title: 'A direct answer is one message event, then the stream closes',
    proves: ['A2A10-STREAM-002'],
    capability: ['streaming'],
    stimulus: ['msg'],
    async play({ agent, check, notApplicable }) {
      const stream = await (await agent.stream(direct)).whole();
      if (stream.views[0]?.kind === 'task')
        throw notApplicable('the agent makes a task where it was asked for a direct message, as 3.1.2 lets it');
      check('A2A10-STREAM-002', stream.shows(stream.views.map(({ kind }) => kind))).equals(['message']);
      check('A2A10-STREAM-002', stream.closed).has('closed');
    },
  }),

  scenario('a2a/stream/live', {
    title: 'Events come while the task still works, whatever returnImmediately says',
    proves: ['A2A10-STREAM-019', 'A2A10-SEND-012'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const stream = await agent.stream(slow(), { configuration: { returnImmediately: true } });
      const first = await stream.next(undefined, 'A2A10-STREAM-019');
      if (stream.views.some(isTerminal) && first.place.atMs! < AT_ONCE_MS && !agent.runsScripts)
        throw lost('the agent was asked to work for a while and was done at once');
      check('A2A10-STREAM-019', first).holds(!stream.views.some(isTerminal), 'an event before the task has ended');
      const id = (first.value as { id?: string }).id ?? stream.taskId!;
      const canceled = (await agent.cancel(id)).orBlocked();
      await stream.drain();
      const why = whyUnfinished(stream, canceled, agent.runsScripts);
      if (why) throw why;
      const isTold = stream.views.some(isTerminal);
      check('A2A10-SEND-012', stream.last, isTold ? {} : await untoldOfCancels(agent)).holds(
        isTold,
        'a stream that goes on to the end',
        stream.state,
      );
    },
  }),

  scenario('a2a/stream/chunks', {
    title: 'Pieces of an artifact come in order and add up to what GetTask shows',
    proves: ['A2A10-STREAM-017'],
    capability: ['streaming'],
    stimulus: ['chunk'],
    async play({ agent, check }) {
      const stimulus = chunked();
      const stream = await agent.stream(stimulus);
      const first = await stream.next('task', 'A2A10-STREAM-003');
      await stream.drain();
      const known = new Set<string | undefined>();
      for (const event of stream.events) {
        if (event.value.kind === 'task') for (const { id } of event.value.task.artifacts) known.add(id);
        if (event.value.kind !== 'artifact') continue;
        check('A2A10-STREAM-017', event).holds(
          !event.value.append || known.has(event.value.artifact.id),
          'append only for an artifact that was sent before',
        );
        known.add(event.value.artifact.id);
      }
      const task = (await agent.get((first.value as { id: string }).id)).task();
      const streamed = observeStream(stream.views).artifacts;
      const pieces = stream.shows(streamed);
      const shown = observeTask(task).artifacts;
      // What GetTask does not show at all is its own matter.
      const lacking = shown.length === 0 && streamed.length > 0 ? 'A2A10-GET-001' : undefined;
      const late = (stream.afterTerminal.value as { kind: string }[]).some(({ kind }) => kind === 'artifact');
      const ids = task.artifacts.map(({ id }) => id);
      // A piece that comes after the end belongs to nothing, and of two artifacts with one id nobody knows which is meant.
      const general = late ? 'A2A10-STREAM-006' : new Set(ids).size < ids.length ? 'A2A10-DM-012' : undefined;
      const blockedBy = general ?? missing(stream);
      check('A2A10-STREAM-017', pieces, { blockedBy: blockedBy ?? lacking }).equals(shown);
      if (agent.runsScripts)
        check('A2A10-STREAM-017', pieces, { blockedBy }).has(agent.outcome(stimulus.script).artifacts);
    },
  }),

  scenario('a2a/stream/refused', {
    title: 'A stream for a task that is over, or that nobody knows, is refused',
    proves: ['A2A10-STREAM-013', 'A2A10-STREAM-014'],
    capability: ['streaming'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const nobodys = agent.fresh('no-such-task');
      const unknown = await (await agent.stream('more', { taskId: nobodys })).answer();
      const missing = await missesTasks(agent);
      const invented = await leftAside(agent, nobodys, unknown);
      const sentTo = agent.fresh('no-such-task');
      const sent = await agent.send('more', { taskId: sentTo });
      check('A2A10-STREAM-014', unknown, {
        ...takenAsWell('A2A10-SEND-004', unknown, nobodys, sent, sentTo),
        ...invented,
        ...missing.unless(unknown),
      }).has(failsAs('TaskNotFoundError'));
      const task = await agent.taskIn('completed', done);
      const ended = await (await agent.stream('more', { taskId: task.id })).answer();
      const twin = await agent.send('more', { taskId: task.id });
      check('A2A10-STREAM-013', ended, {
        // With which of the table's errors a task that is over refuses more is ERR-008's business.
        ...(twin.failed && twin.answersLike(ended)
          ? { blockedBy: 'A2A10-ERR-008' }
          : await leftAside(agent, task.id, ended)),
        ...takenAsWell('A2A10-SEND-002', ended, task.id, twin),
      }).has(agent.era.refusals.endedTask);
    },
  }),

  scenario('a2a/stream/input', {
    title: 'A streamed follow-up begins with the task that asked',
    proves: ['A2A10-STREAM-021', 'A2A10-STREAM-016', 'A2A10-CTX-003'],
    capability: ['streaming'],
    stimulus: ['input'],
    async play({ agent, check, flaws, lost }) {
      const asking = await agent.stream(input());
      const { id, contextId } = (await asking.next('task', 'A2A10-STREAM-003')).value as {
        id: string;
        contextId: string | undefined;
      };
      if (!(await asking.until((event) => 'state' in event && event.state === 'input-required')))
        throw lost('the agent was asked to ask for input and did not');
      await asking.drain(CLOSING_MS);
      check('A2A10-STREAM-016', asking.closed).observes(
        asking.closed.value === 'closed'
          ? 'closes the stream at INPUT_REQUIRED'
          : 'keeps the stream open at INPUT_REQUIRED',
      );
      await asking.leave();
      const going = await agent.stream('This one', { taskId: id, messageId: agent.fresh('tck-complete-task') });
      await going.next(undefined, 'A2A10-STREAM-021');
      const aside = await leftAside(agent, id, going);
      check('A2A10-STREAM-021', going.first, aside).has({ kind: 'task', id });
      await going.drain();
      for (const event of going.events) {
        // The message named no context: that of the task goes on.
        if ('taskId' in event.value)
          check('A2A10-CTX-003', event, { blockedBy: flaws(going)[0], ...aside }).has({
            taskId: id,
            contextId: contextId ?? anything,
          });
      }
    },
  }),

  scenario('a2a/stream/auth', {
    title: 'What a stream does when the agent asks for authentication',
    proves: ['A2A10-STREAM-016', 'A2A10-AUTH-007', 'A2A10-AUTH-008'],
    capability: ['streaming'],
    stimulus: ['auth'],
    async play({ agent, check, lost, notApplicable }) {
      const stream = await agent.stream(auth);
      const asked = await stream.until((event) => 'state' in event && event.state === 'auth-required');
      if (stream.views[0]?.kind === 'message') throw notApplicable(ANSWERS_WITH_MESSAGES);
      if (!asked) throw lost('the agent was asked to ask for authentication and did not');
      check('A2A10-AUTH-007', asked).hasOneOf(
        { kind: 'status', message: {} },
        { kind: 'task', task: { raw: { status: { message: {} } } } },
      );
      await stream.drain(CLOSING_MS);
      check('A2A10-STREAM-016', stream.closed).observes(
        stream.closed.value === 'closed'
          ? 'closes the stream at AUTH_REQUIRED'
          : 'keeps the stream open at AUTH_REQUIRED',
      );
      check('A2A10-AUTH-008', stream.closed).observes(
        stream.closed.value === 'closed' ? 'closes it, as 11.7 has it' : 'keeps it open, as 7.6.1 recommends',
      );
    },
  }),

  scenario('a2a/stream/artifact', {
    title: 'Content of an artifact arrives as it was made',
    proves: ['A2A10-SEND-019'],
    capability: ['streaming'],
    stimulus: ['art'],
    async play({ agent, check, lost, notApplicable }) {
      const stream = await (await agent.stream(makesArtifact)).whole();
      if (stream.views[0]?.kind === 'message') throw notApplicable(ANSWERS_WITH_MESSAGES);
      const found = stream.views.filter(
        (event) => event.kind === 'artifact' || (event.kind === 'task' && event.task.artifacts.length > 0),
      );
      if (found.length === 0 && !agent.runsScripts) throw lost('the agent was asked for an artifact and made none');
      check('A2A10-SEND-019', stream.shows(found.length)).holds(
        found.length > 0,
        'the outcome in an artifact, not in status messages only',
      );
      const said = observeStream(stream.views)
        .artifacts.map(({ parts }) => textOf(parts))
        .join('');
      check('A2A10-SEND-019', stream.shows(said)).holds(said !== '' || !agent.runsScripts, 'the text of the artifact');
    },
  }),
];

/** What shows no end cannot be held against one: that rule is broken. */
function endless({ views }: TaskStream): 'A2A10-STREAM-020' | undefined {
  return views.some(isTerminal) ? undefined : 'A2A10-STREAM-020';
}

/** The same of what shows no artifact at all, where the script made one. */
function missing(stream: TaskStream): 'A2A10-STREAM-020' | 'A2A10-SEND-019' | undefined {
  return endless(stream) ?? (observeStream(stream.views).artifacts.length === 0 ? 'A2A10-SEND-019' : undefined);
}
