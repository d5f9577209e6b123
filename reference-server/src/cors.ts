import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isLoopback } from './loopback.ts';
import { ServerOptionsError } from './options-error.ts';

/** Headers of a family that a web page may only send, or read, when the server says so (Fetch: CORS protocol). */
export interface FamilyHeaders {
  sent: readonly string[];
  read: readonly string[];
}

/** Says whether a web page of an origin may speak with the server. */
export interface Origins {
  allows: (origin: string) => boolean;
  /** Whoever asks; then nothing goes by what the browser knows of the user. */
  anybody: boolean;
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const SENT = ['Accept', 'Authorization', 'Content-Type', 'X-API-Key'];
const READ = ['Allow', 'ETag', 'Location', 'Retry-After', 'WWW-Authenticate'];
/** Seconds that a preflight is kept: two hours are the most that a browser takes. */
const MAX_AGE_S = 7_200;

/** Each is `loopback` (every port of this machine), `*` (anybody), or an origin. Throws a ServerOptionsError. */
export function originsOf(allowed: readonly string[]): Origins {
  for (const one of allowed) {
    if (one === 'loopback' || one === '*' || URL.parse(one)?.origin === one) continue;
    const origin = URL.parse(one)?.origin ?? 'null';
    const meant = origin === 'null' ? '' : `; did you mean ${origin}?`;
    throw new ServerOptionsError(
      `allowedOrigins: expected loopback, * or an origin such as https://app.example; got ${JSON.stringify(one)}${meant}`,
    );
  }
  const anybody = allowed.includes('*');
  const loopback = allowed.includes('loopback');
  return { anybody, allows: (origin) => anybody || allowed.includes(origin) || (loopback && isLocal(origin)) };
}

function isLocal(origin: string): boolean {
  const url = URL.parse(origin);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    isLoopback(url.hostname.replace(/^\[|\]$/g, '').replace(/^.+\.localhost$/, 'localhost'))
  );
}

/**
 * Whether a WebSocket may be opened. Browsers open them to any server and leave it to the server to ask who wants one
 * (RFC 6455, 10.2); who sends no origin is no browser, and a page of the server's own may.
 */
export function mayOpenSocket({ allows }: Origins, { origin, host }: IncomingHttpHeaders): boolean {
  return origin === undefined || allows(origin) || URL.parse(origin)?.host === host;
}

/** Answers preflights, and lets pages of allowed origins read the answers. Others are answered as if nobody had asked. */
export function allowOrigins(scope: FastifyInstance, origins: Origins, families: readonly FamilyHeaders[]): void {
  const sent = [...new Set([...SENT, ...families.flatMap((family) => family.sent)])];
  const read = [...new Set([...READ, ...families.flatMap((family) => family.read)])].join(', ');

  scope.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': preflight } = request.headers;
    // In an application of somebody's own another may have answered the question.
    if (reply.hasHeader('access-control-allow-origin')) return done();
    // What a cache may keep, also for pages; others need not know.
    if (!origins.anybody && request.method !== 'POST') vary(reply, 'Origin');
    if (origin === undefined || !origins.allows(origin)) return done();
    reply.header('access-control-allow-origin', origins.anybody ? '*' : origin);
    if (!origins.anybody) reply.header('access-control-allow-credentials', 'true');
    if (request.method !== 'OPTIONS' || preflight === undefined) {
      reply.header('access-control-expose-headers', read);
      return done();
    }
    vary(reply, 'Access-Control-Request-Headers');
    return reply
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': withAsked(sent, request.headers['access-control-request-headers']),
        'access-control-max-age': MAX_AGE_S,
      })
      .code(204)
      .send();
  });
}

/** Beside those of the protocols, whatever headers the caller's application has of its own. */
function withAsked(known: readonly string[], asked = ''): string {
  const lower = new Set(known.map((name) => name.toLowerCase()));
  const more = asked.split(',').map((name) => name.trim());
  return [...known, ...more.filter((name) => /^[\w-]+$/.test(name) && !lower.has(name.toLowerCase()))].join(', ');
}

/** The answer goes by that header of the request, too. */
export function vary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', before === undefined ? name : `${String(before)}, ${name}`);
}
