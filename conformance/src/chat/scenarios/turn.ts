import { setTimeout } from 'node:timers/promises';
import { PATHS } from '@agentproto/protocol/chat/docs';
import { outcome } from '@agentproto/script/outcome';
import { absent, anyOf } from '../../kit/match.ts';
import { end, fails, hello, hold, sleep, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { within } from '../../kit/within.ts';
import { answerIn } from '../answer.ts';
import { Conversation } from '../conversation.ts';
import { observe } from '../observe.ts';
import { scenario } from '../scenario.ts';

const says = (...pieces: string[]): Stimulus => ({ word: 'multi', script: { steps: [...pieces.map((piece) => text(piece)), end('completed')] } });
/** Goes on until the caller leaves. */
const endless: Stimulus = { word: 'slow', script: { steps: [text('working'), hold(2_000), text('too late'), end('completed')] } };
const PAUSE_MS = 80;

export const turnScenarios = [
  scenario('chat/turn/done', {
    title: 'A turn is answered in the words of its path',
    proves: ['CHAT-CTX-001', 'CHAT-CTX-002', 'CHAT-CTX-003', 'CHAT-SYNC-005'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const fields = { thread_id: agent.fresh('thread'), tenant: { id: 7, tags: ['a', null] } };
      const context = agent.binding === 'HTTP' ? 'CHAT-CTX-001' : 'CHAT-CTX-003';
      check(context, await agent.ask(hello, { fields })).has({ ended: 'done', context: fields });
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
      check('CHAT-SYNC-001', body).holds(typeof (body.value as { content?: unknown } | null)?.content === 'string', 'a string `content`');
      const type = answer.exchange.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      check('CHAT-SYNC-002', seen(type, answer.place)).holds(/^application\/json\b/i.test(type ?? ''), 'application/json');
      check('CHAT-SYNC-003', body).has({ data: { tool_calls: [], executed_tool_calls: [] } });
    },
  }),

  scenario('chat/turn/history', {
    title: 'The last message is the turn, the others are history; text of any script comes through',
    proves: ['CHAT-SYNC-004', 'CHAT-SYNC-006'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      const wild = '漢字 🦉 \u2028 é ñ';
      const echo: Stimulus = { word: 'echo', script: { steps: [text('one'), end('completed')], turns: [{ steps: [{ expect: { text: wild } }, text(wild), end('completed')] }] } };
      const begun = agent.begin(echo);
      const first = await agent.ask(begun);
      const second = await agent.ask(begun.next(first, { content: wild }));
      check('CHAT-SYNC-004', second).has({ ended: 'done' });
      check('CHAT-SYNC-004', seen(second.value.text, second.place)).holds(second.value.text !== '' && !second.value.text.includes('one'), 'an answer to the last message');
      const alone = await agent.ask(agent.runsScripts ? says(wild) : Conversation.of([{ role: 'user', content: wild }]));
      check('CHAT-SYNC-006', seen(alone.value.text, alone.place)).holds(alone.value.text.includes(wild), `the text ${wild}`);
    },
  }),

  scenario('chat/turn/outcome', {
    title: 'What is seen of a turn is what the agent did',
    proves: ['CHAT-STREAM-005'],
    bindings: ['NDJSON'],
    stimulus: ['multi'],
    async play({ agent, check }) {
      const stimulus = says('Plan', ' a', ' trip');
      const streamed = await agent.ask(stimulus);
      const whole = await agent.over('HTTP').ask(stimulus);
      check('CHAT-STREAM-005', seen(streamed.value.text, streamed.place)).equals(whole.value.text);
      if (agent.runsScripts) check('CHAT-STREAM-005', seen(observe(streamed), streamed.place)).has({ text: outcome(stimulus.script).text, end: 'completed' });
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
        check('CHAT-ERR-006', answer).hasOneOf({ ended: 'error' }, { httpStatus: anyOf(500, 502, 503) });
        return;
      }
      check('CHAT-STREAM-008', answer).holds(answer.value.types.includes('error') && typeof answer.value.error === 'string', 'an `error` event with a text');
      const after = answer.value.types.slice(answer.value.types.indexOf('error') + 1);
      check('CHAT-STREAM-009', seen(after, answer.place)).hasOneOf([], ['done']);
    },
  }),

  scenario('chat/turn/empty', {
    title: 'Empty messages neither hang nor get a normal answer',
    proves: ['CHAT-ERR-007'],
    async play({ agent, check }) {
      const answer = await agent.ask(Conversation.of([]), { hostile: true });
      const { ended, text: said, httpStatus } = answer.value;
      const noticed = ended === 'refused' || ended === 'error' || (httpStatus === 200 && /no messages/i.test(said));
      check('CHAT-ERR-007', answer).holds(noticed, 'a refusal, an `error` event or a notice');
    },
  }),

  scenario('chat/stream/lines', {
    title: 'Events come line by line, as they are made',
    proves: ['CHAT-STREAM-001', 'CHAT-STREAM-003', 'CHAT-STREAM-006', 'CHAT-STREAM-015'],
    bindings: ['NDJSON'],
    stimulus: ['multi'],
    async play({ agent, check }) {
      const answer = await agent.ask({ word: 'multi', script: { steps: [text('one '), sleep(PAUSE_MS), text('two '), sleep(PAUSE_MS), text('three'), end('completed')] } });
      const type = answer.exchange.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      check('CHAT-STREAM-001', answer).has({ httpStatus: 200 });
      check('CHAT-STREAM-001', seen(type, answer.place)).holds(/^application\/x-ndjson\b/i.test(type ?? ''), 'application/x-ndjson');
      check('CHAT-STREAM-003', answer).has({ ended: 'done' });
      const [first, last] = [answer.events[0], answer.events.at(-1)];
      const apart = (last?.place.atMs ?? 0) - (first?.place.atMs ?? 0);
      if (agent.runsScripts) check('CHAT-STREAM-006', seen(apart, first?.place)).holds(apart >= PAUSE_MS, `at least ${PAUSE_MS} ms between the first line and the last`);
      else check('CHAT-STREAM-006', seen(apart, first?.place)).observes(`${apart} ms between the first line and the last`);
      check('CHAT-STREAM-015', seen(answer.exchange.end?.message, answer.place)).holds(!answer.exchange.end?.message?.includes('the last line has no LF'), 'a last line that ends with a line feed');
    },
  }),

  scenario('chat/stream/left', {
    title: 'A client that goes away disturbs nobody',
    proves: ['CHAT-STREAM-017'],
    bindings: ['NDJSON'],
    stimulus: ['slow', 'done'],
    exclusive: true,
    async play({ agent, check }) {
      const live = await agent.open(endless);
      await within(live.frame(0), agent.patienceMs);
      await live.leave();
      // The server may need a moment to see that the client is gone.
      for (const pauseMs of [0, 20, 50]) {
        await setTimeout(pauseMs);
        check('CHAT-STREAM-017', await agent.ask(hello)).has({ ended: 'done' });
      }
      check('CHAT-STREAM-017', await agent.fetch('GET', PATHS.health, 'health')).has({ httpStatus: 200 });
    },
  }),

  scenario('chat/stream/parallel', {
    title: 'Slow turns at a time overlap, and each has its own request fields',
    proves: ['CHAT-CONC-001'],
    bindings: ['NDJSON'],
    stimulus: ['slow'],
    async play({ agent, check }) {
      const slow: Stimulus = { word: 'slow', script: { steps: [text('one'), sleep(60), text('two'), end('completed')] } };
      const began = performance.now();
      const answers = await Promise.all([1, 2, 3, 4, 5].map((number) => agent.ask(slow, { fields: { number } })));
      const tookMs = Math.round(performance.now() - began);
      check('CHAT-CONC-001', seen(answers.map(({ value }) => value.context))).equals([1, 2, 3, 4, 5].map((number) => ({ number })));
      const spans = answers.map(({ events }) => [events[0]?.place.atMs ?? 0, events.at(-1)?.place.atMs ?? 0] as const);
      check('CHAT-CONC-001', seen(tookMs)).holds(tookMs < spans.reduce((sum, [first, last]) => sum + last - first, 0) || spans.every(([first, last]) => first === last), 'five turns in less time than one after the other', tookMs);
    },
  }),

  scenario('chat/health/answers', {
    title: 'The health check answers, also while a turn is running',
    proves: ['CHAT-HEALTH-001', 'CHAT-HEALTH-002'],
    bindings: ['health'],
    stimulus: ['slow'],
    exclusive: true,
    async play({ agent, check }) {
      const idle = await agent.fetch('GET', PATHS.health, 'health');
      check('CHAT-HEALTH-001', idle).has({ httpStatus: 200 });
      check('CHAT-HEALTH-001', seen(idle.exchange.response?.json, idle.place)).has({ status: 'ok' });
      const live = await agent.over('NDJSON').open(endless);
      await within(live.frame(0), agent.patienceMs);
      const busy = await agent.fetch('GET', PATHS.health, 'health');
      const tookMs = (busy.exchange.response?.atMs ?? Infinity) - busy.exchange.request.atMs;
      check('CHAT-HEALTH-002', busy).holds(busy.value.httpStatus === 200 && tookMs < 1_000, 'an answer within a second', tookMs);
      await live.leave();
    },
  }),

  scenario('chat/legacy/paths', {
    title: 'The old paths answer as the new ones do',
    proves: ['CHAT-LEGACY-001'],
    bindings: ['legacy'],
    stimulus: ['done'],
    async play({ agent, check }) {
      check('CHAT-LEGACY-001', await agent.ask(hello, { path: PATHS.sendMessage })).has({ httpStatus: 200, ended: 'done' });
      const live = await agent.open(hello, { path: PATHS.sendMessageStream });
      const exchange = await live.ended;
      check('CHAT-LEGACY-001', answerIn(exchange, exchange.frames)).has({ httpStatus: 200, ended: 'done' });
    },
  }),
];
