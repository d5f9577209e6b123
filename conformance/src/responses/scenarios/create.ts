import { anyOf } from '../../kit/match.ts';
import { end, fails, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { knows } from '../invariants/shape.ts';
import { scenario } from '../scenario.ts';

export const says = (...pieces: string[]): Stimulus => ({
  word: 'multi',
  script: { steps: [...pieces.map((piece) => text(piece)), end('completed')] },
});
export const hello: Stimulus = { word: 'done', script: { steps: [text('Hello'), end('completed')] } };

export const createScenarios = [
  scenario('responses/create/minimal', {
    title: 'A request with a model and an input gets a response',
    proves: ['RESP-EXT-011', 'RESP-SCHEMA-001', 'RESP-SCHEMA-003'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      // As short as it can be: the input is a text.
      const answer = await agent.call('POST', '/responses', {
        body: { model: agent.model, input: agent.words(hello) },
        operation: 'createResponse',
      });
      check('RESP-EXT-011', answer).has({ httpStatus: anyOf(200, 201) });
      check('RESP-SCHEMA-001', answer, answer.isRefusal ? { blockedBy: 'RESP-EXT-011' } : {}).has({
        body: { object: 'response' },
      });
      const { created_at: created, completed_at: completed } = answer.json;
      if (typeof completed === 'number')
        check('RESP-SCHEMA-003', seen({ created_at: created, completed_at: completed }, answer.place)).holds(
          completed >= Number(created),
          'completed_at not before created_at',
        );
    },
  }),

  scenario('responses/create/fails', {
    title: 'A response that fails has a shape as well, and was never completed',
    proves: ['RESP-SCHEMA-003'],
    bindings: ['HTTP'],
    stimulus: ['fail'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(fails);
      if (answer.value.ended === 'completed') throw lost('the agent was asked to fail and did not');
      check('RESP-SCHEMA-003', answer.of('completed_at')).hasOneOf(null, undefined);
    },
  }),

  scenario('responses/create/incomplete', {
    title: 'What meets the limit of its output is incomplete, and so is the last of its items',
    proves: ['RESP-ITEM-009', 'RESP-ITEM-010'],
    stimulus: ['incomplete'],
    async play({ agent, check, lost }) {
      const long: Stimulus = {
        word: 'incomplete',
        script: {
          steps: [text('A first sentence. '), text('And then so many more words. '.repeat(20)), end('completed')],
        },
      };
      const answer = await agent.turn(long, { max_output_tokens: 16 });
      // What has no type of its own is a matter of its own (EXT-001).
      const known = answer.items.filter(({ type }) => knows(agent.revision, 'ItemField', type));
      const cut = known.findIndex(({ status }) => status === 'incomplete');
      if (cut < 0 && answer.value.ended !== 'incomplete') throw lost('16 tokens were allowed, and no limit was met');
      if (cut < 0) throw lost('the response is incomplete, and none of its items');
      const items = seen(known, answer.place);
      check('RESP-ITEM-009', items).holds(cut === known.length - 1, 'nothing after the item that is incomplete');
      check('RESP-ITEM-010', seen(answer.value.ended, answer.place)).equals('incomplete');
    },
  }),
];
