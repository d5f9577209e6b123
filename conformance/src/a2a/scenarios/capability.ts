import { done } from '../../kit/steps.ts';
import { lacksOwed, refusesMethods } from '../general-faults.ts';
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
          const lacking = await lacksOwed(agent, method, reply);
          check('A2A10-CAP-001', reply, lacking ? { blockedBy: lacking } : await refusesMethods(agent, reply)).has(
            refused,
          );
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
      for (const [method, answer] of [
        ['SendStreamingMessage', await (await agent.stream(done)).answer()],
        ['SubscribeToTask', await (await agent.subscribe(agent.fresh('no-such-task'))).answer()],
      ] as const)
        check('A2A10-CAP-002', answer, { blockedBy: await lacksOwed(agent, method, answer) }).has(refused);
    },
  }),

  scenario('a2a/capability/no-extended-card', {
    title: 'Without extendedAgentCard there is none to be had',
    proves: ['A2A10-CAP-003'],
    capability: ['-extendedAgentCard'],
    async play({ agent, check }) {
      const method = 'GetExtendedAgentCard';
      const reply = await agent.call(method, {});
      check('A2A10-CAP-003', reply, { blockedBy: await lacksOwed(agent, method, reply) }).has(
        agent.era.refusals.noExtendedCard,
      );
    },
  }),
];
