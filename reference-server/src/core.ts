import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AgentCrash, systemClock } from '@agentproto/script';
import { identifyBy } from './identity.ts';
import { readBody } from './body.ts';
import { DueQueue } from './due-queue.ts';
import { allowOrigins, originsOf } from './cors.ts';
import { FAMILIES } from './families.ts';
import { asHttpError } from './http-error.ts';
import type { HttpError } from './http-error.ts';
import type { AnyQuirk, QuirkUse } from './quirk.ts';
import { createRuns } from './runs.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { Stoppable } from './left.ts';
import { PROTOCOL_IDS } from './protocol-ids.ts';
import type { Mounted, ServerContext } from './server-context.ts';
import { LIMITS, ServerOptionsError } from './server-options.ts';
import type { PluginOptions } from './server-options.ts';
import { RouteTable } from './route-table.ts';
import type { Routes } from './route-table.ts';
import { createScriptBook } from './script-book.ts';
import type { ScriptBook } from './script-book.ts';
import { routesOf, serveRoutes } from './serve-routes.ts';
import type { OwnedRoutes, Owner } from './serve-routes.ts';
import { createSignals } from './signals.ts';
import { withHooks } from './store/hooks.ts';
import { memoryStore } from './store/memory.ts';
import { timely } from './timely-agent.ts';
import { timerOn } from './timer.ts';
import { stoppableClock } from './stoppable-clock.ts';
import { createUpgrades } from './upgrade.ts';
import { createWebhooks } from './webhooks/webhooks.ts';
import type { WebhookFaults } from './webhooks/webhooks.ts';

/** How long a closing server waits for the answers that it has begun. */
const DRAIN_MS = 500;

/** Older ones are forgotten. */
const KEPT_ERRORS = 100;

/** What makes a Fastify scope a reference server. */
export interface Core {
  /** Answers a request that no route takes, in the words of the family whose path it is. */
  refuse(request: FastifyRequest, reply: FastifyReply, error: HttpError): unknown;
  /** Where it is, once it listens, without a slash at the end. */
  url(): string;
  /** By protocol id, below `url`. */
  urls(url: string): Record<string, string>;
  /** What it says of where it is: by protocol id, and what can be looked at in a browser. */
  told(): { urls: Record<string, string>; pages: string[] };
  /** Of the server itself. */
  routes: Routes;
  quirks: readonly QuirkUse[];
  /** What agents threw, and errors of the server's own: the latest hundred. */
  errors: readonly Error[];
  /** Wakes what waits in `hold until signal`. */
  signal(name: string): void;
  book: ScriptBook;
  mailbox: Mailbox;
  forgetErrors(): void;
}

/** Who wants to know what goes on. */
export interface Listeners {
  onError: (error: Error) => void;
  received: ServerContext['received'];
  /** The route of a protocol took a request. */
  routed: ((request: FastifyRequest, protocol: string) => void) | undefined;
  /** What goes wrong with deliveries to webhooks. */
  webhookFaults: WebhookFaults;
  /** Whether anybody reads a line a request. */
  logs: boolean;
  /** Whether the scope is the server's alone, so that every path is its own. */
  whole: boolean;
}

export type MountOptions = Omit<PluginOptions, 'quirks'> & {
  quirks: readonly AnyQuirk[];
  pause?: ServerContext['pause'];
};

/** Adds all routes to the scope. Throws a ServerOptionsError. */
export function mountCore(
  scope: FastifyInstance,
  options: MountOptions,
  {
    onError = () => {},
    received = () => {},
    routed,
    webhookFaults,
    logs = true,
    whole = false,
  }: Partial<Listeners> = {},
): Core {
  const {
    store: plainStore = memoryStore(),
    clock: wholeClock = systemClock,
    wireFaults = false,
    keepAliveMs = 15_000,
  } = options;
  const keys = { ...(options.apiKey !== undefined && { key: options.apiKey }), ...options.identities };
  const limits = { ...LIMITS, ...options.limits };
  const families = chosenFamilies(options.protocols);
  const quirks = quirkUses(options.quirks, families);
  const origins = originsOf(options.allowedOrigins ?? ['loopback']);
  const errors: Error[] = [];
  const keep = (given: unknown) => {
    const error = given instanceof Error ? given : new Error(`Thrown: ${String(given)}`, { cause: given });
    errors.push(error);
    if (errors.length > KEPT_ERRORS) errors.shift();
    onError(error);
  };
  const report = (error: unknown) => {
    scope.log.error({ reason: error instanceof Error ? error.stack : String(error) }, 'internal error');
    keep(error);
  };
  const store = options.hooks ? withHooks(plainStore, options.hooks, report) : plainStore;
  const signals = createSignals();
  let closed = false;
  const waiting = new Set<Stoppable>();
  const setTimer = timerOn(wholeClock);
  const { pause = setTimer } = options;
  const clock = stoppableClock(wholeClock, pause, { waiting, isClosing: () => closed });
  const keepAlive = new DueQueue(keepAliveMs, wholeClock, setTimer);
  const runs = createRuns({
    store,
    clock,
    setTimer,
    turnMs: limits.turnMs,
    maxTurns: limits.runs,
    onCrash(runId, error) {
      scope.log.warn({ runId, reason: String(error) }, 'agent crashed');
      // What a script wants to crash does as it is told.
      if (!(error instanceof AgentCrash)) keep(error);
    },
  });

  const webhooks = createWebhooks(options.webhooks ?? {}, {
    ...{ setTimer, pause },
    report,
    onAttempt: (attempt) => scope.log.info(attempt, 'webhook'),
    faultOf: webhookFaults,
  });

  const mailbox = createMailbox();

  let known: string | undefined;
  const url = () => (known ??= reachable(scope.listeningOrigin) + scope.prefix);
  const publicUrl = options.publicUrl?.replace(/\/+$/, '');
  const baseUrl = () => publicUrl ?? url();
  const whenClosing = (stop: () => void) => {
    const one = { stop };
    waiting.add(one);
    return () => waiting.delete(one);
  };
  const context: ServerContext = {
    store,
    runs,
    clock,
    agent: options.agent ? timely(options.agent, { turnMs: limits.turnMs, setTimer, whenClosing }) : undefined,
    book: createScriptBook(),
    signals,
    baseUrl,
    trustForwarded: (options.trustForwarded ?? false) && publicUrl === undefined,
    identify: identifyBy(keys),
    origins,
    secured: Object.keys(keys).length > 0,
    wireFaults,
    keepAlive,
    waiting,
    whenClosing,
    setTimer,
    pause,
    webhooks,
    mailbox,
    quirks,
    received,
    report,
  };

  const mounted: (Mounted & { id: string })[] = [];
  const table: OwnedRoutes = new RouteTable();
  const routes = routesOf(table, undefined, scope);
  const urls = (base: string) => Object.fromEntries(mounted.map(({ id, path }) => [id, base + path]));

  scope.removeAllContentTypeParsers();
  // JSON by its name, too: what has to be taken for `*` Fastify parses anew with each request.
  const types = ['application/json', '*'];
  scope.addContentTypeParser(types, (_request: FastifyRequest, payload: IncomingMessage) => readBody(payload, limits));
  if (logs) logRequests(scope);
  allowOrigins(
    scope,
    origins,
    families.flatMap(({ headers = [] }) => headers),
  );
  const upgrades = createUpgrades(scope);
  const stop = () => {
    closed = true;
    for (const one of waiting) one.stop();
    keepAlive.stop();
    webhooks.feeds.close();
    runs.close();
  };
  drainOnClose(scope, stop, upgrades.cut);
  // Where no other route takes the preflight.
  routes.on(['OPTIONS'], '/.well-known/*', (_request, reply) => reply.code(405).header('allow', 'GET, HEAD').send());
  routes.get('/.well-known/agentproto.json', (_request, reply) =>
    reply.type('application/json').send(
      JSON.stringify({
        script: 1,
        protocols: families.map(({ id }) => id),
        urls: urls(baseUrl()),
        setUp: Object.fromEntries(mounted.flatMap(({ id, setUp }) => (setUp ? [[id, setUp]] : []))),
      }),
    ),
  );
  // An async plugin, so that options that cannot be reject where the server is made.
  void scope.register(async (inner) => {
    for (const { id, load, mount } of families) {
      const owner: Owner = { id, load, loaded: load === undefined };
      const place = await mount(routesOf(table, owner, scope), context, options);
      owner.mounted = place;
      if (place.socket !== undefined) upgrades.add(scope.prefix + place.socket);
      mounted.push({ id, ...place });
    }
    const areas = mounted.map(({ path }) => path).filter((path) => path !== '');
    serveRoutes(inner, table, { whole, areas, routed, reported });
  });

  return {
    refuse(request, reply, error) {
      const path = `${pathOf(request)}/`;
      const family = mounted.find((one) => path.startsWith(`${scope.prefix}${one.area ?? one.path}/`));
      if (family) return family.refuse(request, reply, error);
      const { statusCode, code, message, headers } = error;
      return reply
        .code(statusCode)
        .headers(headers)
        .type('application/json')
        .send(JSON.stringify({ error: { code, message } }));
    },
    url,
    urls,
    routes,
    told() {
      const base = baseUrl();
      const pages = mounted.flatMap(({ page }) => (page === undefined ? [] : [base + page]));
      return { urls: urls(base), pages: [`${base}/.well-known/agentproto.json`, ...pages] };
    },
    quirks,
    errors,
    signal: (name) => signals.give(name),
    book: context.book,
    mailbox,
    forgetErrors: () => void errors.splice(0),
  };
}

/** What may be told of an error; what may not goes to the log. */
export function reported(error: unknown, request: FastifyRequest): HttpError {
  const problem = asHttpError(error);
  if (problem.code === 'INTERNAL')
    request.log.error({ reason: error instanceof Error ? error.stack : String(error) }, 'internal error');
  return problem;
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

function chosenFamilies(protocols: readonly string[] | undefined): typeof FAMILIES {
  const unknown = protocols?.find((id) => !PROTOCOL_IDS.includes(id));
  if (unknown !== undefined)
    throw new ServerOptionsError(`protocols: expected ${PROTOCOL_IDS.join(', ')}; got ${unknown}`);
  return protocols ? FAMILIES.filter(({ id }) => protocols.includes(id)) : FAMILIES;
}

function quirkUses(quirks: readonly AnyQuirk[], families: typeof FAMILIES): QuirkUse[] {
  const names = families.map(({ id }) => id.split('@', 1)[0]!);
  return quirks.map((quirk) => {
    const family = quirk.name.split('.', 1)[0]!;
    if (!names.includes(family)) {
      throw new ServerOptionsError(
        `quirks: expected quirks of ${names.join(', ')}, the families that this server speaks; got ${quirk.name}`,
      );
    }
    return { quirk, applied: 0 };
  });
}

/** One line a request, without headers, query and bodies: there secrets may be. */
function logRequests(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const from = performance.now();
    const { method } = request;
    reply.raw.once('close', () => {
      const ms = Math.round(performance.now() - from);
      request.log.info(
        { method, path: pathOf(request), status: reply.raw.statusCode, complete: reply.raw.writableFinished, ms },
        'request',
      );
    });
    done();
  });
}

/** Tells all that waits to stop, and gives what is under way time to end, before it is cut. */
function drainOnClose(scope: FastifyInstance, stop: () => void, cut: () => void): void {
  let open = 0;
  let drained = () => {};
  // One function for all responses: a closure for each is memory that a held stream would keep.
  const onEnd = () => {
    if (--open === 0) drained();
  };
  scope.addHook('onRequest', (_request, reply, done) => {
    open++;
    reply.raw.on('close', onEnd);
    done();
  });
  scope.addHook('preClose', async () => {
    stop();
    if (open === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_MS);
      drained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    cut();
  });
}

/** A wildcard address is where a server listens, not where it can be reached. */
function reachable(origin: string): string {
  return origin.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
