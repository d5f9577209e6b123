import { records, text, type Json } from '../../kit/json.ts';
import { offered } from '../../kit/offered.ts';
import type { Reply } from '../../kit/reply.ts';
import { hello } from '../../kit/steps.ts';
import { Blocked } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import type { CallOptions, OpenAgent } from '../agent.ts';
import { answerIn, messageIn } from '../run.ts';
import { scenario } from '../scenario.ts';
import { at, REFUSED, removeAgents } from './agents.ts';
import { saysNothing } from './runs.ts';

export interface Member {
  agent_id: string;
  role: string;
  name: string;
}

const ROLES = ['Researcher', 'Coder'] as const;

/** Two agents with a part each. */
export async function makeMembers(agent: OpenAgent): Promise<Member[]> {
  const members: Member[] = [];
  for (const role of ROLES) {
    const name = agent.fresh(role);
    members.push({ agent_id: await agent.makeAgent({ name }), role, name });
  }
  return members;
}

const partOf = ({ agent_id, role, ...rest }: Member & { is_leader?: boolean }): Json => {
  const { name: _, ...flags } = rest;
  return { agent_id, role, ...flags };
};

/** The members are `members` in the README and in 0.7's schema, and `agents` in what that owes and in 0.1 (X08). */
async function createTeam(
  agent: OpenAgent,
  members: readonly (Member & { is_leader?: boolean })[],
  options: CallOptions = {},
): Promise<Reply> {
  const post = (fields: Json, more: CallOptions = {}) =>
    agent.call('POST', '/teams', {
      body: { name: agent.fresh('team'), ...(agent.isReadme ? {} : { tools: [] }), ...fields },
      operation: 'createTeam',
      ...options,
      ...more,
    });
  const parts = members.map(partOf);
  const made = await offered(agent, 'teams', await post({ members: parts }, { hostile: true }));
  if (!made.isRefusal || options.hostile) return made;
  const other = await post({ members: parts, agents: parts });
  return other.isOk ? other : made;
}

/** A team of two, by its id; a stop where none can be made. */
export async function makeTeam(agent: OpenAgent): Promise<{ id: string; members: Member[] }> {
  const members = await makeMembers(agent);
  const reply = await createTeam(agent, members);
  const id = agent.idIn(reply, 'team');
  if (reply.isOk && id !== undefined) return { id, members };
  throw new Blocked('OAA-TEAM-001', `expected a team with an id, got HTTP ${reply.status}`, {
    place: reply.place,
    expected: 'a team with an id',
    actual: reply.value,
  });
}

/** The members in an answer; an orchestrator of the server's own may be among them (README: Teams API). */
const membersIn = ({ json }: Reply): Json[] => records(json.members ?? json.agents);

const hasAll = (reply: Reply, members: readonly Member[]): boolean =>
  members.every(({ agent_id: id, role }) =>
    membersIn(reply).some((one) => (text(one.agent_id) ?? text(one.id)) === id && one.role === role),
  );

/** Who leads, as far as an answer says so. */
function leadersIn(reply: Reply): (string | undefined)[] {
  const { leader, leader_id: id = leader } = reply.json;
  if (id != null) return [text(id) ?? 'a leader'];
  return membersIn(reply).flatMap((one) => (one.is_leader === true ? [text(one.agent_id) ?? text(one.id)] : []));
}

const getTeam = (agent: OpenAgent, id: string, hostile = false) =>
  agent.call('GET', at('teams', id), { operation: 'getTeam', ...(hostile ? { hostile } : {}) });

export const teamScenarios = [
  scenario('open-agent/teams/made', {
    title: 'A team that is made is listed, and can be read with members, roles and leader',
    proves: ['OAA-TEAM-001', 'OAA-TEAM-003', 'OAA-TEAM-010'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const members = await makeMembers(agent);
      const made = await createTeam(agent, members);
      check('OAA-TEAM-001', made).has({ httpStatus: 201 });
      const id = agent.idIn(made, 'team');
      check('OAA-TEAM-001', made).holds(
        !!id && hasAll(made, members),
        `${agent.contract.idOf.team}, and the members with their roles`,
      );
      if (id === undefined) return;
      const got = await getTeam(agent, id);
      check('OAA-TEAM-003', got).has({ httpStatus: 200 });
      check('OAA-TEAM-003', got).holds(hasAll(got, members), 'the members with their roles');
      check('OAA-TEAM-003', got).holds(leadersIn(got).length === 1, 'one leader');
      check('OAA-TEAM-003', await getTeam(agent, agent.uuid(), true)).has({ httpStatus: 404 });
      const list = await agent.call('GET', '/teams', { operation: 'listTeams', hostile: agent.isReadme });
      check('OAA-TEAM-010', list).has({ httpStatus: 200 });
      const ids = records(list.json.teams).map((one) => text(one.id) ?? text(one.team_id));
      check('OAA-TEAM-010', seen(ids, list.place)).holds(ids.includes(id), `the team ${id}`);
      await removeAgents(agent, ...members.map((one) => one.agent_id));
    },
  }),

  scenario('open-agent/teams/leader', {
    title: 'The first member leads, unless another is flagged',
    proves: ['OAA-TEAM-004'],
    bindings: ['HTTP'],
    async play({ agent, check, lost }) {
      const members = await makeMembers(agent);
      for (const flagged of [undefined, 1]) {
        const parts = members.map((one, index) => (index === flagged ? { ...one, is_leader: true } : one));
        const id = agent.idIn(await createTeam(agent, parts), 'team');
        if (id === undefined) throw lost('no team could be made');
        const got = await getTeam(agent, id);
        const leaders = leadersIn(got);
        if (leaders.length !== 1) throw lost('nothing says who leads');
        check('OAA-TEAM-004', seen(leaders[0], got.place)).equals(members[flagged ?? 0]!.agent_id);
      }
    },
  }),

  scenario('open-agent/teams/refused', {
    title: 'A team with a member that is no agent is refused, and so is a run of no team',
    proves: ['OAA-TEAM-002', 'OAA-TEAM-011'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const nobody = { agent_id: agent.uuid(), role: 'Nobody', name: 'nobody' };
      check('OAA-TEAM-002', await createTeam(agent, [nobody], { hostile: true })).has({ httpStatus: REFUSED });
      const unknown = await agent.run('teams', agent.uuid(), 'Hello', {}, { hostile: true });
      check('OAA-TEAM-011', unknown).has({ httpStatus: 404 });
    },
  }),

  scenario('open-agent/teams/answer', {
    title: 'A run of a team in one piece has a message',
    proves: ['OAA-TEAM-008'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = await makeTeam(agent);
      const reply = await agent.run('teams', id, hello);
      const twin = await agent.run('agents', await agent.anyAgent(), hello);
      const blocked = saysNothing(twin);
      check('OAA-TEAM-008', reply, blocked).has({ httpStatus: 200 });
      check('OAA-TEAM-008', reply, blocked).has({ body: { message: { role: 'assistant' } } });
      check('OAA-TEAM-008', seen(messageIn(reply) ?? null, reply.place), blocked).holds(
        answerIn(reply) !== '',
        'a text',
      );
    },
  }),
];
