/** One of the two contracts of the Open Agent API, as far as they differ in what the suite sends. */
export interface Contract {
  /** `open-agent@0.7` */
  id: string;
  isReadme: boolean;
  /** How the path of a run ends: `/agents/{id}/run`, in the README `/agents/{id}/chat` (X01). */
  run: 'run' | 'chat';
  /** What stands before the paths that are OpenAI's: the servers of 0.7 end in /v1 themselves (X19). */
  openai: '' | '/v1';
  /** How an id is called in the answer to a creation (X07). */
  idOf: { agent: 'id' | 'agent_id'; team: 'id' | 'team_id' };
}

export const contract07: Contract = {
  id: 'open-agent@0.7',
  isReadme: false,
  run: 'run',
  openai: '',
  idOf: { agent: 'id', team: 'id' },
};

export const contractReadme: Contract = {
  id: 'open-agent@readme',
  isReadme: true,
  run: 'chat',
  openai: '/v1',
  idOf: { agent: 'agent_id', team: 'team_id' },
};

/** The operations that run, in the words of `methods.yaml`. */
export const RUNS = { agents: 'runAgent', teams: 'runTeam' } as const;
