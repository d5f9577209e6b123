import { PATHS } from '@agentproto/protocol/chat/docs';
import { end, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import type { ChatAgent } from '../agent.ts';
import { Conversation } from '../conversation.ts';
import { answersAnother, FIRST, isOfTheLast, LAST, saysBack } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { isGone } from './legacy.ts';

/** Says what the server gave to the agent. */
const tells: Stimulus = { word: 'echo', script: { echo: true, steps: [end('completed')] } };

/** A body with a history and a context, as the page about requests shows it. */
function wholeBody(agent: ChatAgent): Conversation {
  return Conversation.of([
    ...agent.begin(saysBack).messages,
    { role: 'assistant', content: FIRST },
    { role: 'user', content: LAST, platform_context: { tenant_name: 'acme-corp', k8s_namespace: 'production' } },
  ]);
}

export const contextScenarios = [
  scenario('chat/context/platform', {
    title: 'The platform context of the last user message reaches the agent, before request fields',
    proves: ['CHAT-CTX-004'],
    stimulus: ['echo'],
    async play({ agent, check, notApplicable }) {
      if (!agent.runsScripts) throw notApplicable('what reaches the agent shows only where it runs scripts');
      const [message] = agent.begin(tells).messages;
      const conversation = Conversation.of([
        { role: 'user', content: 'Before', platform_context: { tenant_name: 'of-an-earlier-message' } },
        { role: 'assistant', content: 'Yes' },
        { ...message!, platform_context: { tenant_name: 'of-the-message' } } as never,
      ]);
      const answer = await agent.ask(conversation, { fields: { tenant_name: 'of-the-request' } });
      check('CHAT-CTX-004', answer).has({ ended: 'done' });
      const isThere = answer.value.text.includes('"tenant_name":"of-the-message"');
      check('CHAT-CTX-004', seen(answer.value.text, answer.place), isThere ? {} : await answersAnother(agent)).holds(
        isThere,
        'the `tenant_name` of the last user message',
      );
    },
  }),

  scenario('chat/context/body', {
    title: 'A body with history and context works on every path, and its last message is the turn',
    proves: ['CHAT-BODY-001'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      const answer = await agent.ask(wholeBody(agent));
      check('CHAT-BODY-001', answer, isOfTheLast(answer) ? {} : await answersAnother(agent)).holds(
        isOfTheLast(answer),
        'an answer to the last message',
      );
    },
  }),

  scenario('chat/context/legacy-body', {
    title: 'The same body works on the old paths',
    proves: ['CHAT-BODY-001'],
    bindings: ['legacy'],
    stimulus: ['echo'],
    async play({ agent, check }) {
      for (const [over, path] of [
        [agent, PATHS.sendMessage],
        [agent.over('NDJSON'), PATHS.sendMessageStream],
      ] as const) {
        const answer = await over.ask(wholeBody(agent), { path });
        check('CHAT-BODY-001', answer, isGone(answer)).holds(isOfTheLast(answer), 'an answer to the last message');
      }
    },
  }),

  scenario('chat/context/slack', {
    title: 'The body that Slack sends is accepted',
    proves: ['CHAT-ROUTE-006'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const [message] = agent.begin({ word: 'done', script: { steps: [text('Hello'), end('completed')] } }).messages;
      const alice = { name: 'alice', id: 'U123' };
      const thread = Conversation.of([
        { role: 'user', content: 'My pods keep crashing', user: alice },
        { role: 'assistant', content: 'Give them more memory.', agent: { name: 'k8s-agent', id: 'B456' } },
        { ...message!, user: alice } as never,
      ]);
      check('CHAT-ROUTE-006', await agent.ask(thread, { fields: { source: 'slack' } })).has({ ended: 'done' });
    },
  }),
];
