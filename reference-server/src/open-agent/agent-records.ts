import type { AnyTool } from './toolkit.ts';

/** What is kept of an agent. */
export interface StoredAgent {
  id: string;
  name?: string;
  model?: string;
  description?: string;
  instructions?: string;
  /** The README's word for instructions. */
  prompt?: string;
  tools: AnyTool[];
  /** RFC 3339. */
  created_at: string;
}

export interface Member {
  agent_id: string;
  role: string;
  is_leader: boolean;
}

/** As it is given. */
export type GivenMember = Omit<Member, 'is_leader'> & { is_leader?: boolean };

/** What is kept of a team. */
export interface StoredTeam {
  id: string;
  name: string;
  members: Member[];
  tools: AnyTool[];
  /** RFC 3339. */
  created_at: string;
}

/** A member with the agent that it is, as far as that is still there. */
export interface Working extends Member {
  agent: StoredAgent;
}

/** A document of an account's knowledge base. */
export interface StoredDocument {
  id: string;
  text: string;
  metadata?: object;
  passages: { text: string; vector: Float32Array }[];
}

export interface Found {
  id: string;
  text: string;
  score: number;
  metadata?: object;
}
