import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
import { era01 } from './eras/0.1.ts';
import { era02 } from './eras/0.2.ts';
import { era03 } from './eras/0.3.ts';
import type { Era } from './eras/era.ts';
import { withEra } from './eras/projection.ts';
import { eraSettings } from './eras/settings.ts';
import { memberFor, membersOf, rootOf } from './root.ts';
import type { A2AContext } from './context.ts';
import type { HttpRequest } from './call.ts';
import { standardImpl } from './impl.ts';
import { rpcFailure } from './json-rpc.ts';
import { settingsOf } from './options.ts';
import type { A2AOptions } from './options.ts';
import { rules } from './params.ts';
import { restFailure } from './rest.ts';

/** Where HTTP+JSON of 1.0 is served at the root as well. */
const ROOT_ROUTES = ['/message:send', '/message:stream', '/tasks', '/tasks/*', '/extendedAgentCard'];

/** DCAF publishes a card of its own at the old place, where that is switched on. */
interface A2ASettings {
  a2a?: A2AOptions | undefined;
  chat?: { a2a?: unknown } | undefined;
}

const CHAT_CARD_PATH = '/.well-known/agent.json';

/** One revision: where it is, and by which patch it goes; an era of earlier ones. Those of a server share its root. */
function revision(name: string, patch: Patch, era?: Era): Family<A2ASettings> {
  const path = `/a2a/${name}`;
  const cardPath = era?.cardPath ?? CARD_PATH;
  const own = era ? [...(era.extensionsHeader ? [era.extensionsHeader] : [])] : ['A2A-Extensions', 'A2A-Version'];
  return {
    id: `a2a@${name}`,
    headers: { sent: [...own, 'Last-Event-ID'], read: own },
    load: () => Promise.all([rules.load(), era?.rules.load()]),
    async mount(routes, server, { a2a, chat }) {
      const settings = era ? eraSettings(era, settingsOf(a2a, patch)) : settingsOf(a2a, patch);
      const ctx: A2AContext = {
        ...server,
        impl: withQuirks('a2a', era ? withEra(era, standardImpl) : standardImpl, server.quirks),
        settings,
        revision: name,
        era,
        path,
        madeAt: server.clock.now(),
        signer: cardSigner(settings.signWith),
      };
      if (a2a?.card ?? a2a?.interfaces ?? a2a?.capabilities) await checkCard(ctx);
      if (settings.extendedCard !== undefined && !server.secured)
        throw new ServerOptionsError('a2a.extendedCard: expected apiKey or identities beside it, got neither');
      const members = membersOf(server);
      members.push(ctx);
      const { prefix } = routes;
      const hasRootCard = routes.isFree('GET', cardPath) && !(chat?.a2a && cardPath === CHAT_CARD_PATH);
      if (hasRootCard) mountCard(cardPath, (request) => rootOf(members, cardPath, (one) => seenFrom(one, request)));
      mountCard(path + cardPath, (request) => seenFrom(ctx, request));
      if (settings.signWith.length > 0)
        routes.get(path + KEY_SET_PATH, async (_request, reply) =>
          reply.type('application/jwk-set+json').send(JSON.stringify(await ctx.signer.keySet())),
        );
      const at = (base: string) => (request: FastifyRequest, reply: FastifyReply) =>
        answer(ctx, prefix + base, request, reply);
      for (const url of [path, `${path}/*`]) routes.all(url, at(path));
      const hasRoot = routes.isFree('POST', '/');
      if (hasRoot)
        routes.on(['POST', 'OPTIONS'], '/', async (request, reply) =>
          answer(await memberFor(members, request.body), prefix, request, reply),
        );
      for (const url of era?.rootRoutes ?? ROOT_ROUTES) if (routes.isFree('GET', url)) routes.all(url, at(''));
      for (const { paths, answer: answerMore } of era?.more ?? [])
        for (const url of paths)
          routes.get(url, async (request, reply) => {
            const asked = new Asked(ctx, prefix, request, reply);
            return replyWith(ctx, reply, await answerMore(seenFrom(ctx, request), asked));
          });
      const rpcPaths = [prefix + path, `${prefix}${path}/`, ...(hasRoot ? [`${prefix}/`] : [])];
      return {
        path,
        page: hasRootCard ? cardPath : path + cardPath,
        refuse(request, reply, error) {
          const isRpc = request.method === 'POST' && rpcPaths.includes(splitUrl(request)[0]);
          return replyWith(ctx, reply, isRpc ? rpcFailure(ctx, null, error) : restFailure(ctx, request.headers, error));
        },
      };

      function mountCard(url: string, cardOf: (request: FastifyRequest) => A2AContext): void {
        const [...verbs] = era?.cardVerbs ?? (['GET', 'HEAD'] as const);
        routes.on(verbs, url, async (request, reply) => {
          if (request.method === 'OPTIONS') return reply.code(204).header('allow', verbs.join(', ')).send();
          const seen = cardOf(request);
          return replyWith(ctx, reply, await seen.impl.cardAnswer(seen, request.headers));
        });
      }
    },
  };
}

export const a2a10 = revision('1.0', PATCH);
export const a2a100 = revision('1.0.0', '1.0.0');
export const a2a03 = revision('0.3', PATCH, era03);
export const a2a02 = revision('0.2', PATCH, era02);
export const a2a01 = revision('0.1', PATCH, era01);

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
