import type { Exchange } from '@agentproto/recording';
import { NotApplicable } from './stops.ts';
import type { Reply } from './reply.ts';

/** Where nothing is, whatever the target offers. */
const NOWHERE = '/agentproto-no-such-path';

/** Who can ask for any path. */
interface Asker {
  call(method: string, path: string, options?: object): Promise<Reply>;
}

/**
 * Throws a stop where the target has no such operation, so that nothing is said of it: the method or the operation is
 * refused as such, or the answer is the one that a path gets which does not exist.
 */
export async function offered(agent: Asker, what: string, reply: Reply): Promise<Reply> {
  if (await isOffered(agent, reply)) return reply;
  throw new NotApplicable(`the target does not offer ${what} (HTTP ${reply.status})`);
}

export async function isOffered(agent: Asker, reply: Reply): Promise<boolean> {
  if ([405, 501].includes(reply.status)) return false;
  if (reply.status !== 404) return true;
  const nowhere = await agent.call(reply.exchange.request.method, NOWHERE, {});
  return !saysTheSame(nowhere.exchange, reply.exchange);
}

/**
 * Whether a recorded answer is no answer of the operation: there is no such method, or it is what `isOffered` got in the same
 * play from a path that does not exist. What it looks like is then no matter of the protocol.
 */
export function isUnserved(exchange: Exchange, play: () => readonly Exchange[]): boolean {
  const status = exchange.response?.status;
  if (status === 405 || status === 501) return true;
  if (status !== 404) return false;
  return play().some((one) => one.request.url.includes(NOWHERE) && saysTheSame(one, exchange));
}

const saysTheSame = (nowhere: Exchange, other: Exchange): boolean =>
  nowhere.response?.status === other.response?.status && words(nowhere) === words(other);

/** What an answer says, whatever path it says it of. */
function words({ request, response }: Exchange): string {
  const { pathname } = new URL(request.url);
  const said = JSON.stringify(response?.json ?? response?.body ?? null);
  // Some name the path within their application.
  return said.replaceAll(pathname, 'PATH').replaceAll(NOWHERE, 'PATH');
}
