import { bad } from '../open-agent-error.ts';
import { answers, openAgentQuirk, requests } from './open-agent-quirk.ts';

interface Listed {
  agents: { id: string; agent_id?: string }[];
}

/** Rules of agents. */
export const agentQuirks = [
  openAgentQuirk('open-agent.agents.renames-them', {
    breaks: 'OAA-AGENT-001',
    make: (impl, hit) => ({
      createdAgent: (ctx, agent) => hit({ ...impl.createdAgent(ctx, agent), name: 'An agent' }),
    }),
  }),
  openAgentQuirk('open-agent.agents.wants-an-id', {
    breaks: 'OAA-AGENT-002',
    make: (impl, hit) =>
      requests(impl, 'createAgent', (body) => {
        if (body && body['id'] === undefined) throw hit(bad('id: expected a text, got nothing', { param: 'id' }));
        return undefined;
      }),
  }),
  openAgentQuirk('open-agent.agents.lists-ids', {
    breaks: 'OAA-AGENT-003',
    make: (impl, hit) =>
      answers<Listed>(impl, 'listAgents', ({ agents }) =>
        hit({ agents: agents.map(({ id, agent_id }) => ({ id, agent_id })) }),
      ),
  }),
  openAgentQuirk('open-agent.agents.keeps-tools-to-itself', {
    breaks: 'OAA-AGENT-004',
    make: (impl, hit) => answers(impl, 'getAgent', ({ tools: _, ...agent }) => hit(agent)),
  }),
  openAgentQuirk('open-agent.agents.stays-as-it-was', {
    breaks: 'OAA-AGENT-005',
    make: (impl, hit) => ({
      async putAgent(ctx, call, agent) {
        if (await impl.agentNamed(ctx, call.owner, agent.id)) hit();
        else await impl.putAgent(ctx, call, agent);
      },
    }),
  }),
  openAgentQuirk('open-agent.agents.outlives-its-deletion', {
    breaks: 'OAA-AGENT-005',
    make: (_impl, hit) => ({ dropAgent: async () => hit(true) }),
  }),
  openAgentQuirk('open-agent.agents.takes-anything', {
    breaks: 'OAA-AGENT-006',
    make: (impl, hit) => requests(impl, 'createAgent', (body) => (body ? undefined : hit({ name: 'x', model: 'x' }))),
  }),
];
