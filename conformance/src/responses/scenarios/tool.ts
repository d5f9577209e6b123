import { aText, nonEmptyString } from '../../kit/match.ts';
import { end, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import { isCall, records, type Json } from '../view.ts';
import { hello } from './create.ts';

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
export const tool = (name: string) => ({
  type: 'function',
  name,
  description: `Calls ${name}`,
  parameters: PARAMETERS,
});

/** What the functions of the caller give. */
export const outputOf = (name: string | undefined): string => `${name}: sunny`;

/** Calls functions of the caller, and says something once they are done. */
export const calls = (...names: string[]): Stimulus => ({
  word: 'tool',
  script: {
    steps: [{ tool: { by: 'client', calls: names.map((name) => ({ name, args: { city: 'Bern' } })) } }],
    turns: [
      { steps: [{ expect: { text: names.map(outputOf).join('\n') } }, text('It is sunny in Bern.'), end('completed')] },
    ],
  },
});

/** What a server adds to its output need not be taken back by it. */
const isKnown = ({ type }: Json) => ['message', 'reasoning', 'function_call'].includes(String(type));

export const isJsonObject = (said: string | undefined): boolean => {
  try {
    const value: unknown = JSON.parse(said ?? '');
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};

/** Calls nothing by itself. */
const saysNoCall: Stimulus = { word: 'tool', script: hello.script };
const BOTH = { tools: [tool('get_weather'), tool('get_time')] };

export const toolScenarios = [
  scenario('responses/tool/loop', {
    title: 'A function is called, and its output is taken and used',
    proves: ['RESP-TOOL-008', 'RESP-TOOL-009'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const fields = { tools: [tool('get_weather'), tool('get_time')] };
      const begun = agent.message(calls('get_weather', 'get_time'));
      const first = await agent.turn([begun], fields);
      const asked = first.madeCalls;
      if (asked.length === 0)
        throw lost(`the agent was asked to call functions, and called none (${first.value.ended})`);
      for (const call of asked) {
        check('RESP-TOOL-008', seen(call, first.place)).has({
          callId: nonEmptyString,
          name: nonEmptyString,
          arguments: aText,
        });
        check('RESP-TOOL-008', seen(call.arguments, first.place)).holds(isJsonObject(call.arguments), 'a JSON object');
      }
      const ids = asked.map(({ callId }) => callId);
      check('RESP-TOOL-008', seen(ids, first.place)).holds(new Set(ids).size === ids.length, 'call ids that differ');
      if (agent.binding !== 'HTTP') return;
      const outputs = asked.map(({ callId, name }) => ({
        type: 'function_call_output',
        call_id: callId,
        output: outputOf(name),
      }));
      // Without a chain: everything is sent again, so that a server that keeps nothing can do it.
      const second = await agent.ask([begun, ...first.made.filter(isKnown), ...outputs], fields);
      const shared =
        new Set(ids).size < ids.length ? ({ blockedBy: 'RESP-TOOL-008' } as const) : agent.lacking(second, 'status');
      check('RESP-TOOL-009', second, shared).has({ httpStatus: 200, ended: 'completed' });
      if (agent.runsScripts) check('RESP-TOOL-009', second, shared).has({ text: 'It is sunny in Bern.', calls: [] });
    },
  }),

  scenario('responses/tool/required', {
    title: 'A call that is required is made',
    proves: ['RESP-TOOL-001'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const answer = await agent.answered(saysNoCall, { ...BOTH, tool_choice: 'required' });
      check('RESP-TOOL-001', seen(answer.made, answer.place), agent.lackingTools(answer)).holds(
        answer.made.some(isCall),
        'at least one call',
      );
    },
  }),

  scenario('responses/tool/none', {
    title: 'No call is made where none is allowed',
    proves: ['RESP-TOOL-002'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const answer = await agent.answered(calls('get_weather'), { ...BOTH, tool_choice: 'none' });
      check('RESP-TOOL-002', seen(answer.made, answer.place), agent.lackingTools(answer)).holds(
        !answer.made.some(isCall),
        'no call',
      );
    },
  }),

  scenario('responses/tool/named', {
    title: 'The function that is named is called',
    proves: ['RESP-TOOL-003'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const answer = await agent.answered(saysNoCall, { ...BOTH, tool_choice: { type: 'function', name: 'get_time' } });
      const names = answer.madeCalls.map(({ name }) => name);
      check('RESP-TOOL-003', seen(names, answer.place), agent.lackingTools(answer)).holds(
        names.length > 0 && names.every((name) => name === 'get_time'),
        'calls of get_time',
      );
    },
  }),

  scenario('responses/tool/default', {
    title: 'Without tool_choice it is auto',
    proves: ['RESP-TOOL-004'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.answered(hello, BOTH);
      check('RESP-TOOL-004', answer.of('tool_choice'), agent.lacking(answer, 'tool_choice')).equals('auto');
    },
  }),

  scenario('responses/tool/allowed', {
    title: 'Of all tools, only those that are allowed are called',
    proves: ['RESP-TOOL-005', 'RESP-TOOL-010'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const allowed = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'get_time' }] };
      const answer = await agent.answered(calls('get_weather'), { ...BOTH, tool_choice: allowed });
      const others = answer.madeCalls.map(({ name }) => name).filter((name) => name !== 'get_time');
      check('RESP-TOOL-005', seen(others, answer.place), agent.lackingTools(answer)).equals([]);
      if (agent.binding !== 'HTTP') return;
      const names = records(answer.response.tools).map(({ name }) => name);
      check('RESP-TOOL-010', seen(names, answer.place), {
        ...agent.lacking(answer, 'tools'),
        ...agent.lackingTools(answer),
      }).holds(
        ['get_weather', 'get_time'].every((name) => names.includes(name)),
        'both tools in `tools`',
      );
    },
  }),
];
