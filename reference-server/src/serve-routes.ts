import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpError } from './http-error.ts';
import type { Found, Routes, RouteTable } from './route-table.ts';
import type { Mounted } from './server-context.ts';

/** Whose a route is. */
export interface Owner {
  /** Of its protocol. */
  id: string;
  /** What it needs besides before its first request. */
  load: (() => Promise<unknown>) | undefined;
  loaded: boolean;
  mounted?: Mounted;
}

/** Undefined: the server's own. */
export type OwnedRoutes = RouteTable<Owner | undefined>;

/** Where `owner` puts its routes. What an application of somebody's own has at a path is not taken from it. */
export const routesOf = (table: OwnedRoutes, owner: Owner | undefined, scope: FastifyInstance): Routes => ({
  prefix: scope.prefix,
  isFree: (verb, template) =>
    !table.has(verb, template) && !scope.hasRoute({ method: verb, url: scope.prefix + template }),
  on: (verbs, template, handler) => table.add(owner, verbs, template, handler),
  get: (template, handler) => table.add(owner, ['GET', 'HEAD'], template, handler),
  all: (template, handler) => table.add(owner, undefined, template, handler),
});

/**
 * Makes Fastify hand requests to the routes of the table: all that come to the scope (`whole`), or those of the paths that the
 * table knows, in an application of somebody's own, where all others are somebody else's.
 */
export function serveRoutes(
  scope: FastifyInstance,
  table: OwnedRoutes,
  {
    whole,
    areas,
    routed,
    reported,
  }: {
    whole: boolean;
    /** Paths below which everything is a family's. */
    areas: readonly string[];
    routed: ((request: FastifyRequest, protocol: string) => void) | undefined;
    reported: (error: unknown, request: FastifyRequest) => HttpError;
  },
): void {
  const before = scope.prefix.length;
  const find = ({ method, url }: FastifyRequest): Found<Owner | undefined> | undefined =>
    table.find(method, pathIn(url).slice(before) || '/');
  scope.addHook('onRequest', (request, _reply, goOn) => {
    const owner = find(request)?.owner;
    if (!owner) return goOn();
    routed?.(request, owner.id);
    if (owner.loaded) return goOn();
    // The first request waits until all is there that the family needs.
    owner.load!()
      .then(() => void (owner.loaded = true))
      .catch((error: Error) => error)
      .then((error) => goOn(error ?? undefined));
  });
  scope.setErrorHandler((error, request, reply) => {
    const mounted = find(request)?.owner?.mounted;
    if (!mounted) throw error;
    return mounted.refuse(request, reply, reported(error, request));
  });
  const serve = (verbs: readonly string[] | undefined, url: string) =>
    scope.route({
      method: verbs ? [...verbs] : scope.supportedMethods,
      url,
      exposeHeadRoute: false,
      handler(request, reply) {
        const found = find(request);
        return found ? found.handler(request, reply, found.params) : reply.callNotFound();
      },
    });
  if (whole) return void serve(undefined, '/*');
  for (const area of areas) for (const url of [area, `${area}/*`]) serve(undefined, url);
  for (const { template, verbs } of table.templates())
    if (!areas.some((area) => `${template}/`.startsWith(`${area}/`))) serve(verbs, asFastify(template));
}

/** Without query. */
function pathIn(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

const asFastify = (template: string): string => template.replaceAll(':', '::').replaceAll(/\{(\w+)\}/g, ':$1');
