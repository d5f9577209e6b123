import { anyOf } from '../../kit/match.ts';
import { records, text, type Json } from '../../kit/json.ts';
import { offered } from '../../kit/offered.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';
import { toolsFor } from './stimuli.ts';

export const REFUSED = anyOf(400, 422);
/** What nothing is said about: the answer may be empty. */
const DONE = anyOf(200, 204);

export const at = (kind: 'agents' | 'teams', id: string): string => `/${kind}/${encodeURIComponent(id)}`;

const getAgent = (agent: OpenAgent, id: string, hostile = false) =>
  agent.call('GET', at('agents', id), { operation: 'getAgent', ...(hostile ? { hostile } : {}) });

/** Plans have room for so many agents. */
export async function removeAgents(agent: OpenAgent, ...ids: (string | undefined)[]): Promise<void> {
  if (agent.isReadme) return;
  for (const id of ids)
    if (id !== undefined) await agent.call('DELETE', at('agents', id), { operation: 'deleteAgent' });
}

/** The name of every tool in a list, of toolkits and of the functions in them. */
const toolNames = (tools: unknown): string[] =>
  records(tools).flatMap(({ name, functions }) => [text(name) ?? '', ...toolNames(functions)]);

const idOf = (one: Json): string | undefined => text(one.id) ?? text(one.agent_id);

export const agentScenarios = [
  scenario('open-agent/agents/made', {
    title: 'An agent that is made is listed, and can be read with its tools',
    proves: ['OAA-AGENT-001', 'OAA-AGENT-003', 'OAA-AGENT-004'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const body = agent.agentBody({ tools: toolsFor(agent, 'agents', 'get_weather') });
      const { name, model } = body;
      let made = await offered(agent, 'agents', await agent.createAgent(body, { hostile: agent.isReadme }));
      // That an id of the caller's is wanted is a matter of its own (AGENT-002).
      if (made.isRefusal && agent.isReadme) {
        const withId = await agent.createAgent({ ...body, id: agent.uuid() });
        if (withId.isOk) made = withId;
      }
      check('OAA-AGENT-001', made).has({ httpStatus: 201, body: { name, model } });
      const id = agent.idIn(made, 'agent');
      check('OAA-AGENT-001', made).holds(!!id, `${agent.contract.idOf.agent} in the answer`);
      if (id === undefined) return;

      const list = await agent.call('GET', '/agents', { operation: 'listAgents' });
      check('OAA-AGENT-003', list).has({ httpStatus: 200 });
      const listed = records(list.json.agents).find((one) => idOf(one) === id);
      check('OAA-AGENT-003', seen(listed ?? list.json, list.place)).has({ name, model });

      const got = await getAgent(agent, id);
      check('OAA-AGENT-004', got).has({ httpStatus: 200, body: { name, model } });
      check('OAA-AGENT-004', seen(got.json.tools ?? null, got.place)).holds(
        toolNames(got.json.tools).includes('get_weather'),
        'the tool get_weather',
      );
      check('OAA-AGENT-004', await getAgent(agent, agent.uuid(), true)).has({ httpStatus: 404 });
      await removeAgents(agent, id);
    },
  }),

  scenario('open-agent/agents/without-id', {
    title: 'An agent is made without an id of the caller’s',
    proves: ['OAA-AGENT-002'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const { id: _, ...body } = agent.agentBody();
      const made = await offered(agent, 'agents', await agent.createAgent(body, { hostile: true }));
      // Where none can be made at all, that it has no id is not why.
      const twin = made.isOk ? made : await agent.createAgent({ ...body, id: agent.uuid() });
      check('OAA-AGENT-002', made, twin.isOk ? {} : { blockedBy: 'OAA-AGENT-001' }).has({
        httpStatus: anyOf(200, 201),
      });
      if (made !== twin) await removeAgents(agent, agent.idIn(twin, 'agent'));
      if (made.isOk) await removeAgents(agent, agent.idIn(made, 'agent'));
    },
  }),

  scenario('open-agent/agents/changed', {
    title: 'An agent can be changed, and deleted',
    proves: ['OAA-AGENT-005'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const id = await agent.makeAgent();
      const name = agent.fresh('renamed');
      const body = agent.agentBody({ id, name });
      const put = await agent.call('PUT', at('agents', id), { body, operation: 'updateAgent' });
      check('OAA-AGENT-005', put).has({ httpStatus: DONE });
      const got = await getAgent(agent, id);
      check('OAA-AGENT-005', got, got.isOk ? {} : { blockedBy: 'OAA-AGENT-004' }).has({ body: { name } });
      const removed = await agent.call('DELETE', at('agents', id), { operation: 'deleteAgent' });
      check('OAA-AGENT-005', removed).has({ httpStatus: DONE });
      const [gone, never] = [await getAgent(agent, id, true), await getAgent(agent, agent.uuid(), true)];
      check('OAA-AGENT-005', gone, never.status === 404 ? {} : { blockedBy: 'OAA-AGENT-004' }).has({ httpStatus: 404 });
    },
  }),

  scenario('open-agent/agents/refused', {
    title: 'What is no agent is refused',
    proves: ['OAA-AGENT-006'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      for (const body of ['[]', '"an agent"', '{"name": ']) {
        const reply = await offered(agent, 'agents', await agent.createAgent(body, { hostile: true }));
        check('OAA-AGENT-006', reply).has({ httpStatus: REFUSED });
      }
    },
  }),
];
