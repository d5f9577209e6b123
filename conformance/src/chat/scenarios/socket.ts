import { setTimeout } from 'node:timers/promises';
import { absent, anyOf, anything, mismatch, nonEmptyString } from '../../kit/match.ts';
import { end, fails, hello, hold, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { lastsOneTurn, losesPieces, several } from '../general-faults.ts';
import { scenario } from '../scenario.ts';

const bindings = ['WebSocket'] as const;
const again: Stimulus = { word: 'done', script: { steps: [text('Once more'), end('completed')] } };

/** Without a script, in how many pieces a text comes may differ from turn to turn. */
const shape = (types: readonly (string | undefined)[]) =>
  types.filter((type, index) => type !== 'text_delta' || types[index - 1] !== 'text_delta');

export const socketScenarios = [
  scenario('chat/socket/turns', {
    title: 'A socket is good for turn after turn',
    proves: ['CHAT-WS-001', 'CHAT-WS-002', 'CHAT-WS-003'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      check('CHAT-WS-001', socket).has({ httpStatus: 101, open: true });
      check('CHAT-WS-002', await socket.ask(agent.begin(hello))).has({ ended: 'done' });
      const second = await socket.ask(agent.begin(again));
      check('CHAT-WS-003', second).has({ ended: 'done' });
      if (agent.runsScripts)
        check('CHAT-WS-003', seen(second.value.text, second.place)).holds(
          !second.value.text.includes('Hello'),
          'not the answer to the first turn',
        );
      await socket.close();
    },
  }),

  scenario('chat/socket/bad-frames', {
    title: 'A frame that is no request gives an error, and the socket stays',
    proves: ['CHAT-WS-004', 'CHAT-WS-005', 'CHAT-WS-007'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const frames = [
        ['CHAT-WS-004', 'not json'],
        ['CHAT-WS-005', '{"foo":1}'],
        ['CHAT-WS-007', '5'],
        ['CHAT-WS-007', 'null'],
        ['CHAT-WS-007', '[]'],
      ] as const;
      // Each on a socket of its own, side by side: a server that answers none of them is waited for once.
      await Promise.all(
        frames.map(async ([row, frame]) => {
          const socket = await agent.connect();
          socket.say(frame);
          const answer = await socket.answer();
          // Who answers no good frame either has said nothing of this one.
          if (answer.value.ended !== 'error') await agent.ask(hello);
          check(row, answer).has({ ended: 'error' });
          check(row, socket).has({ open: true });
          if (socket.value.open) check(row, await socket.ask(agent.begin(hello))).has({ ended: 'done' });
          await socket.close();
        }),
      );
    },
  }),

  scenario('chat/socket/binary', {
    title: 'A binary frame does not break the socket, or closes it in good order',
    proves: ['CHAT-WS-008'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      await socket.ask(agent.begin(hello));
      socket.say(Uint8Array.of(0, 1, 2));
      // It may be answered with an error, or passed over.
      let answer = await socket.ask(agent.begin(hello));
      if (answer.value.ended === 'error') answer = await socket.answer();
      const isFine = answer.value.ended === 'done' || socket.value.closed === 'complete 1003';
      const cause = isFine ? {} : await lastsOneTurn(agent);
      check('CHAT-WS-008', socket, cause).hasOneOf({ open: true }, { closed: 'complete 1003' });
      if (socket.value.open) check('CHAT-WS-008', answer, cause).has({ ended: 'done' });
      await socket.close();
    },
  }),

  scenario('chat/socket/fails', {
    title: 'A turn that fails leaves the socket good for the next',
    proves: ['CHAT-WS-006', 'CHAT-WS-015'],
    bindings,
    stimulus: ['fail', 'done'],
    async play({ agent, check, lost }) {
      const socket = await agent.connect();
      await socket.ask(agent.begin(hello));
      const failed = await socket.ask(agent.begin(fails));
      if (!agent.runsScripts && failed.value.ended === 'done') throw lost('the agent was asked to fail and did not');
      const cause = failed.value.ended === 'error' ? {} : await lastsOneTurn(agent);
      check('CHAT-WS-006', failed, cause).has({ ended: 'error' });
      check('CHAT-WS-006', socket, cause).has({ open: true });
      check('CHAT-WS-015', await socket.ask(agent.begin(hello))).has({
        ended: 'done',
        text: agent.runsScripts ? 'Hello' : anything,
      });
      await socket.close();
    },
  }),

  scenario('chat/socket/parity', {
    title: 'A turn has the same events as over the stream',
    proves: ['CHAT-WS-010'],
    bindings,
    stimulus: ['multi'],
    async play({ agent, check, flaws, lost }) {
      const here = await agent.ask(several);
      const there = await agent.over('NDJSON').ask(several);
      if (!agent.runsScripts && here.value.text !== there.value.text)
        throw lost('the agent said something else when it was asked again');
      const asTold = agent.runsScripts ? (types: typeof here.value.types) => types : shape;
      // A stream that breaks a rule by itself is none to be like.
      const cause = { blockedBy: flaws(there)[0] };
      check('CHAT-WS-010', seen(asTold(here.value.types), here.place), cause).equals(asTold(there.value.types));
      if (agent.runsScripts) check('CHAT-WS-010', seen(here.value.text, here.place), cause).equals(there.value.text);
    },
  }),

  scenario('chat/socket/back-to-back', {
    title: 'Two frames at once give two whole turns, one after the other',
    proves: ['CHAT-WS-011'],
    bindings,
    stimulus: ['multi'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      const messages = agent.begin(several).messages;
      for (const turn_id of ['first', 'second']) socket.say(JSON.stringify({ messages, turn_id }));
      const [first, second] = [await socket.answer(), await socket.answer()];
      const whole = agent.runsScripts ? 'one two' : nonEmptyString;
      // That request fields come back at all is CTX-003.
      await socket.close();
      const [asFirst, asSecond] = ['first', 'second'].map((turn_id) => ({
        ...{ ended: 'done', text: whole, context: anyOf(absent, { turn_id }) },
      }));
      const isCut = !!mismatch(asFirst, first.value) || !!mismatch(asSecond, second.value);
      const cause = isCut ? { ...(await lastsOneTurn(agent)), ...(await losesPieces(agent)) } : {};
      check('CHAT-WS-011', first, cause).has(asFirst);
      check('CHAT-WS-011', second, cause).has(asSecond);
    },
  }),

  scenario('chat/socket/left', {
    title: 'A client that goes away in the middle of a turn leaves the server usable',
    proves: ['CHAT-WS-012'],
    bindings,
    stimulus: ['slow', 'done'],
    exclusive: true,
    async play({ agent, check, lost }) {
      const socket = await agent.connect();
      const slow: Stimulus = { word: 'slow', script: { steps: [text('working'), hold(2_000), end('completed')] } };
      socket.say(JSON.stringify({ messages: agent.begin(slow).messages }));
      await socket.next();
      if (!socket.isBusy) throw lost('the turn was over before the client could leave');
      await socket.leave();
      // The server may need a moment to see that the client is gone.
      for (const pauseMs of [0, 20, 50]) {
        await setTimeout(pauseMs);
        check('CHAT-WS-012', await agent.ask(hello)).has({ ended: 'done' });
      }
    },
  }),
];
