import { defineScenarios } from 'agentproto-conformance';

/** What this house asks of its agents, beside what A2A asks of them. */
export default defineScenarios({
  protocol: 'a2a@1.0',
  requirements: {
    'ACME-SPEED-001': {
      level: 'should',
      statement: 'The agent card may be kept for a minute at least.',
      section: 'https://acme.example/handbook#cards',
      binding: ['card'],
    },
    'ACME-ANSWER-001': {
      level: 'must',
      statement: 'An agent that is asked something says something, and completes the task.',
    },
  },
  scenarios: [
    {
      id: 'acme/card/kept',
      title: 'The card can be kept',
      proves: ['ACME-SPEED-001'],
      bindings: ['card'],
      async play({ agent, check, notApplicable }) {
        const { status, headers } = await agent.fetch('GET', '/.well-known/agent-card.json');
        if (status.value !== 200) throw notApplicable('there is no card');
        const [, seconds = '0'] = /max-age=(\d+)/.exec(headers.value['cache-control'] ?? '') ?? [];
        check('ACME-SPEED-001', headers).holds(Number(seconds) >= 60, 'Cache-Control with a max-age of 60 or more');
      },
    },
    {
      id: 'acme/answer/said',
      title: 'A question is answered',
      proves: ['ACME-ANSWER-001'],
      async play({ agent, check }) {
        const { text, state } = await agent.say('How are you?');
        check('ACME-ANSWER-001', state).equals('completed');
        check('ACME-ANSWER-001', text).holds(text.value.trim() !== '', 'some text');
      },
    },
  ],
});
