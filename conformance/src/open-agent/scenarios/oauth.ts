import { text } from '../../kit/json.ts';
import { nonEmptyString } from '../../kit/match.ts';
import { offers } from '../offers.ts';
import type { Reply } from '../../kit/reply.ts';
import { NotApplicable } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { sessionIn } from '../login.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

/** Those that the documents name. */
const PROVIDERS = ['google', 'github'] as const;

const start = (agent: OpenAgent, provider: string, query: Record<string, string | boolean> = {}) =>
  agent.call('GET', `/auth/oauth/${provider}`, { as: 'nobody', query, operation: 'startOAuth' });

const callback = (agent: OpenAgent, provider: string, query: Record<string, string>, { hostile = false } = {}) =>
  agent.call('GET', `/auth/oauth/${provider}/callback`, {
    as: 'nobody',
    query,
    operation: 'completeOAuth',
    ...(hostile ? { hostile } : {}),
  });

/** A login that has begun, at a provider that the target knows; a stop where there is none. */
async function begun(agent: OpenAgent, query: Record<string, string | boolean> = {}) {
  let reply: Reply | undefined;
  for (const provider of PROVIDERS) {
    reply = offers('logins by OAuth', await start(agent, provider, query));
    if (reply.status !== 400) return { provider, reply };
  }
  throw new NotApplicable(`the target knows none of ${PROVIDERS.join(', ')} (HTTP ${reply?.status})`);
}

/** What a provider that asks its user nothing sends back at once; a stop where it wants a person. */
async function granted(agent: OpenAgent) {
  const { provider, reply } = await begun(agent);
  const url = URL.parse(text(reply.json.authorization_url) ?? '');
  const answer = url ? (await agent.beside('GET', url)).response : undefined;
  const location = answer?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const back = URL.parse(location ?? '', url?.href);
  const code = back?.searchParams.get('code');
  if (!back || !code) throw new NotApplicable('the provider wants a person to log in');
  return { provider, code, state: back.searchParams.get('state') ?? '' };
}

const isIn = async (agent: OpenAgent, reply: Reply): Promise<boolean> => {
  const { headers } = sessionIn(reply);
  return !!headers && (await agent.call('GET', '/agents', { as: headers, operation: 'listAgents' })).isOk;
};

interface Device {
  code: string;
  userCode: string;
}

async function device(agent: OpenAgent): Promise<{ reply: Reply } & Partial<Device>> {
  const { reply } = await begun(agent, { device_flow: true });
  const [code, userCode] = [text(reply.json.device_code), text(reply.json.user_code)];
  if (reply.isOk && code === undefined && text(reply.json.authorization_url))
    throw new NotApplicable('the target has no device flow: it answers with an address for a browser');
  return { reply, ...(code !== undefined && { code }), ...(userCode !== undefined && { userCode }) };
}

const poll = (agent: OpenAgent, code: string, { hostile = false } = {}) =>
  agent.call('POST', '/auth/oauth/device-token', {
    as: 'nobody',
    body: { device_code: code },
    operation: 'exchangeDeviceCode',
    ...(hostile ? { hostile } : {}),
  });

export const oauthScenarios = [
  scenario('open-agent/oauth/begins', {
    title: 'A login at a provider begins with an address and a state',
    proves: ['OAA-AUTH-010', 'OAA-AUTH-011'],
    bindings,
    async play({ agent, check }) {
      const { reply } = await begun(agent);
      const { authorization_url: url, state } = reply.json;
      check('OAA-AUTH-010', seen({ authorization_url: url, state }, reply.place)).holds(
        URL.canParse(text(url) ?? '') && nonEmptyString.matches(state),
        'an absolute authorization_url, and a state',
      );
      const unknown = await start(agent, 'agentproto-no-such-provider');
      check('OAA-AUTH-011', unknown).has({ httpStatus: 400 });
    },
  }),

  scenario('open-agent/oauth/refused', {
    title: 'A callback without a code, or with a wrong one, lets nobody in',
    proves: ['OAA-AUTH-012'],
    bindings,
    async play({ agent, check, notApplicable }) {
      const without = await callback(agent, 'google', {}, { hostile: true });
      if (without.isMissing) throw notApplicable(`there is no login by OAuth (HTTP ${without.status})`);
      check('OAA-AUTH-012', without).holds([400, 422].includes(without.status), '400 or 422', without.value);
      const state = agent.fresh('state');
      const wrong = await callback(agent, 'google', { code: agent.fresh('code'), state }, { hostile: true });
      check('OAA-AUTH-012', wrong).holds([400, 401].includes(wrong.status), '401 or 400', wrong.value);
    },
  }),

  scenario('open-agent/oauth/completed', {
    title: 'What the provider sends back lets its user in, and nobody else',
    proves: ['OAA-AUTH-013', 'OAA-AUTH-017'],
    bindings,
    async play({ agent, check }) {
      const { provider, code, state } = await granted(agent);
      const reply = await callback(agent, provider, { code, state });
      check('OAA-AUTH-017', reply).holds(await isIn(agent, reply), 'a token or a key that is taken', reply.value);
      const other = await granted(agent);
      const foreign = await callback(
        agent,
        provider,
        { code: other.code, state: agent.fresh('state') },
        { hostile: true },
      );
      check('OAA-AUTH-013', foreign).holds(foreign.isRefusal, 'a refusal of a state that nobody gave', foreign.value);
    },
  }),

  scenario('open-agent/device/begins', {
    title: 'A device gets codes; before its user agrees it gets no token, nor by polling too often',
    proves: ['OAA-AUTH-014', 'OAA-AUTH-015', 'OAA-AUTH-016'],
    bindings,
    async play({ agent, check }) {
      const { reply, code } = await device(agent);
      const isCount = (value: unknown) => Number.isInteger(value) && Number(value) > 0;
      const { device_code, user_code, verification_uri, expires_in, interval } = reply.json;
      check(
        'OAA-AUTH-014',
        seen({ device_code, user_code, verification_uri, expires_in, interval }, reply.place),
      ).holds(
        nonEmptyString.matches(device_code) &&
          nonEmptyString.matches(user_code) &&
          URL.canParse(text(verification_uri) ?? '') &&
          isCount(expires_in) &&
          isCount(interval),
        'device_code, user_code, verification_uri, expires_in and interval',
      );
      const wrong = await poll(agent, agent.fresh('no-such-code'), { hostile: true });
      check('OAA-AUTH-015', wrong).holds(wrong.status === 400, '400 for a wrong code', wrong.value);
      if (code === undefined) return;
      const pending = await poll(agent, code);
      check('OAA-AUTH-015', pending).holds(pending.status === 401, '401 before the user has agreed', pending.value);
      const soon = await poll(agent, code);
      check('OAA-AUTH-016', soon).holds(soon.status === 429, '429 for a poll at once', soon.value);
    },
  }),

  scenario('open-agent/device/agreed', {
    title: 'Once the user has agreed, the device gets a token',
    proves: ['OAA-AUTH-019'],
    bindings,
    stimulus: ['device'],
    async play({ agent, check, lost }) {
      const { code, userCode } = await device(agent);
      if (code === undefined || userCode === undefined) throw lost('the device was to get two codes, and did not');
      const { response } = await agent.beside('POST', agent.around.deviceApprove!, { user_code: userCode });
      if (!response || response.status >= 400)
        throw lost(`--device-approve did not let the device in (HTTP ${response?.status ?? 'none'})`);
      const reply = await poll(agent, code);
      check('OAA-AUTH-019', reply).holds(await isIn(agent, reply), 'a token that is taken', reply.value);
    },
  }),
];
