import { setTimeout } from 'node:timers/promises';
import { PATHS } from '@agentproto/protocol/chat/docs';
import { outcome } from '@agentproto/script/outcome';
import { absent, aList, matcher } from '../../kit/match.ts';
import { end, fails, hello, sleep, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { within } from '../../kit/within.ts';
import type { Answer, SeenEvent } from '../answer.ts';
import { Conversation } from '../conversation.ts';
import { observe } from '../observe.ts';
import { scenario } from '../scenario.ts';
import { endless } from './endless.ts';

const says = (...pieces: string[]): Stimulus => ({
  word: 'multi',
  script: { steps: [...pieces.map((piece) => text(piece)), end('completed')] },
});
const PAUSE_MS = 80;

/** From the first text to the last line, in the time of the recording. */
function spanOf({ events, exchange: { request } }: Answer): readonly [number, number] {
  const first = events.find(({ value }) => value.type === 'text_delta');
  const at = (event: SeenEvent | undefined) => request.atMs + (event?.place.atMs ?? 0);
  return [at(first), at(first && events.at(-1))];
}

export const turnScenarios = [
  scenario('chat/turn/done', {
    title: 'A turn is answered in the words of its path',
    proves: ['CHAT-CTX-001', 'CHAT-CTX-002', 'CHAT-CTX-003', 'CHAT-SYNC-005'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const fields = { thread_id: agent.fresh('thread'), tenant: { id: 7, tags: ['a', null] } };
      const context = agent.binding === 'HTTP' ? 'CHAT-CTX-001' : 'CHAT-CTX-003';
      const answer = await agent.ask(hello, { fields });
      check(context, answer).has({ ended: 'done' });
      // "Unchanged" leaves no room for members that the request did not have.
      check(context, seen(answer.value.context, answer.place)).equals(fields);
      if (agent.binding !== 'HTTP') return;
      check('CHAT-CTX-002', await agent.ask(hello)).has({ ended: 'done', context: absent });
      const [message] = agent.begin(hello).messages;
      const strange = Conversation.of([{ ...message!, unknown_member: { a: 1 } } as never]);
      check('CHAT-SYNC-005', await agent.ask(strange, { fields: { unknown_field: true } })).has({ ended: 'done' });
    },
  }),

  scenario('chat/turn/sync', {
    title: 'An answer in one piece is a message of the assistant',
    proves: ['CHAT-SYNC-001', 'CHAT-SYNC-002', 'CHAT-SYNC-003'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.ask(hello);
      const body = seen(answer.exchange.response?.json, answer.place);
      check('CHAT-SYNC-001', answer).has({ httpStatus: 200 });
      check('CHAT-SYNC-001', body).has({ role: 'assistant' });
      check('CHAT-SYNC-001', body).holds(
        typeof (body.value as { content?: unknown } | null)?.content === 'string',
        'a string `content`',
      );
      const type = answer.exchange.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      check('CHAT-SYNC-002', seen(type, answer.place)).holds(
        /^application\/json\b/i.test(type ?? ''),
        'application/json',
      );
      check('CHAT-SYNC-003', body).has({ data: { tool_calls: aList, executed_tool_calls: aList } });
    },
  }),

  scenario('chat/turn/history', {
    title: 'The last message is the turn, the others are history; text of any script comes through',
    proves: ['CHAT-SYNC-004', 'CHAT-SYNC-006'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      const wild = '漢字 🦉 \u2028 é ñ';
      const last = `last ${wild}`;
      const echo: Stimulus = {
        word: 'echo',
        script: {
          steps: [text('first'), end('completed')],
          turns: [{ steps: [{ expect: { text: last } }, text(last), end('completed')] }],
        },
      };
      const begun = agent.begin(echo);
      const first = await agent.ask(begun);
      const second = await agent.ask(begun.next(first, { content: last }));
      check('CHAT-SYNC-004', second).has({ ended: 'done' });
      check('CHAT-SYNC-004', seen(second.value.text, second.place)).holds(
        second.value.text.includes('last') && !second.value.text.includes('first'),
        'an answer to the last message',
      );
      const alone = await agent.ask(
        agent.runsScripts ? says(wild) : Conversation.of([{ role: 'user', content: wild }]),
      );
      check('CHAT-SYNC-006', seen(alone.value.text, alone.place)).holds(
        alone.value.text.includes(wild),
        `the text ${wild}`,
      );
    },
  }),

  scenario('chat/turn/outcome', {
    title: 'What is seen of a turn is what the agent did',
    proves: ['CHAT-STREAM-005'],
    bindings: ['NDJSON'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      const stimulus = says('Plan', ' a', ' trip');
      const streamed = await agent.ask(stimulus);
      const whole = await agent.over('HTTP').ask(stimulus);
      if (!agent.runsScripts && streamed.value.text !== whole.value.text)
        throw lost('the agent said something else when it was asked again');
      check('CHAT-STREAM-005', seen(streamed.value.text, streamed.place)).equals(whole.value.text);
      if (agent.runsScripts)
        check('CHAT-STREAM-005', seen(observe(streamed), streamed.place)).has({
          text: outcome(stimulus.script).text,
          end: 'completed',
        });
    },
  }),

  scenario('chat/turn/fails', {
    title: 'A failure of the agent can be seen, and ends the turn',
    proves: ['CHAT-ERR-006', 'CHAT-STREAM-008', 'CHAT-STREAM-009'],
    stimulus: ['fail'],
    async play({ agent, check, lost }) {
      const answer = await agent.ask(fails);
      if (!agent.runsScripts && answer.value.ended === 'done') throw lost('the agent was asked to fail and did not');
      if (agent.binding === 'HTTP') {
        check('CHAT-ERR-006', answer).hasOneOf(
          { ended: 'error' },
          { httpStatus: matcher('5xx', (status) => Number(status) >= 500) },
        );
        return;
      }
      if (answer.value.ended === 'refused')
        throw lost(`the agent was asked to fail, and no stream began (HTTP ${answer.value.httpStatus})`);
      check('CHAT-STREAM-008', answer).holds(
        answer.value.types.includes('error') && typeof answer.value.error === 'string',
        'an `error` event with a text',
      );
      const after = answer.value.types
        .slice(answer.value.types.indexOf('error') + 1)
        .filter((type) => type !== undefined);
      const isRepeated = after.length > 1 && after.every((type) => type === 'done');
      const repeated = isRepeated ? ({ blockedBy: 'CHAT-STREAM-003' } as const) : {};
      check('CHAT-STREAM-009', seen(after, answer.place), repeated).hasOneOf([], ['done']);
      if (agent.binding === 'NDJSON')
        check('CHAT-STREAM-009', seen(answer.exchange.end?.kind, answer.place)).holds(
          answer.exchange.end?.kind !== 'left' && answer.exchange.end?.kind !== 'timeout',
          'a stream that closes after `error`',
        );
    },
  }),

  scenario('chat/turn/empty', {
    title: 'Empty messages neither hang nor get a normal answer',
    proves: ['CHAT-ERR-007'],
    async play({ agent, check }) {
      const answer = await agent.post('{"messages":[]}');
      const { ended, text: said } = answer.value;
      // In what words, nobody says; that it is about messages has to be among them.
      const noticed = ended === 'refused' || ended === 'error' || (ended === 'done' && /\bmessages?\b/i.test(said));
      // Who answers no good request either has said nothing of this one.
      if (!noticed) await agent.ask(hello);
      check('CHAT-ERR-007', answer).holds(noticed, 'a refusal, an `error` event or a notice');
    },
  }),

  scenario('chat/stream/lines', {
    title: 'Events come line by line, to the last',
    proves: ['CHAT-STREAM-001', 'CHAT-STREAM-003', 'CHAT-STREAM-015', 'CHAT-STREAM-018'],
    bindings: ['NDJSON'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.ask(hello);
      const type = answer.exchange.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      check('CHAT-STREAM-001', answer).has({ httpStatus: 200 });
      check('CHAT-STREAM-001', seen(type, answer.place)).holds(
        /^application\/x-ndjson\b/i.test(type ?? ''),
        'application/x-ndjson',
      );
      check('CHAT-STREAM-003', answer).has({ ended: 'done' });
      // Whoever reads to the end of the body would wait for ever.
      const how = answer.exchange.end?.kind;
      if (answer.value.ended === 'done')
        check('CHAT-STREAM-018', seen(how, answer.place)).holds(
          how !== 'left' && how !== 'timeout',
          'a stream that closes after `done`',
        );
      check('CHAT-STREAM-015', seen(answer.exchange.end?.message, answer.place)).holds(
        !answer.exchange.end?.message?.includes('the last line has no LF'),
        'a last line that ends with a line feed',
      );
    },
  }),

  scenario('chat/stream/pauses', {
    title: 'Lines come as they are made',
    proves: ['CHAT-STREAM-006'],
    bindings: ['NDJSON'],
    stimulus: ['multi'],
    async play({ agent, check }) {
      const ask = () =>
        agent.ask({
          word: 'multi',
          script: {
            steps: [text('one '), sleep(PAUSE_MS), text('two '), sleep(PAUSE_MS), text('three'), end('completed')],
          },
        });
      const apartIn = (one: Awaited<ReturnType<typeof ask>>) => {
        const [from, to] = spanOf(one);
        return Math.round(to - from);
      };
      let answer = await ask();
      // A machine that is busy sees the first line late, but not each time.
      for (let again = 0; agent.runsScripts && apartIn(answer) < PAUSE_MS && again < 3; again += 1)
        answer = await ask();
      const apart = apartIn(answer);
      if (agent.runsScripts)
        check('CHAT-STREAM-006', seen(apart, answer.place)).holds(
          apart >= PAUSE_MS,
          `at least ${PAUSE_MS} ms between the first text and the last line`,
        );
      else
        check('CHAT-STREAM-006', seen(apart, answer.place)).observes(
          `${apart} ms between the first text and the last line`,
        );
    },
  }),

  scenario('chat/stream/left', {
    title: 'A client that goes away disturbs nobody',
    proves: ['CHAT-STREAM-017'],
    bindings: ['NDJSON'],
    stimulus: ['slow', 'done'],
    exclusive: true,
    async play({ agent, check, lost }) {
      const live = await agent.open(endless);
      await within(live.frame(0), agent.patienceMs);
      if (live.exchange.end) throw lost('the turn was over before the client could leave');
      await live.leave();
      // The server may need a moment to see that the client is gone.
      for (const pauseMs of [0, 20, 50]) {
        await setTimeout(pauseMs);
        check('CHAT-STREAM-017', await agent.ask(hello)).has({ ended: 'done' });
      }
      check('CHAT-STREAM-017', await agent.fetch('GET', PATHS.health, 'health')).has({ httpStatus: 200 });
    },
  }),

  scenario('chat/stream/slow-reader', {
    title: 'A reader that takes its time gets the whole turn, and keeps nobody waiting',
    proves: ['CHAT-CONC-002'],
    bindings: ['NDJSON'],
    stimulus: ['multi'],
    async play({ agent, check, lost, notApplicable }) {
      if (!agent.runsScripts) throw lost('only an agent that follows scripts can be had to say megabytes');
      // More than the buffers of a connection take: with less, no server meets a reader that stands still.
      const piece = 'All work and no play. '.repeat(3_000);
      const much: Stimulus = {
        word: 'multi',
        script: { steps: [...Array.from({ length: 64 }, () => text(piece)), text('over'), end('completed')] },
      };
      let read = () => {};
      const answer = agent.ask(much, { readAfter: new Promise<void>((resolve) => (read = resolve)) });
      // Whoever is answered meanwhile may break the play off: nobody waits for this one then.
      answer.catch(() => {});
      // It stands still while others are answered; a turn that is cut for that has been cut by then.
      const others = await Promise.all([agent.ask(hello), setTimeout(300)]);
      read();
      const { value, place } = await answer;
      if (value.ended === 'refused') throw notApplicable('the target does not take a script of 4 MB');
      if (others[0].value.ended !== 'done') throw lost('another turn did not come to its end');
      check('CHAT-CONC-002', seen({ ended: value.ended, hasEnd: value.text.endsWith('over') }, place)).equals({
        ended: 'done',
        hasEnd: true,
      });
    },
  }),

  scenario('chat/stream/parallel', {
    title: 'Slow turns at a time overlap, and each has its own request fields',
    proves: ['CHAT-CONC-001'],
    bindings: ['NDJSON'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const slow: Stimulus = {
        word: 'slow',
        script: { steps: [text('one'), sleep(60), text('two'), end('completed')] },
      };
      const answers = await Promise.all([1, 2, 3, 4, 5].map((number) => agent.ask(slow, { fields: { number } })));
      const isUntold = answers.every(({ value }) => value.context === undefined);
      const cause = isUntold ? ({ blockedBy: 'CHAT-CTX-003' } as const) : {};
      check('CHAT-CONC-001', seen(answers.map(({ value }) => value.context)), cause).equals(
        [1, 2, 3, 4, 5].map((number) => ({ number })),
      );
      // Counted from the first text: how long a turn waits before it says anything is nobody's concern.
      const spans = answers.map(spanOf).sort(([left], [right]) => left - right);
      if (spans.some(([from, to]) => to - from < 1))
        throw lost('a turn came all at once, which does not show how long it took');
      const overlap = spans.some(([from], index) => index > 0 && from < spans[index - 1]![1]);
      check('CHAT-CONC-001', seen(spans, answers[0]!.place)).holds(
        overlap,
        'turns that overlap, not one after the other',
      );
    },
  }),
];
