import { isRecord } from '../kit/json.ts';
import type { A2AAgent } from './agent.ts';
import type { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';

/** What a path gets that no operation has. */
export function unknownRoute(agent: A2AAgent): Promise<Reply> {
  const base = agent.interfaces.find(({ protocolBinding }) => protocolBinding === 'HTTP+JSON')!.url.replace(/\/$/, '');
  return agent.fetch('GET', `${base}/no/such/route`, [...agent.era.version], { hostile: true });
}

/** Not to be told from the answer to an unknown path: no body of the protocol, or the same one but for the path. */
export function isAlike(reply: Reply | TaskStream, nowhere: Reply): boolean {
  const said = ({ exchange: { response } }: Reply | TaskStream): unknown => {
    const body = isRecord(response?.json) ? response.json : {};
    const error = isRecord(body.error) ? body.error : body;
    if (isRecord(body.error) ? error.code !== response?.status : !Number.isInteger(error.code)) return undefined;
    return JSON.stringify({ ...error, message: String(error?.message).replaceAll(/\/[^\s"']*/g, '{path}') });
  };
  return said(reply) === undefined || said(reply) === said(nowhere);
}
