import { PATHS } from '@agentproto/protocol/chat/docs';
import { isRecord } from '../../kit/json.ts';
import { aList, anyOf, aText } from '../../kit/match.ts';
import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { ChatAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';

const bindings = ['a2a'] as const;
const OFF = 'tasks of other agents are not switched on';

/** What the agent is asked for, as a task; it carries a text alone. */
const taskOf = (agent: ChatAgent, id: string) => ({ id, message: agent.begin(hello).messages[0]!.content ?? '' });

const resultAt = (id: string) => PATHS.getTask.replace('{task_id}', encodeURIComponent(id));

/** 404 and 405 say that there is no such thing. */
const isThere = (httpStatus: number | undefined) => httpStatus !== 404 && httpStatus !== 405;

export const agentScenarios = [
  scenario('chat/a2a/card', {
    title: 'The card says who the agent is',
    proves: ['CHAT-A2A-001'],
    bindings,
    stimulus: ['a2a'],
    async play({ agent, check, notApplicable }) {
      const { id: exchange, response } = await agent.get(PATHS.agentCard, 'a2a');
      if (!isThere(response?.status)) throw notApplicable(OFF);
      check('CHAT-A2A-001', seen(response?.json, { exchange })).has({
        name: aText,
        description: aText,
        url: aText,
        skills: aList,
      });
    },
  }),

  scenario('chat/a2a/task', {
    title: 'A task is answered with what came of it; one that is not waited for can be asked about',
    proves: ['CHAT-A2A-002', 'CHAT-A2A-003'],
    bindings,
    stimulus: ['a2a'],
    async play({ agent, check, notApplicable }) {
      const id = agent.fresh('task');
      const sent = await agent.send(PATHS.sendTask, taskOf(agent, id), 'a2a');
      if (!isThere(sent.response?.status)) throw notApplicable(OFF);
      check('CHAT-A2A-002', seen(sent.response?.json, { exchange: sent.id })).has({
        task_id: id,
        status: anyOf('completed', 'failed', 'pending'),
        text: aText,
      });

      const later = agent.fresh('task');
      const begun = await agent.send(`${PATHS.sendTask}?async=true`, taskOf(agent, later), 'a2a');
      check('CHAT-A2A-003', seen(begun.response?.json, { exchange: begun.id })).has({ task_id: later });
      const asked = await agent.get(resultAt(later), 'a2a');
      const result = isRecord(asked.response?.json) ? asked.response.json : {};
      check('CHAT-A2A-003', seen({ httpStatus: asked.response?.status, ...result }, { exchange: asked.id })).has({
        httpStatus: 200,
        task_id: later,
      });
      const unknown = await agent.get(resultAt(agent.fresh('no-task')), 'a2a');
      check('CHAT-A2A-003', seen(unknown.response?.status, { exchange: unknown.id })).equals(404);
    },
  }),

  scenario('chat/mcp/tools', {
    title: 'The MCP server has a tool to talk to the agent',
    proves: ['CHAT-MCP-001'],
    bindings: ['mcp'],
    stimulus: ['mcp'],
    async play({ agent, check, notApplicable }) {
      const live = await agent.events('/sse', 'mcp');
      const { response } = live.exchange;
      const type = response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
      if (response?.status !== 200 || !type.startsWith('text/event-stream')) {
        if (!live.exchange.end) await live.leave();
        throw notApplicable('MCP is not served beside chat, at /sse');
      }
      const endpoint = (await agent.nextEvent(live, 0, 'mcp'))?.data ?? '';
      const ask = (message: object) => agent.send(endpoint, { jsonrpc: '2.0', ...message }, 'mcp');
      const clientInfo = { name: 'agentproto-conformance', version: '0' };
      const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo };
      await ask({ id: 1, method: 'initialize', params });
      await agent.nextEvent(live, 1, 'mcp');
      await ask({ method: 'notifications/initialized' });
      await ask({ id: 2, method: 'tools/list' });
      const answer = (await agent.nextEvent(live, 2, 'mcp'))?.json;
      await live.leave();
      const result = isRecord(answer) && isRecord(answer.result) ? answer.result : {};
      const names = (Array.isArray(result.tools) ? result.tools : []).map((tool) => isRecord(tool) && tool.name);
      check('CHAT-MCP-001', seen(names, { exchange: live.exchange.id })).holds(
        names.includes('chat'),
        'a tool `chat` among the others',
      );
    },
  }),
];
