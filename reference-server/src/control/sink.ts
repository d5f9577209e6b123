import type { FastifyInstance } from 'fastify';
import { visibleHeaders } from '../visible-headers.ts';
import { parseJsonBody } from '../body.ts';
import { queryIn, wholeIn } from './asked.ts';

/** What came to a sink. */
interface Caught {
  id: number;
  /** Milliseconds since the epoch. */
  at: number;
  sink: string;
  method: string;
  /** Names in lower case; what may be secret is `[redacted]`. */
  headers: Record<string, string>;
  body: string;
  json: unknown;
}

export interface Sinks {
  /** By name, how much is kept. */
  counts(): Record<string, number>;
  clear(): void;
}

/** Of all sinks together. */
const MOST = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Where webhooks may be sent: `sink/NAME` keeps what is posted, and tells it. */
export function addSinks(app: FastifyInstance, prefix: string): Sinks {
  let caught: Caught[] = [];
  let bytes = 0;
  let count = 0;
  const url = `${prefix}/sink/:name`;
  type Named = { Params: { name: string } };

  app.route<Named>({
    method: ['POST', 'PUT', 'PATCH'],
    url,
    handler(request, reply) {
      const { status = '200' } = queryIn(request, ['status']);
      const code = wholeIn('status', status, 200, 599);
      const { method, headers } = request;
      const data = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      const body = data.toString();
      const { name: sink } = request.params;
      caught.push({
        id: ++count,
        at: Date.now(),
        sink,
        method,
        headers: visibleHeaders(headers),
        body,
        json: json(data),
      });
      bytes += body.length;
      while (caught.length > MOST || (bytes > MOST_BYTES && caught.length > 1)) bytes -= caught.shift()!.body.length;
      return reply.code(code).send();
    },
  });
  app.get<Named>(url, (request) => {
    const { after = '0' } = queryIn(request, ['after']);
    const least = wholeIn('after', after, 0);
    const { name } = request.params;
    return { name, requests: caught.filter(({ sink, id }) => sink === name && id > least) };
  });
  const forget = (goes: (one: Caught) => boolean) => {
    caught = caught.filter((one) => !goes(one));
    bytes = caught.reduce((sum, { body }) => sum + body.length, 0);
  };
  app.delete<Named>(url, ({ params: { name } }) => {
    forget(({ sink }) => sink === name);
    return { name, requests: [] };
  });
  const counts = () => {
    const all: Record<string, number> = {};
    for (const { sink } of caught) all[sink] = (Object.hasOwn(all, sink) ? all[sink]! : 0) + 1;
    return all;
  };
  app.get(`${prefix}/sink`, () => ({ sinks: counts() }));
  return { counts, clear: () => forget(() => true) };
}

function json(data: Buffer): unknown {
  try {
    return parseJsonBody(data);
  } catch {
    return undefined;
  }
}
