import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Origins } from '../cors.ts';
import type { Identify } from '../identity.ts';
import { isLoopback } from '../loopback.ts';
import { ControlError } from './control-error.ts';

export interface Guard {
  /** Also from other machines. */
  remote: boolean;
  /** Whose web pages may ask. */
  origins: Origins;
  ownHost: string | undefined;
  identify: Identify;
}

/**
 * Refuses whoever may not control the server. A web page reaches what listens on loopback, too: from elsewhere by the `Origin` that its
 * browser sends, or by a name of its own that it lets stand for this machine (DNS rebinding), which then is the `Host`.
 */
export function guard(app: FastifyInstance, rules: Guard): void {
  app.addHook('onRequest', (request, reply, goOn) => {
    const why = (rules.remote ? undefined : foreign(request, rules.ownHost)) ?? foreignPage(request, rules);
    if (why !== undefined) return goOn(new ControlError(403, 'FORBIDDEN', why));
    // A preflight carries no key (Fetch: CORS protocol).
    if (request.method !== 'OPTIONS' && rules.identify(request.headers) === undefined) {
      reply.header('www-authenticate', 'Bearer');
      return goOn(
        new ControlError(401, 'UNAUTHENTICATED', 'expected the key of the server: Authorization: Bearer KEY'),
      );
    }
    goOn();
  });
}

const HOW = "Only this machine may ask, unless the server has the option control: 'remote' (--control-remote)";

function foreign({ raw, headers }: FastifyRequest, ownHost: string | undefined): string | undefined {
  const address = (raw.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  if (!isLoopback(address)) return `${HOW}; this request came from ${address}.`;
  const { host = '' } = headers;
  const name = nameOf(host);
  if (name === undefined || !(isLoopback(name) || name.endsWith('.localhost') || name === ownHost))
    return `${HOW}: expected a Host such as 127.0.0.1 or localhost; got ${JSON.stringify(host)}.`;
  const proxied = ['forwarded', 'x-forwarded-for', 'x-forwarded-host'].find((one) => headers[one] !== undefined);
  return proxied && `${HOW}; this request came through a proxy: it has ${proxied}.`;
}

function foreignPage({ headers: { origin, host } }: FastifyRequest, { origins, remote }: Guard): string | undefined {
  if (origin === undefined || origins.allows(origin)) return undefined;
  if (remote && URL.parse(origin)?.host === host) return undefined;
  return `Pages of the origin ${JSON.stringify(origin)} may not ask.`;
}

/** The name in a `Host`, in lower case and without brackets. */
function nameOf(host: string): string | undefined {
  const url = URL.parse(`http://${host}`);
  return url && url.pathname === '/' && url.username === '' ? url.hostname.replace(/^\[|\]$/g, '') : undefined;
}
