import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { GivenMember, Member, StoredTeam, Working } from './agent-records.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { bad, notFound } from './open-agent-error.ts';
import { find, keep, list } from './records.ts';
import { bodyOf } from './request.ts';
import type { AnyTool } from './toolkit.ts';

interface TeamInput {
  name: string;
  members?: GivenMember[];
  /** Its name in 0.1, and the one that 0.7 owes (OAA-X08). */
  agents?: GivenMember[];
  leader_id?: string;
  tools?: AnyTool[];
}

/** Each says what it is asked: an answer is as many times as long. */
const MOST_MEMBERS = 50;

/** Agents of the account, one of whom leads: the one that is flagged or named, else the first (README: Teams API). */
export async function createTeam(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { impl } = ctx;
  const input: TeamInput = bodyOf(ctx, request, 'TeamInput');
  const { name, members, agents, leader_id: leader, tools = [] } = input;
  const given = members ?? agents ?? [];
  if (given.length === 0) throw bad('members: expected at least one agent with its role', { param: 'members' });
  if (given.length > MOST_MEMBERS)
    throw bad(`members: expected at most ${MOST_MEMBERS}, got ${given.length}`, { param: 'members' });
  for (const id of [...given.map(({ agent_id: one }) => one), ...(leader === undefined ? [] : [leader])])
    await impl.checkMember(ctx, call, id);
  const team: StoredTeam = {
    id: `team_${randomUUID().replaceAll('-', '')}`,
    name,
    members: impl.withLeader(ctx, given, leader),
    tools,
    created_at: new Date(ctx.clock.now()).toISOString(),
  };
  await keep(ctx, 'team', call.owner, team.id, team);
  return json(ctx, impl.createdTeam(ctx, team), 201);
}

/** Throws an OpenAgentError, 400, where the account has no such agent. */
export async function checkMember(ctx: OpenAgentContext, { owner }: Call, id: string): Promise<void> {
  if (await ctx.impl.agentNamed(ctx, owner, id)) return;
  throw bad(`members: there is no agent ${id}`, { param: 'members' });
}

/** A leader that is no member comes first, as one of its own. */
export function withLeader(
  _ctx: OpenAgentContext,
  given: readonly GivenMember[],
  leader: string | undefined,
): Member[] {
  const flagged = given.filter(({ is_leader: leads }) => leads);
  if (flagged.length > 1) throw bad(`members: expected one leader, got ${flagged.length}`, { param: 'members' });
  const members = given.map(({ agent_id, role }) => ({ agent_id, role, is_leader: false }));
  if (leader !== undefined && !given.some(({ agent_id: id }) => id === leader))
    return [{ agent_id: leader, role: 'Leader', is_leader: true }, ...members];
  const at =
    leader === undefined
      ? Math.max(
          0,
          given.findIndex(({ is_leader: leads }) => leads),
        )
      : given.findIndex(({ agent_id: id }) => id === leader);
  return members.map((member, index) => ({ ...member, is_leader: index === at }));
}

export async function listTeams(ctx: OpenAgentContext, call: Call): Promise<Answer> {
  const teams = await list<StoredTeam>(ctx, 'team', call.owner);
  return json(ctx, { teams: teams.map((team) => ctx.impl.shownTeam(ctx, team)) });
}

export async function getTeam(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  return json(ctx, ctx.impl.shownTeam(ctx, await teamIn(ctx, call, request)));
}

/** Throws an OpenAgentError, 404. */
export async function teamIn(ctx: OpenAgentContext, call: Call, { params }: HttpRequest): Promise<StoredTeam> {
  const id = params['teamId']!;
  const team = await ctx.impl.teamNamed(ctx, call.owner, id);
  if (!team) throw notFound(`Team ${id}`);
  return team;
}

/** Undefined where the account has none of that id. */
export const teamNamed = (ctx: OpenAgentContext, owner: string, id: string): Promise<StoredTeam | undefined> =>
  find(ctx, 'team', owner, id);

/** A team as it is told. */
export const shownTeam = (_ctx: OpenAgentContext, team: StoredTeam): object => team;

/** The same where it is made. */
export const createdTeam = (ctx: OpenAgentContext, team: StoredTeam): object => ctx.impl.shownTeam(ctx, team);

export async function workingIn(ctx: OpenAgentContext, owner: string, { members }: StoredTeam): Promise<Working[]> {
  const all = await Promise.all(
    members.map(async (member) => {
      const agent = await ctx.impl.agentNamed(ctx, owner, member.agent_id);
      return agent ? [{ ...member, agent }] : [];
    }),
  );
  return all.flat();
}
