import type { FastifyPluginAsync } from 'fastify';
import type { ReferenceServer } from './server.ts';
import type { PluginOptions, ServerOptions } from './server-options.ts';

// What makes a server is imported with the first: who imports the package may be after a type, or one test of many.
const server = () => import('./server.ts');

/** Starts a server. Rejects with a ServerOptionsError, or with what listening throws (`EADDRINUSE` …). */
export async function createReferenceServer(options?: ServerOptions): Promise<ReferenceServer> {
  return (await server()).createReferenceServer(options);
}

/** The same server inside a Fastify application; a `prefix` is part of every URL that it tells. */
export const referenceServer: FastifyPluginAsync<PluginOptions> = async (scope, options) =>
  (await server()).referenceServer(scope, options);
