import { records, text } from '../../kit/json.ts';
import { nonEmptyString } from '../../kit/match.ts';
import type { Reply } from '../../kit/reply.ts';
import { Lost } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

interface Made {
  reply: Reply;
  id: string;
  path: string;
  /** Where it is shown. */
  secret?: string;
}

async function made(agent: OpenAgent, fields: object = {}): Promise<Made> {
  const body = { name: agent.fresh('key'), ...fields };
  const reply = await agent.done('API keys', 'POST', '/account/keys', { body, operation: 'createKey' });
  const id = text(reply.json.id);
  if (id === undefined) throw new Lost('a key was made, and its id is not told');
  const secret = text(reply.json.api_key) ?? text(reply.json.key) ?? text(reply.json.secret);
  return { reply, id, path: `/account/keys/${id}`, ...(secret !== undefined && { secret }) };
}

const revoke = (agent: OpenAgent, { path }: Made) => agent.call('DELETE', path, { operation: 'revokeKey' });
const read = (agent: OpenAgent, path: string) => agent.call('GET', path, { operation: 'getKey' });
const listed = (agent: OpenAgent) => agent.done('API keys', 'GET', '/account/keys', { operation: 'listKeys' });
const opens = async (agent: OpenAgent, { secret }: Made): Promise<boolean> =>
  secret !== undefined &&
  (await agent.call('GET', '/agents', { as: agent.show(secret), operation: 'listAgents', hostile: true })).isOk;
/** A list, or an object with one. */
const keysIn = ({ exchange: { response }, json }: Reply) =>
  records(Array.isArray(response?.json) ? response.json : (json.keys ?? json.data));

export const keyScenarios = [
  scenario('open-agent/key/made', {
    title: 'A key is made, with its secret, and works; a scope that there is none of is refused',
    proves: ['OAA-KEY-001', 'OAA-KEY-002', 'OAA-KEY-004'],
    bindings,
    async play({ agent, check }) {
      const key = await made(agent);
      check('OAA-KEY-001', key.reply).has({ httpStatus: 201 });
      check('OAA-KEY-001', seen(key.reply.json, key.reply.place)).holds(
        nonEmptyString.matches(key.reply.json.name) && key.reply.json.is_active === true,
        'id, name and is_active',
      );
      const used =
        key.secret === undefined
          ? undefined
          : await agent.call('GET', '/agents', { as: agent.show(key.secret), operation: 'listAgents' });
      check('OAA-KEY-002', used ?? key.reply).holds(
        used?.isOk === true,
        'the secret of the key, which is taken',
        used?.value ?? Object.keys(key.reply.json),
      );
      await revoke(agent, key);
      const wrong = await agent.call('POST', '/account/keys', {
        body: { name: agent.fresh('key'), scopes: ['agentproto'] },
        operation: 'createKey',
        hostile: true,
      });
      check('OAA-KEY-004', wrong).has({ httpStatus: 422 });
    },
  }),

  scenario('open-agent/key/revoked', {
    title: 'A key that was revoked opens nothing',
    proves: ['OAA-KEY-003'],
    bindings,
    async play({ agent, check, lost }) {
      const key = await made(agent);
      if (key.secret === undefined) throw lost('a key was made, and its secret is not shown');
      const use = (hostile = false) =>
        agent.call('GET', '/agents', { as: agent.show(key.secret!), operation: 'listAgents', hostile });
      const before = await use();
      if (!before.isOk) throw lost(`the key that was made is not taken (HTTP ${before.status})`);
      const over = await revoke(agent, key);
      check('OAA-KEY-003', over).holds(over.isOk, 'the key to be revoked', over.value);
      if (over.isOk) check('OAA-KEY-003', await use(true)).has({ httpStatus: 401 });
    },
  }),

  scenario('open-agent/key/read', {
    title: 'A key can be read and is listed, without its secret, until it is revoked',
    proves: ['OAA-KEY-006', 'OAA-KEY-007', 'OAA-KEY-008'],
    bindings,
    async play({ agent, check }) {
      const [kept, gone] = [await made(agent), await made(agent)];
      const one = await read(agent, kept.path);
      check('OAA-KEY-006', one).has({ httpStatus: 200 });
      if (one.isOk) check('OAA-KEY-006', seen(one.json, one.place)).has({ id: kept.id });
      const unknown = await read(agent, `/account/keys/${agent.uuid()}`);
      check('OAA-KEY-006', unknown).has({ httpStatus: 404 });
      const misspelt = await read(agent, '/account/keys/no-uuid');
      check('OAA-KEY-006', misspelt).has({ httpStatus: 422 });

      const over = await revoke(agent, gone);
      const list = await listed(agent);
      const all = keysIn(list);
      const ids = all.map(({ id }) => id);
      check('OAA-KEY-007', seen(ids, list.place)).holds(ids.includes(kept.id), `the key ${kept.id}, which is active`);
      // A key that still opens something was not revoked, and has its place in the list.
      const isInForce = !over.isOk || (ids.includes(gone.id) && (await opens(agent, gone)));
      check('OAA-KEY-007', seen(ids, list.place), isInForce ? { blockedBy: 'OAA-KEY-003' } : {}).holds(
        !ids.includes(gone.id) && all.every(({ is_active: active }) => active !== false),
        'no key that was revoked',
      );
      for (const shown of [one, list])
        check('OAA-KEY-008', seen(shown.value.body, shown.place)).holds(
          // Where the secret was never shown, no member that would be one.
          kept.secret === undefined
            ? !/"(api_key|secret|key)":"/.test(JSON.stringify(shown.value.body ?? null))
            : !JSON.stringify(shown.value.body ?? null).includes(kept.secret),
          'an answer without the secret',
          'the secret of the key',
        );
      await revoke(agent, kept);
    },
  }),

  scenario('open-agent/key/usage', {
    title: 'The usage of a key takes dates and a grouping',
    proves: ['OAA-KEY-005'],
    bindings,
    async play({ agent, check }) {
      const key = await made(agent);
      const ask = (query: Record<string, string>, hostile = false) =>
        agent.call('GET', `${key.path}/usage`, { query, operation: 'getKeyUsage', hostile });
      const today = new Date().toISOString().slice(0, 10);
      const good = await ask({ start_date: today, end_date: today, group_by: 'month' });
      check('OAA-KEY-005', good).has({ httpStatus: 200 });
      check('OAA-KEY-005', await ask({ group_by: 'agentproto' }, true)).has({ httpStatus: 422 });
      await revoke(agent, key);
    },
  }),
];
