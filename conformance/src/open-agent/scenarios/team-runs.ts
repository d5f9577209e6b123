import { end, hello } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { text } from '../../kit/json.ts';
import type { OpenAgent } from '../agent.ts';
import { saidIn } from '../run-event.ts';
import { roundsOf, runOf, type Run } from '../run.ts';
import { scenario } from '../scenario.ts';
import { blockedBy, neverCompletes, orderFault, unseen } from './streams.ts';
import { calls, outputOf, SUNNY, toolsFor } from './stimuli.ts';
import { makeTeam, type Member } from './teams.ts';
import { agentLoop, isNameless } from './tools.ts';

const FOUND = ['Two rivers meet there.', 'const rivers = 2;'] as const;

/** Each member says its part, and is passed on. */
const together = (members: readonly Member[]): Stimulus => ({
  word: 'team',
  script: {
    steps: [
      ...members.map(({ name }, index) => ({ delegate: { from: name, text: `${FOUND[index]} ` } })),
      end('completed'),
    ],
  },
});

/** A member needs a tool of the caller. */
const memberCalls = ([, { name }]: readonly [Member, Member]): Stimulus => {
  const { steps, turns = [] } = calls('get_weather').script;
  return {
    word: 'team',
    script: {
      steps: [{ delegate: { from: name } }, ...steps],
      turns: turns.map((turn) => ({ steps: [{ delegate: { from: name, text: SUNNY } }, ...turn.steps.slice(1)] })),
    },
  };
};

/** A run of an agent: what is wrong with that, too, is no matter of teams. */
const twinOf = async (agent: OpenAgent): Promise<Run> => runOf(agent, 'agents', await agent.anyAgent(), hello);

/** Names that say who speaks. */
const speakersIn = (run: Run): string[] =>
  run.events.flatMap(({ name, value }) => (name === 'RunResponse' ? (text(value.from) ?? []) : []));

export const teamRunScenarios = [
  scenario('open-agent/teams/stream', {
    title: 'A run of a team streams from RunStarted to RunCompleted, with one answer',
    proves: ['OAA-TEAM-005'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = await makeTeam(agent);
      const run = await runOf(agent, 'teams', id, hello);
      const twin = await twinOf(agent);
      const fault = orderFault(run);
      const blocked = blockedBy(
        unseen(twin).blockedBy,
        orderFault(twin) === undefined ? undefined : 'OAA-SSE-003',
        run.isOk ? unseen(run).blockedBy : undefined,
      );
      check('OAA-TEAM-005', run, blocked).has({ httpStatus: 200 });
      check('OAA-TEAM-005', run, blocked).holds(fault === undefined, fault ?? 'RunStarted to RunCompleted');
      const own = run.events.filter(({ name, value }) => name === 'RunCompleted' && value.from === undefined);
      check('OAA-TEAM-005', seen(own.length, run.place), blocked).holds(
        own.length <= 1,
        'one RunCompleted of the team',
      );
    },
  }),

  scenario('open-agent/teams/delegation', {
    title: 'What members say is passed on under their names, and makes one answer',
    proves: ['OAA-TEAM-006', 'OAA-TEAM-007', 'OAA-TEAM-009'],
    bindings: ['SSE'],
    stimulus: ['team'],
    async play({ agent, check, lost }) {
      const { id, members } = await makeTeam(agent);
      const run = await runOf(agent, 'teams', id, together(members));
      if (!run.isOk) throw lost(`the run of the team got HTTP ${run.value.httpStatus ?? 'nothing'}`);
      const speakers = speakersIn(run);
      const names = members.map(({ name }) => name);
      const others = speakers.filter((name) => !names.includes(name));
      check('OAA-TEAM-006', seen(speakers, run.place), unseen(run)).holds(
        speakers.length > 0 && others.length < speakers.length,
        `from: ${names.join(' or ')}`,
      );
      check('OAA-TEAM-009', seen(run.value.names, run.place), unseen(run)).holds(
        run.events.some(({ name }) => name === 'RunResponse'),
        'a RunResponse on the way',
      );
      const twin = await twinOf(agent);
      const blocked = blockedBy(
        unseen(run).blockedBy,
        orderFault(twin) === undefined ? undefined : 'OAA-SSE-003',
        orderFault(run) === undefined ? undefined : 'OAA-TEAM-005',
        twin.value.answer === '' ? 'OAA-SSE-006' : undefined,
      );
      const missing = agent.runsScripts ? FOUND.filter((part) => !run.value.answer.includes(part)) : [];
      check('OAA-TEAM-007', seen(run.value.answer, run.place), blocked).holds(
        run.value.answer !== '' && missing.length === 0,
        missing.length > 0
          ? `an answer with ${missing.map((part) => JSON.stringify(part)).join(' and ')}`
          : 'an answer',
      );
    },
  }),

  scenario('open-agent/teams/tool', {
    title: 'A tool that a member wants is asked for on the stream of the team, and its result taken there',
    proves: ['OAA-TEAM-012'],
    bindings: ['SSE'],
    stimulus: ['team'],
    async play({ agent, check, lost }) {
      const { id, members } = await makeTeam(agent);
      const said = agent.messages(memberCalls(members as [Member, Member]));
      const fields = { tools: toolsFor(agent, 'teams', 'get_weather') };
      const [first, second] = await roundsOf(agent, { kind: 'teams', id, fields, outputs: outputOf }, said, 1);
      if (!agent.runsScripts && !second) throw lost('a member was asked to use a tool, and did not');
      // What an agent alone cannot do either is no matter of teams.
      const twin = agentLoop(agent, await agent.anyAgent(), 'get_weather');
      const [, going] = await roundsOf(agent, twin, agent.messages(calls('get_weather')), 1);
      const alone = !going ? 'OAA-TOOL-001' : going.completed ? undefined : 'OAA-TOOL-002';
      const unread = (run: Run) => (run.isOk ? unseen(run).blockedBy : undefined);
      check('OAA-TEAM-012', seen(first.value, first.place), blockedBy(alone, unread(first))).holds(
        second !== undefined,
        'a request for the tool',
      );
      if (!second) return;
      const why = blockedBy(await neverCompletes(agent, second), alone, isNameless(first), unread(second));
      check('OAA-TEAM-012', second, why).holds(second.isOk && second.completed !== undefined, 'RunCompleted');
      const words = second.responses.map(({ value }) => saidIn(value)).join('') + second.value.answer;
      if (agent.runsScripts)
        check('OAA-TEAM-012', seen(words, second.place), why).holds(
          words.includes(SUNNY) || !second.completed,
          `${SUNNY} once ${outputOf('get_weather')} is told`,
        );
    },
  }),
];
