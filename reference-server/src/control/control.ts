import type { IncomingMessage, RequestListener } from 'node:http';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { ScriptError } from '@agentproto/script';
import { allowOrigins, originsOf } from '../cors.ts';
import { identifyBy } from '../identity.ts';
import { ServerOptionsError } from '../options-error.ts';
import type { ServerOptions } from '../server-options.ts';
import { guard } from './callers.ts';
import { ControlError } from './control-error.ts';
import { addInspector } from './inspector/page.ts';
import { addJournal } from './journal-routes.ts';
import { addSets } from './set-routes.ts';
import { addSinks } from './sink.ts';
import type { Controlled } from './controlled.ts';
import { addState } from './state-routes.ts';

/** Below it is the control plane. */
export const CONTROL_PATH = '/__agentproto';

/** How much of a body is read, of what is asked for and of what a webhook brings. */
const BODY_BYTES = 1024 * 1024;

/** What tells a server what to do, beside its protocols: nothing that comes here is in the journal, fails or is damaged. */
export interface Control {
  handle: RequestListener;
  /** Ends what is open. */
  close(): Promise<void>;
}

type Options = Pick<ServerOptions, 'control' | 'apiKey' | 'identities' | 'allowedOrigins'> & {
  /** A host name that is this server's beside those of the machine. */
  ownHost: string | undefined;
};

/** Whether a request is for the control plane. */
export function isControl({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(CONTROL_PATH) && /^(?:[/?]|$)/.test(url.slice(CONTROL_PATH.length));
}

export async function createControl(controlled: Controlled, options: Options): Promise<Control> {
  const keys = { ...(options.apiKey !== undefined && { key: options.apiKey }), ...options.identities };
  const remote = options.control === 'remote';
  const origins = originsOf(remote ? (options.allowedOrigins ?? ['loopback']) : ['loopback']);
  const app: FastifyInstance = Fastify({
    bodyLimit: BODY_BYTES,
    routerOptions: { maxParamLength: 1_024, ignoreTrailingSlash: true },
  });

  guard(app, { remote, origins, ownHost: options.ownHost, identify: remote ? identifyBy(keys) : () => 'anonymous' });
  allowOrigins(app, origins, []);
  // Whatever a body says that it is: curl says that JSON is a form.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, code, message } = told(error);
    return reply.code(status).send({ error: { code, message } });
  });

  const places: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const methods = [method].flat().filter((one) => one !== 'HEAD' && one !== 'OPTIONS');
    if (url.startsWith(CONTROL_PATH)) places.push(...methods.map((one) => `${one} ${url}`));
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw new ControlError(
      404,
      'NOT_FOUND',
      `There is no ${method} ${url.split('?', 1)[0]}; there is ${places.join(', ')}.`,
    );
  });
  app.get(CONTROL_PATH, () => ({ name: '@agentproto/reference-server', ...controlled.urls(), places }));
  const sinks = addSinks(app, CONTROL_PATH);
  const live = addJournal(app, CONTROL_PATH, controlled.journal);
  addSets(app, CONTROL_PATH, controlled);
  addInspector(app, CONTROL_PATH);
  addState(app, CONTROL_PATH, controlled, sinks);
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    async close() {
      live.end();
      await app.close();
    },
  };
}

function told(error: unknown): { status: number; code: string; message: string } {
  const { message } = error as Error;
  if (error instanceof ControlError) return { status: error.status, code: error.code, message };
  if (error instanceof ServerOptionsError || error instanceof ScriptError)
    return { status: 400, code: 'BAD_REQUEST', message };
  const { statusCode = 500, code = 'INTERNAL' } = error as { statusCode?: number; code?: string };
  return statusCode < 500 ? { status: statusCode, code, message } : { status: 500, code: 'INTERNAL', message };
}
