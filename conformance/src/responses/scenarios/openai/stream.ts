import { end, text } from '../../../kit/steps.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';
import { seen } from '../../../kit/subject.ts';
import { scenario } from '../../scenario.ts';
import { record } from '../../view.ts';
import { hello } from '../create.ts';

const thinks: Stimulus = {
  word: 'reason',
  script: { steps: [{ reason: 'Two cities ' }, { reason: 'match.' }, text('The larger one.'), end('completed')] },
};

export const openaiStreamScenarios = [
  scenario('responses/openai/events', {
    title: 'A stream has events and no other data; deltas hide their length',
    proves: ['OAI-STREAM-001', 'OAI-STREAM-002'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(hello);
      for (const { kind, data, json, index } of answer.exchange.frames) {
        if (kind !== 'sse' || data === '[DONE]') continue;
        const cause = json === undefined ? ({ blockedBy: 'RESP-STREAM-002' } as const) : {};
        check('OAI-STREAM-001', seen(json ?? data, { exchange: answer.exchange.id, frame: index }), cause).holds(
          typeof record(json)?.type === 'string',
          'an event, with its type',
        );
      }
      const deltas = answer.events.filter(({ type }) => type === 'response.output_text.delta');
      if (deltas.length === 0) throw lost('nothing came in pieces');
      for (const { value, place } of deltas)
        check('OAI-STREAM-002', seen(value, place)).holds(
          typeof value.obfuscation === 'string',
          'a delta with obfuscation',
        );
    },
  }),

  scenario('responses/openai/reasoning', {
    title: 'Reasoning comes under the name that it has at OpenAI',
    proves: ['OAI-STREAM-003'],
    bindings: ['SSE'],
    stimulus: ['reason'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(thinks);
      const types = answer.value.types.filter((type) => type?.startsWith('response.reasoning'));
      const texts = types.filter((type) => !type!.includes('summary'));
      if (texts.length === 0) throw lost('no reasoning text came');
      check('OAI-STREAM-003', seen(texts, answer.place)).holds(
        texts.every((type) => /^response\.reasoning_text\.(delta|done)$/.test(type!)),
        'response.reasoning_text.delta and .done',
      );
    },
  }),
];
