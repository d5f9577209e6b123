import type { Reply } from '../../kit/reply.ts';
import { offers } from '../offers.ts';
import { records, text, walkStrings } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { isJwt } from '../credentials.ts';
import { freshAddress, logIn, mailedToken, requestLink, sessionIn, useLogin, verify } from '../login.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

const isRefused = ({ status }: Reply): boolean => status === 400 || status === 401;

/** Asks for a link; a stop where there are none. */
async function linkFor(agent: OpenAgent, email: string): Promise<Reply> {
  return offers('logins by mail', await requestLink(agent, email));
}

/** Texts that let somebody in, by their names or their form. */
function tokensIn(body: unknown): string[] {
  const found: string[] = [];
  walkStrings(body, (said, _path, name) => {
    if (isJwt(said) || (/^(?:\w+_)?token$|^link$/i.test(name) && said !== '')) found.push(name);
  });
  return found;
}

/** How often a link is asked for until it is given up. */
const MOST = 30;
/** Longer than this nobody waits for a token to expire. */
const SOON_S = 3;

export const loginScenarios = [
  scenario('open-agent/login/asked', {
    title: 'A link is sent by mail, and is in no answer; what is no address is refused',
    proves: ['OAA-AUTH-001', 'OAA-AUTH-002'],
    bindings,
    async play({ agent, check }) {
      const reply = await linkFor(agent, freshAddress(agent));
      check('OAA-AUTH-001', reply).holds([200, 204].includes(reply.status), '200 or 204', reply.value);
      const tokens = tokensIn(reply.value.body);
      check('OAA-AUTH-001', seen(reply.value.body, reply.place)).holds(
        tokens.length === 0,
        'an answer without a token',
      );
      const nope = await agent.call('POST', '/auth/link', {
        as: 'nobody',
        body: { email: 'nope' },
        operation: 'requestMagicLink',
        hostile: true,
      });
      check('OAA-AUTH-002', nope).holds([400, 422].includes(nope.status), '400 or 422', nope.value);
    },
  }),

  scenario('open-agent/login/unknown', {
    title: 'A token that nobody gave lets nobody in',
    proves: ['OAA-AUTH-006'],
    bindings,
    async play({ agent, check }) {
      await linkFor(agent, freshAddress(agent));
      const reply = await verify(agent, agent.fresh('no-such-token'), { hostile: true });
      check('OAA-AUTH-006', reply).holds(isRefused(reply), '400 or 401', reply.value);
    },
  }),

  scenario('open-agent/login/link', {
    title: 'The link of a mail lets its reader in, once, and its status tells',
    proves: ['OAA-AUTH-004', 'OAA-AUTH-005', 'OAA-AUTH-007'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check }) {
      const email = freshAddress(agent);
      await linkFor(agent, email);
      const token = await mailedToken(agent, email);
      const reply = await verify(agent, token);
      const { secret, headers } = sessionIn(reply);
      check('OAA-AUTH-004', reply).holds(
        reply.isOk && headers !== undefined,
        'a token, a key or a cookie',
        reply.value,
      );
      if (headers) {
        const used = await useLogin(agent, headers);
        check('OAA-AUTH-004', used).holds(used.isOk, 'to be let in with what was given', used.value);
      }
      if (reply.isOk && secret !== undefined) {
        const { token_type: type, expires_in: seconds } = reply.json;
        check('OAA-AUTH-007', seen({ token_type: type, expires_in: seconds }, reply.place)).holds(
          text(type)?.toLowerCase() === 'bearer' && Number.isInteger(seconds) && Number(seconds) > 0,
          'token_type Bearer, and expires_in in seconds',
        );
      } else if (headers) check('OAA-AUTH-007', reply).observes('a cookie is set');
      const again = await verify(agent, token, { hostile: true });
      check('OAA-AUTH-005', again).holds(isRefused(again), '400 or 401 for a token that was used', again.value);
    },
  }),

  scenario('open-agent/login/status', {
    title: 'Whether a link was used can be asked',
    proves: ['OAA-AUTH-008'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check }) {
      const email = freshAddress(agent);
      await linkFor(agent, email);
      const token = await mailedToken(agent, email);
      const status = () =>
        agent.call('GET', `/auth/link/status/${encodeURIComponent(token)}`, {
          as: 'nobody',
          operation: 'getMagicLinkStatus',
        });
      const before = offers('the status of a link', await status());
      await verify(agent, token);
      const after = await status();
      check('OAA-AUTH-008', after).holds(
        after.isOk && JSON.stringify(after.value.body) !== JSON.stringify(before.value.body),
        'another answer than before the link was used',
      );
    },
  }),

  scenario('open-agent/login/same', {
    title: 'Who logs in again finds what was made before',
    proves: ['OAA-AUTH-018'],
    bindings,
    stimulus: ['mail'],
    async play({ agent, check }) {
      const email = freshAddress(agent);
      const spent: string[] = [];
      const made = await agent.makeAgent({}, await logIn(agent, email, spent));
      const list = await agent.call('GET', '/agents', {
        as: await logIn(agent, email, spent),
        operation: 'listAgents',
      });
      const ids = records(list.json.agents).map((one) => text(one.id) ?? text(one.agent_id));
      check('OAA-AUTH-018', seen(ids, list.place)).holds(ids.includes(made), `the agent ${made} of the first login`);
    },
  }),

  scenario('open-agent/login/expired', {
    title: 'A token that has expired lets nobody in',
    proves: ['OAA-SEC-009'],
    bindings,
    stimulus: ['mail', 'clock'],
    async play({ agent, check, lost, notApplicable }) {
      const email = freshAddress(agent);
      await linkFor(agent, email);
      const reply = await verify(agent, await mailedToken(agent, email));
      const { headers, secret } = sessionIn(reply);
      if (!headers || secret === undefined) throw lost('a token was to be given, and was not');
      const seconds = Number(reply.json.expires_in);
      if (!(seconds <= SOON_S)) throw notApplicable(`tokens hold ${seconds} seconds, which nobody waits for`);
      await agent.pause(seconds * 1_000 + 1_100);
      const late = await agent.call('GET', '/agents', { as: headers, operation: 'listAgents', hostile: true });
      check('OAA-SEC-009', late).has({ httpStatus: 401 });
    },
  }),

  scenario('open-agent/login/over-and-over', {
    title: 'Links cannot be asked for without end',
    proves: ['OAA-AUTH-003'],
    bindings,
    exclusive: true,
    async play({ agent, check }) {
      const email = freshAddress(agent);
      let last = await linkFor(agent, email);
      for (let times = 1; times < MOST && last.isOk; times++) last = await requestLink(agent, email);
      check('OAA-AUTH-003', last).holds(last.status === 429, `429 within ${MOST} requests`, last.value);
    },
  }),
];
