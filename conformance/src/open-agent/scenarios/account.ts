import { records, text, type Json } from '../../kit/json.ts';
import { nonEmptyString } from '../../kit/match.ts';
import { offers } from '../offers.ts';
import type { Reply } from '../../kit/reply.ts';
import { seen } from '../../kit/subject.ts';
import type { Asker, OpenAgent } from '../agent.ts';
import { logIn } from '../login.ts';
import { plansOf, purchase, STATUSES } from '../plans.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

const get = async (agent: OpenAgent, what: string, path: string, operation: string): Promise<Reply> =>
  offers(what, await agent.call('GET', path, { operation }));

/** All that was used, as one number that can only rise: what is counted, and how many entries there are. */
function amountOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.length + value.reduce<number>((sum, one) => sum + amountOf(one), 0);
  return typeof value === 'object' && value !== null ? amountOf(Object.values(value)) - Object.keys(value).length : 0;
}

const complete = (agent: OpenAgent, as: Asker) =>
  agent.call('POST', `${agent.contract.openai}/chat/completions`, {
    as,
    body: { model: agent.model, messages: agent.messages('Hello') },
    operation: 'createChatCompletion',
  });

export const accountScenarios = [
  scenario('open-agent/account/read', {
    title: 'The account has an address and a balance',
    proves: ['OAA-ACCT-001'],
    bindings,
    async play({ agent, check }) {
      const account = await get(agent, 'accounts', '/account', 'getAccount');
      check('OAA-ACCT-001', seen(account.json, account.place)).holds(
        account.isOk && text(account.json.email)?.includes('@') === true,
        'an account with an email',
      );
      const balance = await agent.call('GET', '/account/balance', { operation: 'getBalance' });
      if (!balance.isMissing)
        check('OAA-ACCT-001', seen(balance.value.body, balance.place)).holds(
          Number.isInteger(balance.json.balance) && nonEmptyString.matches(balance.json.currency),
          'a balance in whole numbers, and its currency',
        );
    },
  }),

  scenario('open-agent/account/topped-up', {
    title: 'Money can be paid in',
    proves: ['OAA-ACCT-001'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check, notApplicable }) {
      const paid = await agent.call('POST', '/account/topup', {
        as: await logIn(agent),
        body: { amount: 100, currency: 'USD' },
        operation: 'topUp',
      });
      if (paid.isMissing) throw notApplicable('the target takes no money');
      check('OAA-ACCT-001', paid).holds([200, 400].includes(paid.status), '200 or 400 for paying in', paid.value);
    },
  }),

  scenario('open-agent/plan/listed', {
    title: 'Plans are listed, all or those that can be had, and each can be read',
    proves: ['OAA-PLAN-001', 'OAA-PLAN-002', 'OAA-PLAN-003'],
    bindings,
    async play({ agent, check }) {
      const reply = await get(agent, 'plans', '/account/plans', 'listPlans');
      check('OAA-PLAN-001', seen(reply.value.body, reply.place)).holds(
        reply.isOk && Array.isArray(reply.value.body),
        'a list of plans',
      );
      const plans = records(reply.value.body);
      const [first] = plans;
      const misspelt = await agent.call('GET', '/account/plans/no-uuid', { operation: 'getPlan', hostile: true });
      check('OAA-PLAN-001', misspelt).has({ httpStatus: 422 });
      const isActive = (wanted: boolean) => (plan: Json) => (plan.is_active ?? true) === wanted;
      check('OAA-PLAN-003', seen(plans, reply.place)).holds(plans.every(isActive(true)), 'plans that can be had');
      const query = { is_active: false };
      const old = await agent.call('GET', '/account/plans', { query, operation: 'listPlans' });
      check('OAA-PLAN-003', seen(old.value.body, old.place)).holds(
        old.isOk && records(old.value.body).every(isActive(false)),
        'plans that can be had no more, and no others',
      );
      const id = text(first?.id);
      if (id === undefined) return;
      const one = await agent.call('GET', `/account/plans/${id}`, { operation: 'getPlan' });
      check('OAA-PLAN-001', seen(one.value.body, one.place)).has({ id, name: first?.name });
      const path = `/account/plans/${id}/checkout`;
      const checkout = offers('checkouts', await agent.call('GET', path, { operation: 'getCheckout' }));
      check('OAA-PLAN-002', seen(checkout.value.body, checkout.place)).holds(
        URL.canParse(text(checkout.json.checkout_url) ?? '') && nonEmptyString.matches(checkout.json.session_id),
        'checkout_url and session_id',
      );
    },
  }),

  scenario('open-agent/subscription/purchased', {
    title: 'A plan is subscribed to; what is canceled ends with its period',
    proves: ['OAA-SUB-001'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check }) {
      const as = await logIn(agent);
      const { reply, id } = await purchase(agent, as);
      check('OAA-SUB-001', reply).has({ httpStatus: 201 });
      check('OAA-SUB-001', seen(reply.json, reply.place)).holds(
        id !== undefined && STATUSES.includes(String(reply.json.status)),
        'an id, and a status that there is',
      );
      if (id === undefined) return;
      const path = `/account/subscriptions/${encodeURIComponent(id)}`;
      const canceled = await agent.call('DELETE', path, { as, operation: 'cancelSubscription' });
      check('OAA-SUB-001', seen(canceled.value, canceled.place)).has({
        httpStatus: 200,
        body: { cancel_at_period_end: true },
      });
    },
  }),

  scenario('open-agent/usage/read', {
    title: 'What was used can be read',
    proves: ['OAA-USAGE-001'],
    bindings,
    async play({ agent, check }) {
      const reply = await get(agent, 'what was used', '/account/usage', 'getUsage');
      check('OAA-USAGE-001', reply).holds(reply.isOk && Object.keys(reply.json).length > 0, 'an object', reply.value);
    },
  }),

  scenario('open-agent/usage/rises', {
    title: 'A call is counted',
    proves: ['OAA-USAGE-002'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      let as: Asker = 'own';
      let path = '/account/usage';
      if (!agent.isReadme) {
        const made = await agent.done('API keys', 'POST', '/account/keys', {
          body: { name: agent.fresh('counted') },
          operation: 'createKey',
        });
        const secret = text(made.json.api_key);
        if (secret === undefined) throw lost('a key was made to count its calls, and its secret is not shown');
        as = agent.show(secret);
        path = `/account/keys/${text(made.json.id)}/usage`;
      }
      const used = () => get(agent, 'what was used', path, agent.isReadme ? 'getUsage' : 'getKeyUsage');
      const before = amountOf((await used()).value.body);
      const call = offers('chat completions', await complete(agent, as));
      if (!call.isOk) throw lost(`a completion was to be counted, and got HTTP ${call.status}`);
      const after = await used();
      check('OAA-USAGE-002', after).holds(
        amountOf(after.value.body) > before,
        'more than before the completion',
        after.value.body,
      );
    },
  }),

  scenario('open-agent/limit/agents', {
    title: 'A plan with a limit of agents allows no more',
    proves: ['OAA-LIMIT-001'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check, lost, notApplicable }) {
      const as = await logIn(agent);
      const plans = agent.isReadme ? [] : await plansOf(agent);
      const limits = plans.flatMap(({ features }) => agentsIn(features));
      // A new account is on the least of the plans; what that is called nobody says.
      const limit = limits.length > 0 ? Math.min(...limits) : undefined;
      const most = Math.min(limit ?? MOST, MOST) + 1;
      for (let made = 1; made <= most; made++) {
        const reply = await agent.createAgent(agent.agentBody(), { as });
        if ([402, 403, 429].includes(reply.status)) {
          check('OAA-LIMIT-001', reply).holds(true, 'a refusal');
          return;
        }
        if (!reply.isOk) throw lost(`an agent was to be made, and got HTTP ${reply.status}`);
        if (limit !== undefined && made > limit && limit <= MOST)
          check('OAA-LIMIT-001', reply).holds(false, `a refusal of agent ${made}: the plan has ${limit}`, reply.value);
      }
      if (limit === undefined || limit > MOST)
        throw notApplicable(`no plan says a limit, and ${most} agents of a new account meet none`);
    },
  }),
];

/** So many agents are made to find a limit. */
const MOST = 12;

/** What a plan says of how many agents there may be, under whatever name. */
const agentsIn = (features: unknown): number[] =>
  Object.entries((features ?? {}) as Json).flatMap(([name, value]) =>
    /agent/i.test(name) && typeof value === 'number' && value > 0 ? [value] : [],
  );
