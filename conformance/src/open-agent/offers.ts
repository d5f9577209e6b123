import type { Reply } from '../kit/reply.ts';
import { NotApplicable } from '../kit/stops.ts';

/** For what has to be there where it is offered at all, such as a path without ids: throws a stop where there is no such thing. */
export function offers(what: string, reply: Reply): Reply {
  if (reply.isMissing) throw new NotApplicable(`the target does not offer ${what} (HTTP ${reply.status})`);
  return reply;
}
