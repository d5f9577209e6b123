import type { RequirementId } from '@agentproto/rules';
import { end, hello, sleep, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { EVENT_STREAM } from '../media-type.ts';
import { isEvent, isTrouble, isUnread } from '../run-event.ts';
import { answerIn, runOf, type Run } from '../run.ts';
import { scenario } from '../scenario.ts';
import { saysNothing } from './runs.ts';
import { says, saysAll } from './stimuli.ts';

const PAUSE_MS = 150;
/** Longer than a play, and no longer than a server that nobody reads from should work. */
const ENDLESS_MS = 8_000;

const pauses: Stimulus = {
  word: 'multi',
  script: { steps: [text('one '), sleep(PAUSE_MS), text('two '), sleep(PAUSE_MS), text('three'), end('completed')] },
};
const endless: Stimulus = {
  word: 'slow',
  script: {
    steps: [text('working '), { hold: { until: 'cancel', maxMs: ENDLESS_MS } }, text('done'), end('completed')],
  },
};
const failing: Stimulus = { word: 'fail', script: { steps: [text('So far '), end('failed', 'It did not work')] } };
const looksUp: Stimulus = {
  word: 'tool',
  script: {
    steps: [
      { tool: { by: 'server', calls: [{ name: 'look_up', args: { word: 'owl' }, output: 'a bird' }] } },
      text('A bird.'),
      end('completed'),
    ],
  },
};

/** What is wrong with the order of a run that has to come to its end; undefined where nothing is. */
export function orderFault({ value: { names, ended } }: Run): string | undefined {
  // What is told too late of the cost is a matter of its own (SSE-007).
  const told = names.slice(0, names.findLastIndex((name) => name !== 'CostSummary') + 1);
  if (told[0] !== 'RunStarted') return 'RunStarted first';
  if (told.at(-1) !== 'RunCompleted') return 'RunCompleted last';
  return ended === 'complete' ? undefined : 'a stream that is closed after RunCompleted';
}

/** Where a run did not complete, and no run does, that is why. */
export async function neverCompletes(agent: OpenAgent, run: Run | undefined): Promise<'OAA-SSE-003' | undefined> {
  if (!run?.isOk || run.completed) return undefined;
  const plain = await runOf(agent, 'agents', await agent.anyAgent(), hello);
  return plain.completed ? undefined : 'OAA-SSE-003';
}

/** Why nothing can be told of the events: there is no stream, or they cannot be read. */
export function unseen({ value, exchange }: Run): { blockedBy?: 'OAA-SSE-001' | 'OAA-SSE-002' } {
  if (value.httpStatus !== 200 || value.mediaType !== EVENT_STREAM) return { blockedBy: 'OAA-SSE-001' };
  return exchange.frames.filter(isEvent).some(isUnread) ? { blockedBy: 'OAA-SSE-002' } : {};
}

/** The first row that is why nothing can be told. */
export const blockedBy = (...rows: (RequirementId | undefined)[]): { blockedBy: RequirementId | undefined } => ({
  blockedBy: rows.find((row) => row !== undefined),
});

export const streamScenarios = [
  scenario('open-agent/stream/run', {
    title: 'A run comes as a stream of events, which ends with the answer',
    proves: ['OAA-SSE-001', 'OAA-SSE-003', 'OAA-SSE-004', 'OAA-SSE-006'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const run = await runOf(agent, 'agents', await agent.anyAgent(), saysAll('Plan ', 'a trip ', 'to 漢字 🦉'));
      check('OAA-SSE-001', run).has({ httpStatus: 200, mediaType: EVENT_STREAM });
      const blocked = unseen(run);
      const fault = orderFault(run);
      check('OAA-SSE-003', run, blocked).holds(fault === undefined, fault ?? 'RunStarted to RunCompleted');
      check('OAA-SSE-004', run, blocked).holds(
        run.events.some(({ name }) => name === 'RunResponse'),
        'at least one RunResponse',
      );
      const why = blockedBy(blocked.blockedBy, run.completed ? undefined : 'OAA-SSE-003');
      check('OAA-SSE-006', seen(run.value.answer, run.place), why).holds(run.value.answer !== '', 'the whole answer');
    },
  }),

  scenario('open-agent/stream/parity', {
    title: 'A stream comes to the answer that a run in one piece has',
    proves: ['OAA-SSE-006'],
    bindings: ['SSE'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      if (!agent.runsScripts) throw lost('an agent that runs no scripts need not say the same twice');
      const id = await agent.anyAgent();
      const said = says('Plan ', 'a trip');
      const whole = await agent.over('HTTP').run('agents', id, said);
      const run = await runOf(agent, 'agents', id, said);
      const pieces = run.responses.map(({ value }) => value.content);
      // That the last event says something else than those before it is a matter of its own.
      const isOther =
        pieces.length > 0 && run.value.answer !== '' && ![pieces.join(''), pieces.at(-1)].includes(run.value.answer);
      const blocked = blockedBy(
        saysNothing(whole).blockedBy,
        unseen(run).blockedBy,
        run.completed ? undefined : 'OAA-SSE-003',
        isOther ? 'OAA-SSE-014' : undefined,
      );
      check('OAA-SSE-006', seen(run.value.answer.trim(), run.place), blocked).equals(answerIn(whole).trim());
    },
  }),

  scenario('open-agent/stream/pauses', {
    title: 'Events come as they are made',
    proves: ['OAA-SSE-011'],
    bindings: ['SSE'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      const run = await runOf(agent, 'agents', await agent.anyAgent(), pauses);
      const [first] = run.responses;
      if (!first || unseen(run).blockedBy) throw lost('nothing came in pieces');
      const apart = run.place.atMs! - first.place.atMs!;
      if (agent.runsScripts)
        check('OAA-SSE-011', seen(apart, run.place)).holds(
          apart >= PAUSE_MS,
          `at least ${PAUSE_MS} ms between the first RunResponse and the last event`,
        );
      else
        check('OAA-SSE-011', seen(apart, run.place)).observes(
          `${apart} ms from the first RunResponse to the last event`,
        );
    },
  }),

  scenario('open-agent/stream/fails', {
    title: 'A run that fails is seen to fail',
    proves: ['OAA-SSE-009'],
    bindings: ['SSE'],
    stimulus: ['fail'],
    async play({ agent, check, lost }) {
      // How it breaks is open, so that no grammar is held against it.
      const run = await runOf(agent, 'agents', await agent.anyAgent(), failing, {}, { hostile: true });
      if (!agent.runsScripts && run.completed && !run.events.some(isTrouble))
        throw lost('the agent was asked to fail and did not');
      check('OAA-SSE-009', run).holds(
        !run.isOk || run.completed === undefined || run.events.some(isTrouble),
        'a RunCompleted that has failed, or none',
      );
    },
  }),

  scenario('open-agent/stream/left', {
    title: 'An agent whose caller has left in the middle can be asked again',
    proves: ['OAA-SSE-010'],
    bindings: ['SSE'],
    stimulus: ['slow', 'done'],
    exclusive: true,
    async play({ agent, check, lost }) {
      // Its own, so that what comes of it is seen here alone.
      const id = await agent.makeAgent();
      const live = await agent.openRun('agents', id, endless);
      await agent.nextFrame(live, 0);
      if (live.exchange.end) throw lost('the run was over before the caller could leave');
      await live.leave();
      // The server may need a moment to see that the caller is gone.
      for (const pauseMs of [0, 50, 150]) {
        await agent.pause(pauseMs);
        const whole = await agent.over('HTTP').run('agents', id, hello);
        const other = whole.isOk ? undefined : await agent.over('HTTP').run('agents', await agent.anyAgent(), hello);
        check('OAA-SSE-010', whole, other ? saysNothing(other) : {}).has({ httpStatus: 200 });
      }
      const run = await runOf(agent, 'agents', id, hello);
      // What no other agent does either has a row of its own.
      const twin = run.completed ? undefined : await runOf(agent, 'agents', await agent.anyAgent(), hello);
      const why = blockedBy(twin && unseen(twin).blockedBy, twin && !twin.completed ? 'OAA-SSE-003' : undefined);
      check('OAA-SSE-010', run, why).holds(run.completed !== undefined, 'a run to its end');
    },
  }),

  scenario('open-agent/stream/server-tool', {
    title: 'A tool of the server begins and ends within the run',
    proves: ['OAA-SSE-008'],
    bindings: ['SSE'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const run = await runOf(agent, 'agents', await agent.anyAgent(), looksUp);
      const begun = run.value.names.filter((name) => name === 'ToolCallStarted').length;
      const ended = run.value.names.filter((name) => name === 'ToolCallCompleted').length;
      if (begun === 0 && ended === 0) throw lost('the server was asked to use a tool of its own, and told of none');
      check('OAA-SSE-008', seen({ begun, ended }, run.place)).holds(begun > 0 && ended > 0, 'a beginning and an end');
    },
  }),
];
