import { anyOf, nonEmptyString } from '../../../kit/match.ts';
import { end, text as says } from '../../../kit/steps.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import type { Answer } from '../../answer.ts';
import { changesItemIds, changesItsId, forgets, hasNoEnd } from '../../general-faults.ts';
import { scenario } from '../../scenario.ts';
import { records, text, type Json } from '../../view.ts';

/** Wants to run a tool of an MCP server, and says something after the decision. */
const wants: Stimulus = {
  word: 'approval',
  script: {
    steps: [{ tool: { by: 'approval', calls: [{ name: 'buy', args: { count: 1 }, output: 'bought' }] } }],
    turns: [{ steps: [says('That was it.'), end('completed')] }],
  },
};

const TOOLS = {
  tools: [
    { type: 'mcp', server_label: 'shop', server_url: 'https://mcp.example.com/shop', require_approval: 'always' },
  ],
};

const requestIn = ({ made }: Answer): Json | undefined => made.find(({ type }) => type === 'mcp_approval_request');
/** The response names the tools that there are: no server is among them. */
const leavesServersAside = ({ response }: Answer): boolean =>
  Array.isArray(response.tools) && !records(response.tools).some(({ type }) => type === 'mcp');
const callsIn = ({ made }: Answer): Json[] => made.filter(({ type }) => type === 'mcp_call');

const decided = (agent: ResponsesAgent, asked: Answer, id: string | undefined, approve: boolean, hostile = false) =>
  agent.ask(
    [{ type: 'mcp_approval_response', approval_request_id: id, approve }],
    { ...TOOLS, previous_response_id: asked.id },
    hostile ? { hostile } : {},
  );

/** Why a decision may not reach what was asked for: that it is forgotten, or has no id to be found by. */
async function unreached(agent: ResponsesAgent, asked: Answer) {
  const ids = { ...changesItemIds(asked), ...changesItsId(asked) };
  return ids.blockedBy ? ids : forgets(agent, 'orAnswers');
}

export const mcpScenarios = [
  scenario('responses/mcp/approval', {
    title: 'A tool of an MCP server waits for approval, and is run once it has come',
    proves: ['OAI-MCP-001', 'OAI-MCP-002'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['approval'],
    async play({ agent, check, lost, notApplicable }) {
      const asked = await agent.answered(wants, TOOLS);
      const request = requestIn(asked);
      if (!request && leavesServersAside(asked)) throw notApplicable('the target leaves tools of MCP servers aside');
      if (!request && !agent.runsScripts) throw lost('the agent did not ask for approval');
      check('OAI-MCP-001', seen(request ?? asked.made, asked.place)).has({
        type: 'mcp_approval_request',
        id: nonEmptyString,
        name: nonEmptyString,
        server_label: nonEmptyString,
      });
      check('OAI-MCP-001', asked, hasNoEnd(asked)).has({ ended: 'completed' });
      if (!request) return;
      const ran = await decided(agent, asked, text(request.id), true);
      const isRun = callsIn(ran).some(({ approval_request_id: id }) => id === request.id);
      const cause = isRun ? {} : await unreached(agent, asked);
      check('OAI-MCP-002', seen(ran.refused ? ran.value : callsIn(ran), ran.place), cause).holds(
        isRun,
        'an mcp_call that names the request',
      );
    },
  }),

  scenario('responses/mcp/refusal', {
    title: 'A tool that was refused is not run, and nobody can approve what was not asked for',
    proves: ['OAI-MCP-003', 'OAI-MCP-004'],
    bindings: ['HTTP'],
    stimulus: ['approval'],
    async play({ agent, check, lost, notApplicable }) {
      const asked = await agent.answered(wants, TOOLS);
      const request = requestIn(asked);
      if (!request && leavesServersAside(asked)) throw notApplicable('the target leaves tools of MCP servers aside');
      if (!request) throw lost('the agent did not ask for approval');
      const left = await decided(agent, asked, text(request.id), false);
      check('OAI-MCP-003', left, left.refused ? await unreached(agent, asked) : {}).has({ httpStatus: 200 });
      check('OAI-MCP-003', seen(callsIn(left), left.place)).equals([]);
      const strange = await decided(agent, asked, agent.fresh('mcpr'), true, true);
      check('OAI-MCP-004', strange).has({ httpStatus: anyOf(400, 404) });
    },
  }),
];
