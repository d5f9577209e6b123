import { PATHS } from '@agentproto/protocol/chat/docs';
import { end, hello, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import type { ChatAgent } from '../agent.ts';
import type { Answer } from '../answer.ts';
import { Conversation } from '../conversation.ts';
import { lastsOneTurn } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { isGone } from './legacy.ts';

const SLACK = { source: 'slack' };
const answers: Stimulus['script'] = { steps: [text('Hello'), end('completed')] };
/** A thread that the router wants no answer to, and one that it does. */
const quiet: Stimulus = { word: 'quiet', script: answers };
const router: Stimulus = { word: 'router', script: answers };

/** With a script the message says itself what the router says; a word is known to the target's own router. */
function thread(agent: ChatAgent, stimulus: Stimulus): Conversation {
  const { messages } = agent.begin(stimulus);
  if (!agent.runsScripts) return Conversation.of(messages);
  const decided = { 'agentproto/respond': stimulus.word === 'router' };
  return Conversation.of(messages.map((message) => ({ ...message, meta_data: decided }) as never));
}

/** Why the router cannot be told what to say. */
const unrouted = ({ runsScripts, setUp }: ChatAgent): string | undefined =>
  runsScripts && setUp.router !== 'scripted' ? 'no channel router is set up here that follows scripts' : undefined;

const isSilent = ({ value }: Answer) => value.ended === 'done' && value.text === '';

const OF_SILENCE = { HTTP: 'CHAT-ROUTE-001', NDJSON: 'CHAT-ROUTE-002', WebSocket: 'CHAT-ROUTE-003' } as const;

/** Silence is not as it should be where the message itself asks for it: that is the row of the path. */
async function neverSilent(agent: ChatAgent): Promise<{ blockedBy?: (typeof OF_SILENCE)[keyof typeof OF_SILENCE] }> {
  const answer = await agent.ask(thread(agent, quiet), { fields: SLACK });
  return isSilent(answer) ? {} : { blockedBy: OF_SILENCE[agent.binding as keyof typeof OF_SILENCE] };
}

export const routingScenarios = [
  scenario('chat/route/silent', {
    title: 'Where the router says no, nothing is said, in the form of each path',
    proves: ['CHAT-ROUTE-001', 'CHAT-ROUTE-002', 'CHAT-ROUTE-003'],
    stimulus: ['quiet'],
    async play({ agent, check, flaws, notApplicable }) {
      const why = unrouted(agent);
      if (why) throw notApplicable(why);
      const conversation = thread(agent, quiet);
      if (agent.binding === 'HTTP') {
        const answer = await agent.ask(conversation, { fields: SLACK });
        check('CHAT-ROUTE-001', answer).has({ httpStatus: 200 });
        check('CHAT-ROUTE-001', seen(answer.exchange.response?.json, answer.place)).has({ content: '' });
      } else if (agent.binding === 'NDJSON') {
        const answer = await agent.ask(conversation, { fields: SLACK });
        // Lines that are no events break a rule by themselves.
        check('CHAT-ROUTE-002', seen(answer.value.types, answer.place), { blockedBy: flaws(answer)[0] }).equals([
          'done',
        ]);
      } else {
        const socket = await agent.connect();
        const answer = await socket.ask(conversation, SLACK);
        check('CHAT-ROUTE-003', seen(answer.value.types, answer.place)).equals(['done']);
        check('CHAT-ROUTE-003', socket).has({ open: true });
        // What would come after it would be taken for the beginning of the next turn.
        if (socket.value.open) {
          const next = await socket.ask(agent.begin(hello));
          const cause = next.value.ended === 'done' ? {} : await lastsOneTurn(agent);
          check('CHAT-ROUTE-003', next, cause).has({ ended: 'done' });
        }
        await socket.close();
      }
    },
  }),

  scenario('chat/route/unasked', {
    title: 'With another source, or none, the router is not asked',
    proves: ['CHAT-ROUTE-005'],
    stimulus: ['quiet'],
    async play({ agent, check, notApplicable }) {
      const why = unrouted(agent);
      if (why) throw notApplicable(why);
      for (const fields of [{}, { source: 'help-desk' }]) {
        const answer = await agent.ask(thread(agent, quiet), { fields });
        check('CHAT-ROUTE-005', answer).holds(answer.value.text !== '', 'an answer as to any other request');
      }
    },
  }),

  scenario('chat/route/answered', {
    title: 'Where the router says yes, the turn is as any other',
    proves: ['CHAT-ROUTE-004'],
    stimulus: ['router'],
    async play({ agent, check, notApplicable }) {
      const why = unrouted(agent);
      if (why) throw notApplicable(why);
      const answer = await agent.ask(thread(agent, router), { fields: SLACK });
      check('CHAT-ROUTE-004', answer).has({ ended: 'done' });
      check('CHAT-ROUTE-004', seen(answer.value.text, answer.place)).holds(answer.value.text !== '', 'an answer');
    },
  }),

  scenario('chat/route/thread', {
    title: 'The router sees what was said before, too',
    proves: ['CHAT-ROUTE-007'],
    stimulus: ['router'],
    async play({ agent, check, notApplicable }) {
      const why = unrouted(agent);
      if (why) throw notApplicable(why);
      if (!agent.runsScripts) throw notApplicable('what a router makes of earlier messages is its own affair');
      const later = Conversation.of([
        { role: 'user', content: 'Before', meta_data: { 'agentproto/respond': false } },
        { role: 'assistant', content: 'Yes' },
        ...agent.begin(quiet).messages,
      ]);
      const answer = await agent.ask(later, { fields: SLACK });
      check('CHAT-ROUTE-007', answer, isSilent(answer) ? {} : await neverSilent(agent)).holds(
        isSilent(answer),
        'the silence that an earlier message asks for',
      );
    },
  }),

  scenario('chat/route/legacy', {
    title: 'Whether the old paths obey the router',
    proves: ['CHAT-ROUTE-008'],
    bindings: ['legacy'],
    stimulus: ['quiet'],
    async play({ agent, check, notApplicable }) {
      const why = unrouted(agent);
      if (why) throw notApplicable(why);
      const answer = await agent.ask(thread(agent, quiet), { fields: SLACK, path: PATHS.sendMessage });
      const cause = isSilent(answer) ? {} : { ...(await neverSilent(agent.over('HTTP'))), ...isGone(answer) };
      check('CHAT-ROUTE-008', answer, cause).holds(isSilent(answer), 'no answer on /api/sendMessage either');
    },
  }),
];
