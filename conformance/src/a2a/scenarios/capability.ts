import { done } from '../../kit/steps.ts';
import { refusesMethods } from '../general-faults.ts';
import { scenario } from '../scenario.ts';

const config = { url: 'https://example.com/webhook' };

export const capabilityScenarios = [
  scenario('a2a/capability/no-push', {
    title: 'Without pushNotifications every push operation says so',
    proves: ['A2A10-CAP-001', 'A2A10-CAP-006'],
    capability: ['-pushNotifications'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = (await agent.send(done)).sentTask();
      const refused = agent.era.refusals.noPush;
      for (const taskId of [task.id, agent.fresh('no-such-task')]) {
        for (const [method, params] of [
          ['CreateTaskPushNotificationConfig', config],
          ['GetTaskPushNotificationConfig', { id: 'one' }],
          ['ListTaskPushNotificationConfigs', {}],
          ['DeleteTaskPushNotificationConfig', { id: 'one' }],
        ] as const) {
          const reply = await agent.call(method, { taskId, ...params });
          check('A2A10-CAP-001', reply, await refusesMethods(agent, reply)).has(refused);
        }
      }
      const inline = await agent.send(done, { configuration: { taskPushNotificationConfig: config } });
      check('A2A10-CAP-006', inline).has({ error: {} });
      check('A2A10-CAP-006', inline, { level: 'observe' }).has(refused);
    },
  }),

  scenario('a2a/capability/no-streaming', {
    title: 'Without streaming neither streaming operation works',
    proves: ['A2A10-CAP-002'],
    capability: ['-streaming'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const refused = agent.era.refusals.noStreaming;
      check('A2A10-CAP-002', await (await agent.stream(done)).answer()).has(refused);
      check('A2A10-CAP-002', await (await agent.subscribe(agent.fresh('no-such-task'))).answer()).has(refused);
    },
  }),

  scenario('a2a/capability/no-extended-card', {
    title: 'Without extendedAgentCard there is none to be had',
    proves: ['A2A10-CAP-003'],
    capability: ['-extendedAgentCard'],
    async play({ agent, check }) {
      check('A2A10-CAP-003', await agent.call('GetExtendedAgentCard', {})).has(agent.era.refusals.noExtendedCard);
    },
  }),
];
