import { end, sleep, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import type { ResponsesAgent } from '../agent.ts';
import type { Answer } from '../answer.ts';
import { changesItsId } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { isTerminal, record, text as textOf, type Json } from '../view.ts';
import { hello, says } from './create.ts';

export const socketScenarios = [
  scenario('responses/socket/turn', {
    title: 'A response is made over a WebSocket, in the events of a stream',
    proves: ['RESP-WS-004', 'RESP-WS-005'],
    bindings: ['WebSocket'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      try {
        const first = await agent.taken(await socket.ask(agent.request(hello)));
        check('RESP-WS-005', seen(first.value.types, first.place)).holds(
          !first.value.types.includes(undefined),
          'events',
        );
        check('RESP-WS-004', seen(first.value.types, first.place), { blockedBy: 'RESP-STREAM-011' }).holds(
          first.value.types.some(isTerminal),
          'a response, to its end',
        );
        if (socket.value.open) await agent.taken(await socket.ask(agent.request(says('one ', 'two'))));
      } finally {
        await socket.close();
      }
    },
  }),

  scenario('responses/socket/queue', {
    title: 'Two requests at once are worked on one after the other, or the second is refused',
    proves: ['RESP-WS-007', 'RESP-WS-008'],
    bindings: ['WebSocket'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const socket = await agent.connect();
      try {
        const slow: Stimulus = {
          word: 'slow',
          script: { steps: [text('one '), sleep(60), text('two'), end('completed')] },
        };
        for (const place of ['first', 'second'])
          socket.create(agent.request(slow, agent.runsScripts ? { metadata: { place } } : {}));
        const events: Json[] = [];
        while (events.filter(endsOne).length < 2) {
          const frame = await socket.next();
          if (!frame) break;
          events.push(record(frame.json) ?? {});
        }
        const lives = events
          .filter((event) => event.type === 'response.created' || endsOne(event))
          .map(({ type }) => type);
        if (lives.length < 2) throw lost(`of two responses came ${JSON.stringify(lives)}`);
        const ids = events.flatMap(({ response }) => textOf(record(response)?.id) ?? []);
        const runs = ids.filter((id, index) => id !== ids[index - 1]);
        const isMixed = new Set(runs).size < runs.length;
        check('RESP-WS-008', seen(lives, socket.place)).holds(
          !isMixed,
          'the events of one response, then those of the other',
        );
        const places = events
          .filter(({ type }) => type === 'response.created')
          .map(({ response }) => record(record(response)?.metadata)?.place);
        if (places.length === 2 && places.every((place) => place !== undefined))
          check('RESP-WS-007', seen(places, socket.place), isMixed ? { blockedBy: 'RESP-WS-008' } : {}).equals([
            'first',
            'second',
          ]);
        else throw lost('nothing tells which response is the first');
      } finally {
        await socket.close();
      }
    },
  }),

  scenario('responses/socket/continuation', {
    title: 'A response that is not stored goes on over its connection alone, and no more once that failed',
    proves: ['RESP-WS-011', 'RESP-WS-013', 'RESP-WS-015'],
    bindings: ['WebSocket'],
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      const fields = { store: false };
      const [here, there] = [await agent.connect(), await agent.connect()];
      try {
        const first = await agent.taken(await here.ask(agent.request(hello, fields)));
        if (first.id === undefined) throw lost('the response has no id');
        const previous = { ...fields, previous_response_id: first.id };
        const bogus = await there.ask(agent.request('Go on', { ...fields, previous_response_id: agent.fresh('resp') }));
        const cause = isFailure(bogus) ? (isWellFormed(agent, bogus) ? undefined : 'RESP-WS-018') : 'RESP-PREV-004';
        const elsewhere = await there.ask(agent.request('Go on', previous));
        check('RESP-WS-013', elsewhere, { blockedBy: cause }).holds(isNotFound(elsewhere), NOT_FOUND);
        const second = await here.ask(agent.request('Go on', previous));
        check('RESP-WS-011', second, isFailure(second) ? changesItsId(first) : {}).holds(
          !isFailure(second),
          'a response that goes on',
        );
        const latest = isFailure(second) ? first.id : (second.id ?? first.id);
        const goesOn = { ...fields, previous_response_id: latest };
        const unknown = { type: 'item_reference', id: agent.fresh('msg') };
        const failing = await here.ask(agent.request([unknown, agent.message('Go on')], goesOn));
        if (!isFailure(failing))
          throw lost('a reference to an item that nobody made was taken, so that nothing failed');
        const again = await here.ask(agent.request('Go on', goesOn));
        const everywhere = isNotFound(elsewhere) ? cause : (cause ?? 'RESP-WS-013');
        check('RESP-WS-015', again, { blockedBy: everywhere }).holds(isNotFound(again), NOT_FOUND);
      } finally {
        await Promise.all([here.close(), there.close()]);
      }
    },
  }),

  scenario('responses/socket/errors', {
    title: 'What fails is told as an error with a status and a code',
    proves: ['RESP-WS-018'],
    bindings: ['WebSocket'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      try {
        socket.say('{');
        const malformed = await socket.answer();
        const faults = faultsOf(agent, malformed);
        check('RESP-WS-018', lastOf(malformed)).holds(faults === '', `an error: ${faults}`);
        if (!socket.value.open) return;
        const bogus = await socket.ask(agent.request('Go on', { previous_response_id: agent.fresh('resp') }));
        // Where any id is taken, that is a matter of its own; a response that fails tells as well.
        if (!isFailure(bogus) || bogus.value.ended === 'failed') return;
        const others = faultsOf(agent, bogus);
        check('RESP-WS-018', lastOf(bogus)).holds(others === '', `an error: ${others}`);
      } finally {
        await socket.close();
      }
    },
  }),

  scenario('responses/socket/limit', {
    title: 'A connection that has lasted its hour ends with an error that says so',
    proves: ['RESP-WS-016'],
    bindings: ['WebSocket'],
    stimulus: ['clock'],
    async play({ agent, check, notApplicable }) {
      const socket = await agent.connect();
      try {
        const frame = await socket.next(HOUR_MS);
        if (!frame && socket.value.open) throw notApplicable('the hour is not shortened here');
        const said = record(frame?.json);
        // What is no event at all says nothing of the hour.
        const isNone = said !== undefined && said.type === undefined && record(said.error) === undefined;
        const cause = isNone ? ({ blockedBy: 'RESP-WS-005' } as const) : {};
        check('RESP-WS-016', seen(frame?.json ?? socket.value, socket.place), cause).has({
          type: 'error',
          error: { code: 'websocket_connection_limit_reached' },
        });
      } finally {
        await socket.close();
      }
    },
  }),
];

/** How long an hour is where it was shortened, at most. */
const HOUR_MS = 400;

const endsOne = ({ type, error }: Json): boolean => isTerminal(textOf(type)) || record(error) !== undefined;

/** What is wrong with a frame as an error, in the words of the revision. */
const faultsOf = ({ revision }: ResponsesAgent, answer: Answer): string =>
  revision
    .violations('WebSocketErrorEvent', answer.events.at(-1)?.value ?? {})
    .map(({ message }) => message)
    .join('; ');

const lastOf = (answer: Answer) => seen(answer.events.at(-1)?.value ?? null, answer.place);

const isFailure = (answer: Answer): boolean => answer.refused || answer.value.ended === 'failed';
const isWellFormed = (agent: ResponsesAgent, answer: Answer): boolean =>
  answer.value.ended === 'failed' || faultsOf(agent, answer) === '';
const isNotFound = (answer: Answer): boolean => isFailure(answer) && answer.code === 'previous_response_not_found';
const NOT_FOUND = 'an error with the code previous_response_not_found';
