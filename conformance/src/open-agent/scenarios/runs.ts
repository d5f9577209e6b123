import { nonEmptyString } from '../../kit/match.ts';
import { record, records, text, type Json } from '../../kit/json.ts';
import type { Reply } from '../../kit/reply.ts';
import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { RUNS } from '../contract.ts';
import { JSON_TYPE, mediaTypeOf } from '../media-type.ts';
import { answerIn, messageIn } from '../run.ts';
import { scenario } from '../scenario.ts';
import { REFUSED } from './agents.ts';
import { calls, toolsFor } from './stimuli.ts';

/** Whether a run in one piece says something; where it does not, its row is why other rows about it cannot be told. */
export const saysNothing = (reply: Reply): { blockedBy?: 'OAA-RUN-001' } =>
  reply.status === 200 && answerIn(reply) !== '' ? {} : { blockedBy: 'OAA-RUN-001' };

/** Counts of tokens, or of money. */
const amountsIn = (value: unknown): [string, unknown][] =>
  Object.entries(record(value) ?? {}).filter(([name]) => /tokens$|dollars$|cents$/.test(name));

/** What a run has used, as the contract calls it. */
const usedIn = ({ json }: Reply): Json | undefined => record(json.cost) ?? record(json.usage);

/** An assistant's message that waits for results of tools. */
const isWaiting = (message: Json | undefined): boolean => records(message?.tool_calls).length > 0;

const plain = async (agent: OpenAgent): Promise<Reply> => agent.run('agents', await agent.anyAgent(), hello);

export const runScenarios = [
  scenario('open-agent/run/answer', {
    title: 'A run in one piece has the answer, as JSON',
    proves: ['OAA-RUN-001', 'OAA-RUN-004', 'OAA-RUN-005', 'OAA-RUN-007'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const reply = await plain(agent);
      check('OAA-RUN-001', reply).has({ httpStatus: 200 });
      if (!reply.isOk) return;
      const type = mediaTypeOf(reply.exchange);
      check('OAA-RUN-005', seen(type ?? null, reply.place)).equals(JSON_TYPE);
      const isOther = type === JSON_TYPE ? {} : ({ blockedBy: 'OAA-RUN-005' } as const);
      const said = agent.isReadme ? record(reply.json.message) : records(reply.json.messages).at(-1);
      check('OAA-RUN-001', seen(said ?? reply.value.body ?? null, reply.place), isOther).has({ role: 'assistant' });
      const answer = answerIn(reply);
      check('OAA-RUN-001', seen(answer, reply.place), isOther).holds(
        agent.runsScripts ? answer.trim() === 'Hello' : answer !== '',
        agent.runsScripts ? 'Hello' : 'a text',
      );
      check('OAA-RUN-007', reply, isOther).has({ body: { finish_reason: nonEmptyString, usage: {} } });
      for (const [name, amount] of amountsIn(usedIn(reply)))
        check('OAA-RUN-004', seen({ [name]: amount }, reply.place)).holds(
          typeof amount === 'number' && amount >= 0,
          'a number that is not negative',
        );
      if (amountsIn(usedIn(reply)).length === 0)
        check('OAA-RUN-004', reply).observes('nothing is told of what a run has cost');
    },
  }),

  scenario('open-agent/run/refused', {
    title: 'A run without messages, and one of an agent that there is not, is refused',
    proves: ['OAA-RUN-002'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const { messages: _, ...body } = agent.runBody('Hello');
      const path = agent.runPath('agents', await agent.anyAgent());
      const operation = RUNS.agents;
      const options = { operation, hostile: true };
      check('OAA-RUN-002', await agent.call('POST', path, { body, ...options })).has({ httpStatus: REFUSED });
      const unknown = await agent.run('agents', agent.uuid(), 'Hello', {}, { hostile: true });
      check('OAA-RUN-002', unknown).has({ httpStatus: 404 });
    },
  }),

  scenario('open-agent/run/environment', {
    title: 'A run without an environment is refused',
    proves: ['OAA-RUN-003'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const { environment: _, ...body } = agent.runBody('Hello');
      const path = agent.runPath('agents', await agent.anyAgent());
      const reply = await agent.call('POST', path, { body, operation: RUNS.agents, hostile: true });
      check('OAA-RUN-003', reply).has({ httpStatus: REFUSED });
    },
  }),

  scenario('open-agent/run/system', {
    title: 'A message of the system is taken',
    proves: ['OAA-RUN-006'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const messages = [{ role: 'system', content: 'Be brief.' }, ...agent.messages(hello)];
      const reply = await agent.run('agents', await agent.anyAgent(), messages, {}, { hostile: true });
      const blockedBy = reply.isOk ? {} : saysNothing(await plain(agent));
      check('OAA-RUN-006', reply, blockedBy).has({ httpStatus: 200 });
    },
  }),

  scenario('open-agent/tool/one-piece', {
    title: 'A run in one piece ends with an answer, though a tool is wanted',
    proves: ['OAA-TOOL-005'],
    bindings: ['HTTP'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const tools = toolsFor(agent, 'agents', 'get_weather');
      const reply = await agent.run('agents', await agent.anyAgent(), calls('get_weather'), { tools });
      const { json } = reply;
      const isAsked = [json.event, json.type].includes('ToolRequest') || /tool/.test(text(json.finish_reason) ?? '');
      const blockedBy = saysNothing(await plain(agent));
      check('OAA-TOOL-005', reply, blockedBy).has({ httpStatus: 200 });
      check('OAA-TOOL-005', reply, blockedBy).holds(
        !isAsked && !isWaiting(messageIn(reply)) && answerIn(reply) !== '',
        'a final answer, and no request for a tool',
      );
    },
  }),

  scenario('open-agent/tool/list', {
    title: 'The tools of the server are listed',
    proves: ['OAA-TOOL-004'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const list = await agent.done('tools', 'GET', '/tools', { operation: 'listTools' });
      const tools = list.exchange.response?.json;
      check('OAA-TOOL-004', seen(tools ?? null, list.place)).holds(Array.isArray(tools), 'a list');
      for (const tool of records(tools))
        check('OAA-TOOL-004', seen(tool, list.place)).holds(
          !!text(tool.name) && typeof tool.instructions === 'string' && Array.isArray(tool.functions),
          'name, instructions and functions',
        );
      const path = `/tools/${agent.uuid()}`;
      const unknown = await agent.call('GET', path, { operation: 'getTool', hostile: true });
      check('OAA-TOOL-004', unknown).has({ httpStatus: 404 });
      // A tool of the target's own is not to be deleted; invariants look at how this is refused.
      await agent.call('DELETE', path, { operation: 'deleteTool', hostile: true });
    },
  }),
];
