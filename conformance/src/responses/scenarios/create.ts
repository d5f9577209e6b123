import { anyOf } from '../../kit/match.ts';
import { end, fails, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { knows } from '../invariants/shape.ts';
import { isSlug } from '../revision.ts';
import { scenario } from '../scenario.ts';
import { records, type Json } from '../view.ts';

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
      check('RESP-SCHEMA-001', answer, answer.isOk ? {} : { blockedBy: 'RESP-EXT-011' }).has({
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

  scenario('responses/create/echo', {
    title: 'What the request says stands in the response',
    proves: ['RESP-SCHEMA-002'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const said = { metadata: { purpose: 'conformance' }, instructions: 'Be brief.', max_output_tokens: 2_000 };
      const tools = [{ type: 'function', name: 'get_time', parameters: { type: 'object', properties: {} } }];
      const answer = await agent.turn(hello, { ...said, tools });
      for (const [member, value] of Object.entries(said))
        check('RESP-SCHEMA-002', answer.of(member), agent.lacking(answer, member)).equals(value);
      const names = records(answer.response.tools).map(({ name }) => name);
      check('RESP-SCHEMA-002', seen(names, answer.place), agent.lacking(answer, 'tools')).holds(
        names.includes('get_time'),
        'the tool get_time',
      );
    },
  }),

  scenario('responses/create/members', {
    title: 'What the agent says stands in the members that the specification has for it',
    proves: ['RESP-EXT-007'],
    bindings: ['HTTP'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      const pieces = ['Plan ', 'a trip'];
      const answer = await agent.turn(says(...pieces));
      const said = pieces.join('');
      const own = answer.value.text;
      const isElsewhere = agent.runsScripts
        ? own !== said && addedTexts(answer.items).includes(said)
        : own === '' && addedTexts(answer.items).length > 0;
      if (!isElsewhere && (agent.runsScripts ? own !== said : own === ''))
        throw lost(`the agent was asked to say ${said}`);
      check('RESP-EXT-007', seen(answer.items, answer.place)).holds(!isElsewhere, 'the text in output_text');
    },
  }),

  scenario('responses/create/reasoning', {
    title: 'A reasoning with encrypted content is taken back',
    proves: ['RESP-REAS-002'],
    bindings: ['HTTP'],
    stimulus: ['reason'],
    async play({ agent, check, notApplicable }) {
      const thinks: Stimulus = {
        word: 'reason',
        script: { steps: [{ reason: 'Two cities match.' }, text('The larger one.'), end('completed')] },
      };
      const asked = agent.message(thinks);
      const fields = { include: ['reasoning.encrypted_content'], store: false };
      const first = await agent.turn([asked], fields);
      const thought = first.items.find(({ type, encrypted_content: hidden }) => type === 'reasoning' && hidden);
      if (!thought) throw notApplicable('nothing is thought in encrypted words');
      const known = first.items.filter(({ type }) => type === 'reasoning' || type === 'message');
      const second = await agent.ask([asked, ...known, agent.message('Go on')], fields);
      check('RESP-REAS-002', second).holds(!second.refused, 'a response');
    },
  }),

  scenario('responses/create/hosted-tool', {
    title: 'A tool with a prefix has items of its own, which are taken back',
    proves: ['RESP-EXT-008'],
    bindings: ['HTTP'],
    stimulus: ['slug-tool'],
    async play({ agent, check, notApplicable }) {
      const looksUp: Stimulus = {
        word: 'slug-tool',
        script: {
          steps: [
            { tool: { by: 'server', calls: [{ name: LOOKUP, args: { word: 'owl' }, output: 'a bird' }] } },
            text('A bird.'),
            end('completed'),
          ],
        },
      };
      const asked = agent.message(looksUp);
      const fields = { tools: [{ type: LOOKUP }] };
      const first = await agent.turn([asked], fields);
      const own = first.items.filter(({ type }) => isSlug(type));
      const asFunction = first.items.some(({ type, name }) => type === 'function_call' && name === LOOKUP);
      if (own.length === 0 && !asFunction) throw notApplicable('there is no such tool here');
      const hasStatus = ({ status }: Json) => typeof status === 'string';
      // Where no item says how it stands, that is a matter of its own.
      const isSilent = own.length > 0 && !first.items.some(hasStatus);
      const cause = isSilent ? ({ blockedBy: 'RESP-ITEM-012' } as const) : agent.lackingTools(first);
      check('RESP-EXT-008', seen(first.items, first.place), cause).holds(
        own.length > 0 && own.every(hasStatus),
        'an item with a prefix and a status',
      );
      if (own.length === 0) return;
      const known = first.items.filter(({ type }) => isSlug(type) || type === 'message');
      const second = await agent.ask([asked, ...known, agent.message('Go on')], fields);
      check('RESP-EXT-008', second).holds(!second.refused, 'a response, with the item sent back');
    },
  }),
];

const LOOKUP = 'agentproto:lookup';

/** Members of a message that a part of its content has, and the specification does not. */
function addedTexts(items: readonly Json[]): string[] {
  const parts = items.filter(({ type }) => type === 'message').flatMap((item) => [item, ...records(item.content)]);
  return parts.flatMap((part) =>
    Object.entries(part).flatMap(([name, value]) => (NAMED.has(name) || typeof value !== 'string' ? [] : value)),
  );
}

const NAMED = new Set(['type', 'id', 'status', 'role', 'phase', 'text', 'refusal']);
