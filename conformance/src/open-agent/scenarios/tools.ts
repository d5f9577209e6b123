import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { roundsOf, runOf, type Run } from '../run.ts';
import { scenario } from '../scenario.ts';
import { blockedBy, neverCompletes, unseen } from './streams.ts';
import { calls, outputOf, SUNNY, toolsFor } from './stimuli.ts';

const TOOLS = ['get_weather', 'get_time'];

/** A loop with an agent, whose tools are offered with each request. */
export const agentLoop = (agent: OpenAgent, id: string, ...tools: string[]) => ({
  kind: 'agents' as const,
  id,
  fields: { tools: toolsFor(agent, 'agents', ...tools) },
  outputs: outputOf,
});

/** Without its name no result can be sent. */
export const isNameless = ({ value }: Run): 'OAA-TOOL-001' | undefined =>
  value.asked.some(({ tool }) => !tool) ? 'OAA-TOOL-001' : undefined;

export const toolScenarios = [
  scenario('open-agent/tool/loop', {
    title: 'A tool of the caller is asked for, and its result is taken and used',
    proves: ['OAA-TOOL-001', 'OAA-TOOL-002'],
    bindings: ['SSE'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      // The tool is known to the agent, and offered once more.
      const id = await agent.makeAgent({ tools: toolsFor(agent, 'agents', ...TOOLS) });
      const said = agent.messages(calls('get_weather'));
      const [first, second] = await roundsOf(agent, agentLoop(agent, id, ...TOOLS), said, 1);
      const { asked } = first.value;
      if (!agent.runsScripts && asked.length === 0) throw lost('the agent was asked to use a tool, and did not');
      check('OAA-TOOL-001', first, unseen(first)).holds(
        asked.length > 0,
        'a ToolRequest, or a RunResponse that is one',
      );
      if (agent.runsScripts) check('OAA-TOOL-001', first, unseen(first)).has({ asked: [{ tool: 'get_weather' }] });
      if (!second) return;
      const unread = second.isOk ? unseen(second).blockedBy : undefined;
      const why = blockedBy(isNameless(first), unread, await neverCompletes(agent, second));
      check('OAA-TOOL-002', second, why).has({ httpStatus: 200 });
      check('OAA-TOOL-002', seen(second.value.names, second.place), why).holds(
        second.completed !== undefined && second.value.asked.length === 0,
        'RunCompleted',
      );
      // Where the last event has no answer, another row says so.
      const words = [second.value.answer, ...second.responses.map(({ value }) => value.content)].join('');
      if (agent.runsScripts && second.completed)
        check('OAA-TOOL-002', seen(words, second.place), why).holds(words.includes(SUNNY), SUNNY);
    },
  }),

  scenario('open-agent/tool/offered', {
    title: 'A tool that only the request offers can be asked for',
    proves: ['OAA-TOOL-003'],
    bindings: ['SSE'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const messages = agent.messages(calls('get_weather'));
      const offering = { tools: toolsFor(agent, 'agents', 'get_weather') };
      const twin = await runOf(agent, 'agents', await agent.makeAgent(offering), messages, offering);
      if (twin.value.asked.length === 0) throw lost('the agent was asked to use a tool of its own, and did not');
      // An agent with another tool, so that the request has to add one.
      const id = await agent.makeAgent({ tools: toolsFor(agent, 'agents', 'get_time') });
      const run = await runOf(agent, 'agents', id, messages, offering);
      check('OAA-TOOL-003', run, run.isOk ? unseen(run) : {}).holds(
        run.value.asked.length > 0,
        'a request for the tool',
      );
    },
  }),

  scenario('open-agent/tool/two-rounds', {
    title: 'Two rounds of tools, one after the other, come to an end',
    proves: ['OAA-TOOL-006'],
    bindings: ['SSE'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const id = await agent.anyAgent();
      const said = agent.messages(calls('get_weather', 'get_time'));
      const [first, second, third] = await roundsOf(agent, agentLoop(agent, id, ...TOOLS), said, 2);
      if (!second) throw lost('the agent was asked to use two tools, and used none');
      if (!agent.runsScripts && !third && second.completed)
        throw lost('the agent was asked to use two tools, and used one');
      // Where not even one round goes on, that has a row of its own.
      const blocked = blockedBy(isNameless(first), second.isOk ? unseen(second).blockedBy : 'OAA-TOOL-002');
      check('OAA-TOOL-006', seen(second.value, second.place), blocked).holds(
        third !== undefined,
        'a second request for a tool',
      );
      if (!third) return;
      const unread = third.isOk ? unseen(third).blockedBy : undefined;
      const why = blockedBy(isNameless(second), unread, await neverCompletes(agent, third));
      check(
        'OAA-TOOL-006',
        seen({ ...third.value, rounds: [first.value.names, second.value.names] }, third.place),
        why,
      ).holds(third.isOk && third.completed !== undefined && third.value.asked.length === 0, 'RunCompleted');
    },
  }),
];
