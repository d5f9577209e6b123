import { end, status, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { scenario } from '../scenario.ts';

/** Runs a tool that needs nobody's approval, and says what it is at. */
const helpsItself: Stimulus = {
  word: 'tool',
  script: {
    steps: [
      status('Thinking...'),
      status('Calling tool: list_pods'),
      { tool: { by: 'server', calls: [{ name: 'list_pods', args: { namespace: 'prod' }, output: 'web-1' }] } },
      text('There is one pod.'),
      end('completed'),
    ],
  },
};

export const toolScenarios = [
  scenario('chat/tool/by-itself', {
    title: 'Of tools that ran by themselves nothing is told, and of progress nothing twice',
    proves: ['CHAT-STREAM-011', 'CHAT-STREAM-016'],
    bindings: ['NDJSON', 'WebSocket'],
    stimulus: ['tool'],
    async play({ agent, check }) {
      const answer = await agent.ask(helpsItself);
      check('CHAT-STREAM-011', answer).has({ ended: 'done', executed: [] });
      const updates = answer.events.flatMap(({ value: { type, text: said } }) =>
        type === 'intermittent_update' ? [said] : [],
      );
      check('CHAT-STREAM-016', seen(updates, answer.place)).holds(
        new Set(updates).size === updates.length,
        'texts that each come once',
      );
    },
  }),
];
