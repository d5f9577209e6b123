import Fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyPluginAsync, FastifyServerFactory } from 'fastify';
import { systemClock } from '@agentproto/script';
import type { Script } from '@agentproto/script';
import { checkPluginOptions, checkServerOptions } from './check-options.ts';
import { mountCore, pathOf, reported } from './core.ts';
import type { Control } from './control/control.ts';
import { createFailures } from './failures.ts';
import type { Failure } from './failures.ts';
import { addFrontPage } from './front-page.ts';
import { asHttpError, HttpError } from './http-error.ts';
import type { Mailbox } from './mailbox.ts';
import { createJournal } from './journal.ts';
import type { ReceivedRequest } from './journal.ts';
import { entriesOf } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';
import { IN_MEMORY_URL, inMemory } from './in-memory.ts';
import { http } from './node-http.ts';
import { isLoopback } from './loopback.ts';
import { originForm } from './origin-form.ts';
import { namedQuirks } from './named-quirks.ts';
import type { QuirkUse } from './quirk.ts';
import type { ScriptMatch, SetScript } from './script-book.ts';
import { serverClock } from './server-clock.ts';
import type { ServerClock } from './server-clock.ts';
import { LIMITS, ServerOptionsError } from './server-options.ts';
import type { PluginOptions, ServerOptions } from './server-options.ts';
import { testScope } from './test-scope.ts';
import type { ScopedServer, TestScope } from './test-scope.ts';
import { createWireFaults } from './wire-faults/due.ts';
import type { SetFault } from './wire-faults/due.ts';
import type { Fault } from './wire-faults/fault.ts';
import { chanceOf } from './wire-faults/seeded.ts';
import { asksForWebSocket } from './upgrade.ts';

export interface ReferenceServer extends AsyncDisposable {
  url: string;
  /** By protocol id: where a client of it begins. */
  urls: Readonly<Record<string, string>>;
  /** In the order given, each with how often it was applied. */
  quirks: readonly Readonly<QuirkUse>[];
  /** What agents threw, and errors of the server's own: the latest hundred. */
  errors: readonly Error[];
  /** What came, the oldest first, also what no agent saw: the latest thousand, and at most 16 MiB of bodies. */
  requests: readonly ReceivedRequest[];
  /** The same, told apart by protocol and operation, each with a request of its own type. Needs `record` or `control`. */
  journal: readonly JournalEntry[];
  /** How many came and are not in `requests` any more: there was no room for them, or `reset()` was called. */
  readonly forgotten: number;
  /** Lets the next requests fail, or wait, before any protocol sees them. Throws a ServerOptionsError. */
  fail(failure: Failure): void;
  /**
   * Plays the script for messages that are as `match` says, over what they carry and over the agent; the newest that fits
   * wins. Throws a ServerOptionsError or a ScriptError.
   */
  script(match: ScriptMatch, script: Script | Script['steps']): SetScript;
  /** Damages the next answers, where they are on the wire: events, bytes, time. Throws a ServerOptionsError. */
  fault(fault: Fault): SetFault;
  /** Wakes what waits in `hold until signal`. */
  signal(name: string): void;
  /** Mails that Open Agent API would have sent: links to log in with. */
  mailbox: Mailbox;
  /** The time that agents, keep-alives and webhooks go by. */
  clock: ServerClock;
  /** What belongs to one of several tests that share the server, told apart by `X-Test-Id`. */
  scope(testId: string): TestScope;
  /**
   * Forgets what was set and what was noted: scripts, failures, requests, errors; and the seed begins anew. Tasks, responses and
   * what is under way stay.
   */
  reset(): void;
  /**
   * Asks this server without a network, whatever host the url names; streams come as they are written. Needs no port: see `listen`.
   * Follows no redirect, and knows no WebSocket.
   */
  fetch: typeof globalThis.fetch;
  /** Ends open streams and agents at work, and resolves when the port is free. */
  close(): Promise<void>;
}

/** No route here has a schema. Fastify would load two compilers for them before it knows. */
function noSchemas(): never {
  throw new Error('A route has a schema, and nothing that compiles it.');
}

/** Starts a server. Throws a ServerOptionsError, or what listening throws (`EADDRINUSE` …). */
export async function createReferenceServer(options: ServerOptions = {}): Promise<ReferenceServer> {
  const { host = '127.0.0.1', port = 0, listen = true, apiKey, identities, insecure = false } = options;
  const { log, limits, wireFaults } = options;
  if (!isLoopback(host) && apiKey === undefined && !identities && !insecure) {
    throw new ServerOptionsError(
      `host: ${host} can be reached from outside, so it needs an API key, or to be declared insecure`,
    );
  }
  checkServerOptions(options);
  const quirks = await namedQuirks(options.quirks);
  const { headersMs, bodyMs } = { ...LIMITS, ...limits };
  const controlPlane = options.control ? await import('./control/control.ts') : undefined;
  const plane: { control: Control | undefined } = { control: undefined };
  // Nothing that the control plane is asked comes to what is controlled.
  const withControl: FastifyServerFactory = (handle, { http: how, keepAliveTimeout, requestTimeout }) => {
    const server = http.createServer(how ?? {}, (request, response) =>
      plane.control && controlPlane?.isControl(request)
        ? plane.control.handle(request, response)
        : handle(request, response),
    );
    return Object.assign(server, { keepAliveTimeout, requestTimeout });
  };
  const app: FastifyInstance = Fastify({
    logger: log === undefined || log === 'silent' ? false : { level: log, stream: process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    ...(options.connectionIdleMs !== undefined && { keepAliveTimeout: options.connectionIdleMs }),
    // Bodies have their own limit, in body.ts, which answers in the protocol's words; this one is behind it.
    requestTimeout: headersMs + 2 * bodyMs,
    http: {
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(1_000, headersMs),
      shouldUpgradeCallback: (request) => app.server.listenerCount('upgrade') > 0 && asksForWebSocket(request),
    },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    routerOptions: { maxParamLength: 65_536 },
    ...(controlPlane && { serverFactory: withControl }),
    frameworkErrors: (error, request, reply) => core.refuse(request, reply, asHttpError(error)),
  });
  const journal = createJournal(app, { record: options.record ?? controlPlane !== undefined });
  app.addHook('preClose', async () => plane.control?.close());
  // Before the core, which waits on closing for what is under way.
  const chance = chanceOf(options.seed ?? 1);
  const { pause, ...clock } = serverClock(options.clock ?? systemClock);
  const tools = { setTimer: pause, chance };
  const failures = createFailures(app, tools);
  const faults = createWireFaults(app, tools);
  const core = mountCore(
    app,
    {
      ...options,
      ...(!listen && { publicUrl: options.publicUrl ?? IN_MEMORY_URL }),
      ...{ quirks, pause },
      wireFaults: wireFaults ?? isLoopback(host),
    },
    {
      whole: true,
      received: journal.message,
      webhookFaults: faults.ofWebhook,
      routed: (options.record ?? controlPlane) ? journal.routed : undefined,
      logs: log === 'info' || log === 'debug',
      ...(log === undefined && { onError: toStderr }),
    },
  );
  addFrontPage(core);
  for (const failure of options.failures ?? []) failures.add(failure);
  for (const fault of options.faults ?? []) faults.add(fault);
  app.setNotFoundHandler((request, reply) =>
    core.refuse(request, reply, new HttpError('NOT_FOUND', `There is nothing at ${pathOf(request)}.`)),
  );
  app.setErrorHandler((error, request, reply) => core.refuse(request, reply, reported(error, request)));
  const memory = inMemory(app.server);
  app.addHook('onClose', async () => memory.close());
  const whereabouts = () => {
    const url = listen ? core.url() : (options.publicUrl ?? IN_MEMORY_URL);
    return { url, urls: core.urls(url) };
  };
  const reset = () => {
    failures.clear();
    faults.clear();
    chance.restart();
    core.book.clear();
    journal.clear();
    core.mailbox.clear();
    core.forgetErrors();
  };
  plane.control = await controlPlane?.createControl(
    { ...core, journal, failures, faults, clock, reset, urls: whereabouts },
    { ...options, ownHost: listen ? undefined : new URL(IN_MEMORY_URL).hostname },
  );
  await (listen ? app.listen({ host, port }) : app.ready());
  const scoped: ScopedServer = {
    ...whereabouts(),
    requests: journal.requests,
    journal: entriesOf(journal.requests),
    get forgotten() {
      return journal.forgotten;
    },
    script: (match, script) => core.book.add(match, script),
    fail: (failure) => failures.add(failure),
    fault: (fault) => faults.add(fault),
    fetch: listen ? globalThis.fetch : memory.fetch,
  };
  return {
    ...scoped,
    // Not as it was when the server began.
    get forgotten() {
      return journal.forgotten;
    },
    quirks: core.quirks,
    errors: core.errors,
    signal: core.signal,
    mailbox: core.mailbox,
    clock,
    scope: (testId) => testScope(scoped, testId),
    reset,
    fetch: memory.fetch,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** The same server inside a Fastify application; a `prefix` is part of every URL that it tells. */
export const referenceServer: FastifyPluginAsync<PluginOptions> = async (scope, options) => {
  checkPluginOptions(options);
  const core = mountCore(scope, { ...options, quirks: await namedQuirks(options.quirks) });
  // Without a prefix the root belongs to the application.
  if (scope.prefix !== '') addFrontPage(core);
};

/** With the stack of what an agent threw: that is where its owner has to look. */
function toStderr(error: Error): void {
  const { stack } = error.cause instanceof Error ? error.cause : error;
  process.stderr.write(`@agentproto/reference-server: ${error.message}\n${stack ?? ''}\n`);
}
