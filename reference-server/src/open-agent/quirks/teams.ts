import { bad, OpenAgentError } from '../open-agent-error.ts';
import type { Member } from '../agent-records.ts';
import { answers, ofName, openAgentQuirk, operation } from './open-agent-quirk.ts';

const TEAMS = ['runTeam'] as const;

interface Shown {
  members: Member[];
}

/** Rules of teams. */
export const teamQuirks = [
  openAgentQuirk('open-agent.teams.forgets-roles', {
    breaks: 'OAA-TEAM-001',
    make: (impl, hit) =>
      answers<Shown>(impl, 'createTeam', (team) =>
        hit({ ...team, members: team.members.map(({ role: _, ...member }) => member) }),
      ),
  }),
  openAgentQuirk('open-agent.teams.takes-anybody', {
    breaks: 'OAA-TEAM-002',
    make: (_impl, hit) => ({ checkMember: async () => hit(undefined) }),
  }),
  openAgentQuirk('open-agent.teams.has-no-leader', {
    breaks: 'OAA-TEAM-003',
    make: (impl, hit) =>
      answers<Shown>(impl, 'getTeam', (team) =>
        hit({ ...team, members: team.members.map((member) => ({ ...member, is_leader: false })) }),
      ),
  }),
  openAgentQuirk('open-agent.teams.is-led-by-the-last', {
    breaks: 'OAA-TEAM-004',
    make: (impl, hit) => ({
      withLeader: (ctx, given, leader) =>
        hit(impl.withLeader(ctx, given, leader)).map((member, at, all) => ({
          ...member,
          is_leader: at === all.length - 1,
        })),
    }),
  }),
  openAgentQuirk('open-agent.teams.never-starts', {
    breaks: 'OAA-TEAM-005',
    make: (impl, hit) => ofName(impl, 'RunStarted', () => hit([]), TEAMS),
  }),
  openAgentQuirk('open-agent.teams.speaks-for-somebody', {
    breaks: 'OAA-TEAM-006',
    make: (impl, hit) =>
      ofName(
        impl,
        'RunResponse',
        (event) => (event['from'] === undefined ? [event] : hit([{ ...event, from: 'Somebody' }])),
        TEAMS,
      ),
  }),
  openAgentQuirk('open-agent.teams.has-the-last-word-alone', {
    breaks: 'OAA-TEAM-007',
    make: (impl, hit) => ({
      finalContent: (ctx, fold) =>
        fold.start.kind === 'team' && fold.content.length > 1
          ? hit(fold.content.at(-1)!)
          : impl.finalContent(ctx, fold),
    }),
  }),
  openAgentQuirk('open-agent.teams.answers-in-another-member', {
    breaks: 'OAA-TEAM-008',
    make: (impl, hit) => answers(impl, 'runTeam', ({ message, ...reply }) => hit({ ...reply, answer: message })),
  }),
  openAgentQuirk('open-agent.teams.works-in-silence', {
    breaks: 'OAA-TEAM-009',
    make: (impl, hit) => ofName(impl, 'RunResponse', () => hit([]), TEAMS),
  }),
  openAgentQuirk('open-agent.teams.are-not-listed', {
    breaks: 'OAA-TEAM-010',
    make: (impl, hit) => answers(impl, 'listTeams', () => hit({ teams: [] })),
  }),
  openAgentQuirk('open-agent.teams.is-never-missing', {
    breaks: 'OAA-TEAM-011',
    make: (impl, hit) =>
      operation(impl, 'runTeam', async (ctx, call, request, own) => {
        try {
          return await own(ctx, call, request);
        } catch (error) {
          throw error instanceof OpenAgentError && error.status === 404 ? hit(bad('There is no such team.')) : error;
        }
      }),
  }),
  openAgentQuirk('open-agent.teams.asks-for-no-tools', {
    breaks: 'OAA-TEAM-012',
    make: (impl, hit) => ({
      mayCall: (ctx, asked, call) => (asked.start.kind === 'team' ? hit(false) : impl.mayCall(ctx, asked, call)),
    }),
  }),
];
