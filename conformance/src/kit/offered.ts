import { NotApplicable } from './stops.ts';
import type { Reply } from './reply.ts';

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
  const { method, url } = reply.exchange.request;
  const nowhere = await agent.call(method, '/agentproto-no-such-path', {});
  return nowhere.status !== 404 || words(nowhere, '/agentproto-no-such-path') !== words(reply, new URL(url).pathname);
}

/** What an answer says, whatever path it says it of. */
function words({ exchange: { response }, exchange: { request } }: Reply, path: string): string {
  const { pathname } = new URL(request.url);
  const said = JSON.stringify(response?.json ?? response?.body ?? null);
  return said.replaceAll(pathname, 'PATH').replaceAll(path, 'PATH');
}
