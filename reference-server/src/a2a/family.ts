import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CARD_PATH, PATCH } from '@agentproto/protocol/a2a/1.0';
import type { Patch } from '@agentproto/protocol/a2a/1.0';
import { replyWith } from '../reply.ts';
import type { Answer, StreamAnswer } from '../answer.ts';
import { forwardedUrl } from '../forwarded.ts';
import { HttpError } from '../http-error.ts';
import { Left } from '../left.ts';
import { withQuirks } from '../quirk.ts';
import type { Family } from '../server-context.ts';
import { ServerOptionsError } from '../options-error.ts';
import { cardSigner } from './card-signer.ts';
import { KEY_SET_PATH } from './card.ts';
import type { A2AContext } from './context.ts';
import type { HttpRequest } from './call.ts';
import { standardImpl } from './impl.ts';
import { rpcFailure } from './json-rpc.ts';
import { settingsOf } from './options.ts';
import type { A2AOptions } from './options.ts';
import { rules } from './params.ts';
import { restFailure } from './rest.ts';

/** Where HTTP+JSON is served at the root as well. */
const ROOT_ROUTES = ['/message::send', '/message::stream', '/tasks', '/tasks/*', '/extendedAgentCard'];

/** One revision: where it is, and by which patch it goes. The first of a server is at its root as well. */
function revision(name: string, patch: Patch): Family<{ a2a?: A2AOptions | undefined }> {
  const path = `/a2a/${name}`;
  return {
    id: `a2a@${name}`,
    headers: { sent: ['A2A-Extensions', 'A2A-Version', 'Last-Event-ID'], read: ['A2A-Extensions', 'A2A-Version'] },
    load: rules.load,
    async mount(scope, server, { a2a }) {
      const settings = settingsOf(a2a, patch);
      const ctx: A2AContext = {
        ...server,
        impl: withQuirks('a2a', standardImpl, server.quirks),
        settings,
        revision: name,
        path,
        madeAt: server.clock.now(),
        signer: cardSigner(settings.signWith),
      };
      if (a2a?.card ?? a2a?.interfaces ?? a2a?.capabilities) await checkCard(ctx);
      if (settings.extendedCard !== undefined && !server.secured)
        throw new ServerOptionsError('a2a.extendedCard: expected apiKey or identities beside it, got neither');
      const atRoot = !scope.hasRoute({ method: 'GET', url: scope.prefix + CARD_PATH });
      mountCards(ctx, scope, atRoot);
      const { prefix } = scope;
      const at = (base: string) => (request: FastifyRequest, reply: FastifyReply) =>
        answer(ctx, prefix + base, request, reply);
      for (const url of [path, `${path}/*`]) scope.all(url, at(path));
      if (atRoot) {
        scope.route({ method: ['POST', 'OPTIONS'], url: '/', handler: at('') });
        for (const url of ROOT_ROUTES) scope.all(url, at(''));
      }
      const rpcPaths = [prefix + path, `${prefix}${path}/`, ...(atRoot ? [`${prefix}/`] : [])];
      return {
        path,
        page: atRoot ? CARD_PATH : path + CARD_PATH,
        refuse(request, reply, error) {
          const isRpc = request.method === 'POST' && rpcPaths.includes(splitUrl(request)[0]);
          return replyWith(ctx, reply, isRpc ? rpcFailure(ctx, null, error) : restFailure(ctx, request.headers, error));
        },
      };
    },
  };
}

export const a2a10 = revision('1.0', PATCH);
export const a2a100 = revision('1.0.0', '1.0.0');

function mountCards(ctx: A2AContext, scope: FastifyInstance, atRoot: boolean): void {
  for (const url of atRoot ? [CARD_PATH, ctx.path + CARD_PATH] : [ctx.path + CARD_PATH])
    scope.route({
      method: ['GET', 'HEAD'],
      url,
      handler: async (request, reply) =>
        replyWith(ctx, reply, await ctx.impl.cardAnswer(seenFrom(ctx, request), request.headers)),
    });
  if (ctx.settings.signWith.length > 0)
    scope.get(ctx.path + KEY_SET_PATH, async (_request, reply) =>
      reply.type('application/jwk-set+json').send(JSON.stringify(await ctx.signer.keySet())),
    );
}

/** Throws a ServerOptionsError when the options make a card that is none; quirks may. */
async function checkCard(ctx: A2AContext): Promise<void> {
  await rules.load();
  const [wrong] = rules.loaded.validate(
    'AgentCard',
    standardImpl.card({ ...ctx, baseUrl: () => 'https://agents.example.com' }),
  );
  if (wrong) throw new ServerOptionsError(`a2a: the card: ${wrong.message}`);
}

/** The server as it is called by who sends a request, where proxies may say so. */
function seenFrom(ctx: A2AContext, { headers }: FastifyRequest): A2AContext {
  const url = ctx.trustForwarded ? forwardedUrl(headers) : undefined;
  if (url === undefined) return ctx;
  // The proxy's prefix stands before our own.
  const own = new URL(ctx.baseUrl()).pathname.replace(/\/$/, '');
  return { ...ctx, baseUrl: () => url + own };
}

async function answer(ctx: A2AContext, base: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  replyWith(ctx, reply, await answered(seenFrom(ctx, request), new Asked(ctx, base, request, reply)));
}

const NO_QUERY = new URLSearchParams();
const NO_BODY = Buffer.alloc(0);

/** Of a request what the bindings read. */
class Asked implements HttpRequest {
  readonly verb: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly rawHeaders: readonly string[];
  readonly left: Left;

  constructor(ctx: A2AContext, base: string, request: FastifyRequest, reply: FastifyReply) {
    const [url, search] = splitUrl(request);
    this.verb = request.method;
    this.path = url.slice(base.length);
    this.query = search === '' ? NO_QUERY : new URLSearchParams(search);
    this.headers = request.headers;
    this.body = request.body instanceof Buffer ? request.body : NO_BODY;
    this.left = new Left(ctx, reply.raw);
    this.rawHeaders = request.raw.rawHeaders;
    // Else it would stay as long as the answer lasts.
    request.body = undefined;
  }
}

/** Which binding a request speaks is told by its path: JSON-RPC has one alone. */
function answered(ctx: A2AContext, request: HttpRequest): Promise<Answer | StreamAnswer> | Answer {
  const { path, verb } = request;
  if (path !== '' && path !== '/') return ctx.impl.answerRest(ctx, request);
  if (verb === 'POST') return ctx.impl.answerRpc(ctx, request);
  return restFailure(
    ctx,
    request.headers,
    new HttpError('METHOD_NOT_ALLOWED', `The JSON-RPC endpoint: expected POST, got ${verb}`, { allow: 'POST' }),
  );
}

function splitUrl({ raw: { url = '' } }: FastifyRequest): [path: string, search: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
