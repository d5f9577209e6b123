import type { Headers } from '@agentproto/recording';
import { text, walkStrings } from '../kit/json.ts';
import { offers } from './offers.ts';
import type { Reply } from '../kit/reply.ts';
import { Blocked, Lost } from '../kit/stops.ts';
import type { OpenAgent } from './agent.ts';
import { asBearer } from './credentials.ts';

/** An address that nobody has: example.com is kept free for such (RFC 2606). */
export const freshAddress = (agent: OpenAgent): string => `${agent.fresh('agentproto')}@example.com`;

export const requestLink = (agent: OpenAgent, email: string): Promise<Reply> =>
  agent.call('POST', '/auth/link', { as: 'nobody', body: { email }, operation: 'requestMagicLink' });

/** With the token in the path, in the README in the query (X09). */
export function verify(agent: OpenAgent, token: string, { hostile = false } = {}): Promise<Reply> {
  const path = agent.isReadme ? '/auth/link/verify' : `/auth/link/verify/${encodeURIComponent(token)}`;
  return agent.call('GET', path, {
    as: 'nobody',
    operation: 'verifyMagicLink',
    ...(agent.isReadme ? { query: { token } } : {}),
    ...(hostile ? { hostile } : {}),
  });
}

const EACH_MS = 50;

/** The token of the link that was sent to an address, from the mailbox that the user brought along; none of those before. */
export async function mailedToken(agent: OpenAgent, email: string, before: readonly string[] = []): Promise<string> {
  const url = new URL(agent.around.mailbox!);
  url.searchParams.set('to', email);
  const until = performance.now() + agent.patienceMs;
  for (;;) {
    const { response } = await agent.beside('GET', url);
    const mails = response?.json ?? (response?.body && 'text' in response.body ? response.body.text : '');
    const token = tokensAmong(mails).find((one) => !before.includes(one));
    if (token !== undefined) return token;
    if (performance.now() > until)
      throw new Lost(`no mail to ${email} with a link came to the mailbox (HTTP ${response?.status ?? 'none'})`);
    await agent.pause(EACH_MS);
  }
}

const LINKS = /\/auth\/link\/verify(?:\/([^\s"'<>?#/]+)|\?(?:[^\s"'<>#]*&)?token=([^\s"'<>&#]+))/g;

/** The tokens in the links of mails, wherever they stand; else what is called so. */
export function tokensAmong(mails: unknown): string[] {
  const [found, named] = [new Set<string>(), new Set<string>()];
  walkStrings(mails, (said, _path, name) => {
    for (const [, inPath, inQuery = ''] of said.matchAll(LINKS)) found.add(decodeURIComponent(inPath ?? inQuery));
    if (name === 'token') named.add(said);
  });
  return [...(found.size > 0 ? found : named)];
}

/** What a login gave: a token or a key in the body, or a cookie. */
export function sessionIn(reply: Reply): { secret?: string; headers?: Headers } {
  const { json } = reply;
  const secret = ['token', 'access_token', 'jwt_token', 'api_key'].flatMap((name) => text(json[name]) || [])[0];
  if (secret !== undefined) return { secret, headers: asBearer(secret) };
  const cookie = reply.header('set-cookie')?.split(';', 1)[0];
  return cookie ? { headers: [['Cookie', cookie]] } : {};
}

/** A call that whoever logged in can make. */
export const useLogin = (agent: OpenAgent, headers: Headers): Promise<Reply> =>
  agent.call('GET', '/agents', { as: headers, operation: 'listAgents' });

/** The credentials of the account of an address, which is new unless it is given; `spent`: the tokens of earlier links. */
export async function logIn(agent: OpenAgent, email = freshAddress(agent), spent: string[] = []): Promise<Headers> {
  offers('logins by mail', await requestLink(agent, email));
  const token = await mailedToken(agent, email, spent);
  spent.push(token);
  const reply = await verify(agent, token);
  const { headers } = sessionIn(reply);
  if (!reply.isOk || !headers)
    throw new Blocked('OAA-AUTH-004', `expected a token, a key or a cookie, got HTTP ${reply.status}`, {
      place: reply.place,
      expected: 'a token, a key or a cookie',
      actual: reply.value,
    });
  // What opens nothing says nothing of the operation that it was to open.
  const used = await useLogin(agent, headers);
  if (used.status === 401)
    throw new Blocked('OAA-AUTH-004', 'expected to be let in with what was given, got HTTP 401', {
      place: used.place,
      expected: 'to be let in with what was given',
      actual: used.value,
    });
  return headers;
}
