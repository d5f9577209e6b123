import type { Team, TeamMember, Toolkit } from '@agentproto/protocol/open-agent/0.7';
import type { CallOptions } from '../call.ts';
import { checkedId, Group, identified, listed } from './group.ts';
import { flatBody, type RunInput, runRequest } from './input.ts';
import type { Run } from './run-result.ts';
import { expectCompleted, RUN, type Runner, type RunOptions, type RunStream, streamRun } from './runner.ts';

export interface NewTeam {
  name: string;
  /** One with `is_leader` leads; else the first, or whom the server chooses. */
  members: TeamMember[];
  /** Of the leader. */
  tools?: Toolkit[];
}

const TEAM = identified('team_id', 'a team with an id');
const TEAMS = listed('teams', TEAM.take);

/** Agents that work together under a leader, and runs of them. */
export class Teams extends Group {
  create({ members, tools = [], ...rest }: NewTeam, options: CallOptions = {}): Promise<Team> {
    const kind = { name: 'createTeam', ...TEAM } as const;
    // The schema requires `agents` and describes `members` (X08); servers take the one or the other.
    const body = { ...rest, members, agents: members, tools };
    return this.isReadme
      ? this.sendReadme(kind, options, (api) => api.POST('/teams', { body }))
      : this.send(kind, options, (api) => api.POST('/teams', { body }));
  }

  /** `0.7` */
  list(options: CallOptions = {}): Promise<Team[]> {
    return this.send({ name: 'listTeams', ...TEAMS, safe: true }, options, (api) => api.GET('/teams'));
  }

  async get(id: string, options: CallOptions = {}): Promise<Team> {
    return this.send({ name: 'getTeam', ...TEAM, safe: true }, options, (api) =>
      api.GET('/teams/{teamId}', { params: { path: of(id) } }),
    );
  }

  /** Asks a team, and waits for the whole answer (`/run`; in the README `/chat`). */
  async run(id: string, input: RunInput, options: RunOptions = {}): Promise<Run> {
    const { expectCompleted: expected, ...call } = options;
    const kind = { name: 'runTeam', ...RUN } as const;
    const path = of(id);
    const body = flatBody(runRequest(input));
    const run = await (this.isReadme
      ? this.sendReadme<Run>(kind, call, (api) => api.POST('/teams/{teamId}/chat', { params: { path }, body }))
      : this.send<Run>(kind, call, (api) => api.POST('/teams/{teamId}/run', { params: { path }, body })));
    return expected ? expectCompleted(run) : run;
  }

  /** Asks a team, and follows what happens: `from` of an event is who speaks. Leaving the loop cancels the run. */
  stream(id: string, input: RunInput, options: RunOptions = {}): RunStream {
    const path = `/teams/${encodeURIComponent(checkedId(id, 'a team'))}/${this.isReadme ? 'chat' : 'run'}`;
    return streamRun(this.connection, 'runTeam', path, flatBody(runRequest(input)), options);
  }

  /** One team, for `run`, the tool loop. */
  of(id: string): Runner {
    checkedId(id, 'a team');
    return {
      run: (input, options) => this.run(id, input, options),
      stream: (input, options) => this.stream(id, input, options),
    };
  }
}

const of = (id: string) => ({ teamId: checkedId(id, 'a team') });
