import { end } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import type { Answer } from '../answer.ts';
import { scenario } from '../scenario.ts';
import { isTerminal, records } from '../view.ts';

const refuses: Stimulus = {
  word: 'refuse',
  script: { steps: [{ refuse: 'I will not ' }, { refuse: 'do that.' }, end('completed')] },
};

const DELTAS = new Set<string | undefined>(['response.refusal.delta', 'response.output_text.delta']);

export const refusalScenarios = [
  scenario('responses/create/refusal', {
    title: 'A model that refuses says so in a part of its own',
    proves: ['RESP-SCHEMA-001'],
    bindings: ['HTTP'],
    stimulus: ['refuse'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(refuses);
      const part = refusalOf(answer);
      if (!part) throw lost('the agent was asked to refuse and did not');
      check('RESP-SCHEMA-001', seen(part, answer.place)).holds(
        typeof part.refusal === 'string' && part.refusal !== '',
        'what is said in `refusal`',
      );
    },
  }),

  scenario('responses/stream/refusal', {
    title: 'A refusal comes in pieces as a text does, in events of its own',
    proves: ['RESP-STREAM-012'],
    bindings: ['SSE', 'WebSocket'],
    stimulus: ['refuse'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(refuses);
      const pieces = answer.events.flatMap(({ type, value: { delta } }) =>
        DELTAS.has(type) && typeof delta === 'string' ? delta : [],
      );
      if (pieces.length === 0 || !refusalOf(answer)) throw lost('the agent was asked to refuse and did not');
      check('RESP-STREAM-012', seen(answer.value.refusal, answer.place), {
        blockedBy: answer.value.types.some(isTerminal) ? undefined : 'RESP-STREAM-011',
      }).equals(pieces.join(''));
    },
  }),
];

const refusalOf = ({ items }: Answer) =>
  items.flatMap(({ content }) => records(content)).find(({ type }) => type === 'refusal');
