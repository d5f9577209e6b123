import { seen } from '../../kit/subject.ts';
import type { ResponsesAgent } from '../agent.ts';
import type { Answer } from '../answer.ts';
import { contextIn, forgets, remembers, sharesIds } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { text as textOf, type Json } from '../view.ts';
import { hello } from './create.ts';

/** Asks for the response that goes on from another; a target that keeps none says so. */
async function goOn(agent: ResponsesAgent, before: Answer, said: string, fields: Json = {}): Promise<Answer> {
  return agent.taken(await agent.ask(said, { previous_response_id: before.id, ...fields }));
}

const WINDOW_CHARS = 300_000;

export const chainScenarios = [
  scenario('responses/chain/context', {
    title: 'A response goes on from what was said and answered before, in this order; another one does so beside it',
    proves: ['RESP-PREV-001', 'RESP-PREV-002'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      const [asked, answered, next, beside] = ['asked', 'answered', 'next', 'beside'].map((word) =>
        agent.fresh(word),
      ) as [string, string, string, string];
      const first = await agent.turn([
        agent.message(`Remember ${asked}.`),
        agent.message(remembers(`I say ${answered}.`)),
      ]);
      const second = await goOn(agent, first, `And now ${next}.`);
      const context = contextIn(second);
      const wanted = agent.runsScripts ? [asked, answered] : [asked];
      const isKept = wanted.every((word) => context.includes(word));
      check('RESP-PREV-001', seen(context, second.place)).holds(isKept, `${wanted.join(' and ')} in the context`);
      const places = [...wanted, next].map((word) => context.indexOf(word));
      check('RESP-PREV-002', seen(context, second.place), isKept ? {} : { blockedBy: 'RESP-PREV-001' }).holds(
        places.every((place, index) => place >= 0 && (index === 0 || place > places[index - 1]!)),
        `${[...wanted, next].join(', then ')}`,
      );
      const fork = await goOn(agent, first, `Or rather ${beside}.`);
      check('RESP-PREV-001', seen(contextIn(fork), fork.place)).holds(
        !contextIn(fork).includes(next) && wanted.every((word) => contextIn(fork).includes(word)),
        `a context from the same beginning, without ${next}`,
      );
    },
  }),

  scenario('responses/chain/names', {
    title: 'A response names the one before it, and its items have ids of their own',
    proves: ['RESP-PREV-005', 'RESP-ITEM-013'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const first = await agent.turn(hello);
      const second = await goOn(agent, first, 'Go on');
      check('RESP-PREV-005', second.of('previous_response_id'), agent.lacking(second, 'previous_response_id')).equals(
        first.id,
      );
      const ids = [...first.items, ...second.items].flatMap(({ id }) => textOf(id) ?? []);
      check('RESP-ITEM-013', seen(ids, second.place)).holds(
        new Set(ids).size === ids.length,
        'ids that differ in the chain',
      );
    },
  }),

  scenario('responses/chain/unknown', {
    title: 'An unknown previous_response_id is an error, in a stream as well',
    proves: ['RESP-PREV-004'],
    bindings: ['HTTP', 'SSE'],
    async play({ agent, check }) {
      const answer = await agent.ask('Go on', { previous_response_id: agent.fresh('resp') }, { hostile: true });
      const isError = answer.refused || answer.value.ended === 'failed';
      // Who passes over every id passes over this one as well.
      const blockedBy = isError || !agent.runsScripts ? {} : await forgets(agent);
      check('RESP-PREV-004', answer, blockedBy).holds(isError, 'an error');
    },
  }),

  scenario('responses/chain/reference', {
    title: 'An item that was kept is referred to by its id',
    proves: ['RESP-ITEM-015'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const first = await agent.turn(hello, { store: true });
      const id = textOf(first.items[0]?.id);
      if (first.response.store === false || id === undefined) throw notApplicable('the target keeps no items');
      const second = await agent.ask([{ type: 'item_reference', id }, agent.message('Go on')], {}, { hostile: true });
      // Who keeps nothing has no item of that id, whatever it says of `store`.
      const cause = second.refused
        ? { ...(await sharesIds(agent, first)), ...(await forgets(agent, 'orAnswers')) }
        : {};
      check('RESP-ITEM-015', second, { level: 'should', ...cause }).holds(!second.refused, 'a response');
    },
  }),

  scenario('responses/chain/whole', {
    title: 'With truncation disabled, nothing is left out',
    proves: ['RESP-TRUNC-002'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      const [oldest, newer] = [agent.fresh('oldest'), agent.fresh('newer')];
      const first = await agent.turn(`Remember ${oldest}.`, { truncation: 'disabled' });
      const second = await agent.taken(
        await agent.ask([agent.message(`Remember ${newer}.`), agent.message(remembers('Noted.'))], {
          previous_response_id: first.id,
          truncation: 'disabled',
        }),
      );
      const third = await goOn(agent, second, 'What do you remember?', { truncation: 'disabled' });
      const context = contextIn(third);
      check(
        'RESP-TRUNC-002',
        seen(context, third.place),
        context.includes(newer) ? {} : { blockedBy: 'RESP-PREV-001' },
      ).holds(context.includes(oldest), `${oldest} in the context`);
    },
  }),

  scenario('responses/chain/window', {
    title: 'With truncation disabled, more than the window takes is refused',
    proves: ['RESP-TRUNC-003'],
    bindings: ['HTTP'],
    stimulus: ['window'],
    async play({ agent, check, lost }) {
      const marker = agent.fresh('window');
      const filler = 'word '.repeat(WINDOW_CHARS / 5);
      const first = await agent.turn([agent.message(`${marker} ${filler}`), agent.message(remembers('Noted.'))], {
        truncation: 'disabled',
      });
      const second = await agent.ask(
        filler,
        { previous_response_id: first.id, truncation: 'disabled' },
        { hostile: true },
      );
      const kept = contextIn(second).includes(marker);
      if (kept) throw lost(`${2 * WINDOW_CHARS} characters fit into the window`);
      const { httpStatus, ended } = second.value;
      const outcome = seen({ httpStatus, ended }, second.place);
      const isRefused = second.refused || ended === 'failed';
      // Who goes on from nothing has nothing that would be too much.
      const blockedBy = isRefused ? {} : await forgets(agent);
      check('RESP-TRUNC-003', outcome, blockedBy).holds(isRefused, 'a request that fails');
      if (isRefused) check('RESP-TRUNC-003', outcome, { level: 'should' }).holds(httpStatus === 400, 'status 400');
    },
  }),
];
