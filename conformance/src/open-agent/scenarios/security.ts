import { records, text, type Json } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import type { Reply } from '../../kit/reply.ts';
import type { OpenAgent } from '../agent.ts';
import { asApiKey, asBearer } from '../credentials.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

type Operation = [name: string, method: string, path: string, body?: object];

/** Operations that declare 401, on an agent that is there; the others are of ids that nobody has. */
function guarded(agent: OpenAgent, id: string): Operation[] {
  const { openai, run } = agent.contract;
  const team = encodeURIComponent(agent.fresh('team'));
  const key = agent.uuid();
  const both: Operation[] = [
    ['createAgent', 'POST', '/agents', agent.agentBody()],
    ['listAgents', 'GET', '/agents'],
    ['getAgent', 'GET', `/agents/${id}`],
    ['runAgent', 'POST', `/agents/${id}/${run}`, agent.runBody('Hello')],
    ['createTeam', 'POST', '/teams', { name: 'team', members: [{ agent_id: id, role: 'Lead' }], tools: [] }],
    ['getTeam', 'GET', `/teams/${team}`],
    ['runTeam', 'POST', `/teams/${team}/${run}`, agent.runBody('Hello')],
    ['createChatCompletion', 'POST', `${openai}/chat/completions`, completion(agent)],
  ];
  const readme: Operation[] = [
    ['listModels', 'GET', '/v1/models'],
    ['createCompletion', 'POST', '/v1/completions', { model: agent.model, prompt: 'Hello' }],
    ['createEmbedding', 'POST', '/v1/embeddings', { model: agent.model, input: 'Hello' }],
    ['getUsage', 'GET', '/account/usage'],
  ];
  const yaml: Operation[] = [
    ['listTeams', 'GET', '/teams'],
    ['createKey', 'POST', '/account/keys', { name: 'key' }],
    ['listKeys', 'GET', '/account/keys'],
    ['getKey', 'GET', `/account/keys/${key}`],
    ['revokeKey', 'DELETE', `/account/keys/${key}`],
    ['getKeyUsage', 'GET', `/account/keys/${key}/usage`],
    ['updateAgent', 'PUT', `/agents/${id}`, agent.agentBody({ id })],
    ['deleteAgent', 'DELETE', `/agents/${id}`],
  ];
  return [...both, ...(agent.isReadme ? readme : yaml)];
}

/** Operations that are secured, and declare no 401 (X23). */
function undeclared(agent: OpenAgent): Operation[] {
  const plan = `/account/plans/${agent.uuid()}`;
  const subscription = `/account/subscriptions/${agent.uuid()}`;
  return [
    ['listTools', 'GET', '/tools'],
    ['listModels', 'GET', '/models'],
    ['getMcpInfo', 'GET', '/mcp/'],
    ['getBalance', 'GET', '/account/balance'],
    ['topUp', 'POST', '/account/topup', { amount: 100 }],
    ['listPlans', 'GET', '/account/plans'],
    ['getPlan', 'GET', plan],
    ['getCheckout', 'GET', `${plan}/checkout`],
    ['purchasePlan', 'POST', `${plan}/purchase`, { plan_id: agent.uuid(), payment_method_id: agent.uuid() }],
    ['listSubscriptions', 'GET', '/account/subscriptions'],
    ['getSubscription', 'GET', subscription],
    ['cancelSubscription', 'DELETE', subscription],
  ];
}

const completion = (agent: OpenAgent): Json => ({
  model: agent.model,
  messages: [{ role: 'user', content: 'Hello' }],
});

/** What can be asked for with a credential, and changes nothing. */
function harmless(agent: OpenAgent): Operation[] {
  const { openai } = agent.contract;
  const both: Operation[] = [
    ['listAgents', 'GET', '/agents'],
    ['listModels', 'GET', `${openai}/models`],
    // Without a model: who is let in is refused for that.
    ['createChatCompletion', 'POST', `${openai}/chat/completions`, { messages: [] }],
  ];
  const own: Operation[] = agent.isReadme
    ? [['searchKnowledge', 'POST', '/knowledge/search', { query: 'Hello' }]]
    : [
        ['listTeams', 'GET', '/teams'],
        ['listTools', 'GET', '/tools'],
      ];
  return [...both, ...own];
}

const ask = (agent: OpenAgent, [operation, method, path, body]: Operation, as: 'nobody' | [string, string][]) =>
  agent.call(method, path, { as, operation, hostile: true, ...(body ? { body } : {}) });

const isDoor = ({ status }: Reply): boolean => status === 401 || status === 403;

export const securityScenarios = [
  scenario('open-agent/security/nobody', {
    title: 'Without credentials nobody is let in, as each operation declares',
    proves: ['OAA-SEC-001'],
    bindings,
    async play({ agent, check }) {
      const id = await agent.makeAgent();
      for (const operation of guarded(agent, id)) {
        const reply = await ask(agent, operation, 'nobody');
        // What is not offered has no door.
        if (!reply.isMissing)
          check('OAA-SEC-001', reply).holds(reply.status === 401, `401 from ${operation[0]}`, reply.value);
      }
    },
  }),

  scenario('open-agent/security/undeclared', {
    title: 'Nor where the document forgot to declare it',
    proves: ['OAA-SEC-006', 'OAA-SEC-007'],
    bindings,
    async play({ agent, check }) {
      for (const operation of undeclared(agent)) {
        const reply = await ask(agent, operation, 'nobody');
        if (!reply.isMissing)
          check('OAA-SEC-007', reply).holds(reply.status === 401, `401 from ${operation[0]}`, reply.value);
      }
      const account = await ask(agent, ['getAccount', 'GET', '/account'], 'nobody');
      if (!account.isMissing) check('OAA-SEC-006', account).has({ httpStatus: 401 });
    },
  }),

  scenario('open-agent/security/wrong', {
    title: 'A key that nobody gave opens nothing',
    proves: ['OAA-SEC-002'],
    bindings,
    async play({ agent, check }) {
      const wrong = agent.fresh('oaa_wrong');
      const anyone = await ask(agent, ['listAgents', 'GET', '/agents'], 'nobody');
      const blockedBy = anyone.isOk ? ('OAA-SEC-001' as const) : undefined;
      for (const headers of agent.isReadme ? [asBearer(wrong)] : [asApiKey(wrong), asBearer(wrong)]) {
        const reply = await ask(agent, ['listAgents', 'GET', '/agents'], [...headers]);
        check('OAA-SEC-002', reply, { blockedBy }).has({ httpStatus: 401 });
      }
    },
  }),

  scenario('open-agent/security/header', {
    title: 'A key is taken in X-API-Key',
    proves: ['OAA-SEC-003'],
    bindings,
    async play({ agent, check, lost }) {
      const key = await agent.key();
      if (key === undefined) throw lost('a key is wanted: give one with --header "X-API-Key: …"');
      for (const operation of harmless(agent)) {
        const reply = await ask(agent, operation, [...asApiKey(key)]);
        if (!reply.isMissing)
          check('OAA-SEC-003', reply).holds(!isDoor(reply), `${operation[0]} to be let in by X-API-Key`, reply.value);
      }
    },
  }),

  scenario('open-agent/security/bearer', {
    title: 'A key or a token is taken as a bearer token',
    proves: ['OAA-SEC-004'],
    bindings,
    async play({ agent, check, lost }) {
      const secret = agent.secret('own');
      if (secret === undefined) throw lost('credentials are wanted: give them with --bearer or --header');
      for (const operation of harmless(agent)) {
        const reply = await ask(agent, operation, [...asBearer(secret)]);
        if (!reply.isMissing)
          check('OAA-SEC-004', reply).holds(!isDoor(reply), `${operation[0]} to let a bearer token in`, reply.value);
      }
    },
  }),

  scenario('open-agent/security/foreign', {
    title: 'What is of one account is not there for another',
    proves: ['OAA-SEC-005'],
    bindings,
    stimulus: ['2id'],
    async play({ agent, check, lost }) {
      const mine = await agent.makeAgent();
      const list = await agent.call('GET', '/agents', { as: 'other', operation: 'listAgents' });
      if (!list.isOk)
        throw lost(`the second identity is not let in (HTTP ${list.status}): --identity has to be one that is known`);
      const { run } = agent.contract;
      const at = `/agents/${encodeURIComponent(mine)}`;
      const operations: Operation[] = [
        ['getAgent', 'GET', at],
        ['runAgent', 'POST', `${at}/${run}`, agent.runBody('Hello')],
      ];
      if (!agent.isReadme)
        operations.push(['updateAgent', 'PUT', at, agent.agentBody({ id: mine })], ['deleteAgent', 'DELETE', at]);
      const made = agent.isReadme
        ? undefined
        : await agent.call('POST', '/account/keys', { body: { name: agent.fresh('key') }, operation: 'createKey' });
      const key = made?.isOk ? text(made.json.id) : undefined;
      if (key !== undefined) operations.push(['getKey', 'GET', `/account/keys/${key}`]);
      for (const operation of operations) {
        const [name, method, path, body] = operation;
        const reply = await agent.call(method, path, { as: 'other', operation: name, ...(body ? { body } : {}) });
        check('OAA-SEC-005', reply).holds(
          [403, 404].includes(reply.status) || reply.status === 405,
          `403 or 404 from ${name} to another account`,
          reply.value,
        );
      }
      const ids = records(list.json.agents).map((one) => text(one.id) ?? text(one.agent_id));
      check('OAA-SEC-005', seen(ids, list.place)).holds(!ids.includes(mine), 'a list of its own agents alone');
    },
  }),

  scenario('open-agent/security/scope', {
    title: 'A key that may read may not write',
    proves: ['OAA-SEC-008'],
    bindings,
    async play({ agent, check, lost }) {
      const made = await agent.done('API keys', 'POST', '/account/keys', {
        body: { name: agent.fresh('reader'), scopes: ['read'] },
        operation: 'createKey',
      });
      const key = text(made.json.api_key);
      if (key === undefined) throw lost('a key that may only read was made, and its secret is not shown');
      const reads = await ask(agent, ['listAgents', 'GET', '/agents'], [...agent.show(key)]);
      if (!reads.isOk) throw lost(`the key that was made for it does not read (HTTP ${reads.status})`);
      const writes = await ask(agent, ['createAgent', 'POST', '/agents', agent.agentBody()], [...agent.show(key)]);
      check('OAA-SEC-008', writes).has({ httpStatus: 403 });
    },
  }),
];
