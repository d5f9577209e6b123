import { done } from '../../kit/steps.ts';
import { namesField, refusesInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import type { A2AAgent } from '../agent.ts';

/** The agent over each interface of this binding, as it is declared: with a tenant or without. */
const interfacesOf = (agent: A2AAgent) =>
  agent.interfaces
    .filter(({ protocolBinding }) => protocolBinding === agent.binding.name)
    .map((one) => ({ tenant: one.tenant, agent: agent.at(one) }));

export const tenantScenarios = [
  scenario('a2a/tenant/none', {
    title: 'An interface without a tenant is asked without one',
    proves: ['A2A10-TEN-002'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const plain = interfacesOf(agent).find(({ tenant }) => tenant === undefined)?.agent;
      if (!plain) throw notApplicable('every interface of this binding has a tenant');
      const sent = await plain.send(done);
      const { id } = sent.sentTask();
      // What else keeps an operation from its answer is no matter of tenants.
      for (const reply of [sent, await plain.get(id), await plain.cancel(id)])
        check('A2A10-TEN-002', reply).holds(
          !(refusesInput(reply) && namesField(reply, 'tenant')),
          `${reply.exchange.operation} to do without a tenant`,
        );
    },
  }),

  scenario('a2a/tenant/two', {
    title: 'What one tenant sees of another',
    proves: ['A2A10-TEN-001'],
    stimulus: ['done', 'two-tenants'],
    async play({ agent, check, notApplicable }) {
      const [one, ...others] = interfacesOf(agent);
      const two = others.find(({ tenant }) => tenant !== one?.tenant);
      if (!one || !two) throw notApplicable('the card declares no two interfaces that differ by their tenant');
      const { id } = (await one.agent.send(done)).sentTask();
      const reply = await two.agent.get(id);
      check('A2A10-TEN-001', reply).observes(
        reply.failed ? 'a task of one tenant is not there for another' : 'a task of one tenant is there for another',
      );
    },
  }),
];
