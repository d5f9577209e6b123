import { aText, nonEmptyString } from '../../kit/match.ts';
import { end, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import type { Json } from '../view.ts';

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
      const { calls: asked } = first.value;
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
      const second = await agent.ask([begun, ...first.items.filter(isKnown), ...outputs], fields);
      const shared = new Set(ids).size < ids.length ? ({ blockedBy: 'RESP-TOOL-008' } as const) : {};
      check('RESP-TOOL-009', second, shared).has({ httpStatus: 200, ended: 'completed' });
      if (agent.runsScripts) check('RESP-TOOL-009', second, shared).has({ text: 'It is sunny in Bern.', calls: [] });
    },
  }),
];
