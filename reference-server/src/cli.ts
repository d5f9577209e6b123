import { readFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Clock } from '@agentproto/script';
import type { A2AOptions } from './a2a/options.ts';
import { PERSONA_OPTIONS, PERSONAS, SYSTEMS } from './personas.ts';
import type { ResponsesOptions, Tool } from './responses/options.ts';
import { PROTOCOL_IDS } from './protocol-ids.ts';
import { LOG_LEVELS, ServerOptionsError } from './server-options.ts';
import type { ServerOptions } from './server-options.ts';

const HELP = `agentproto-reference-server: a server of agent protocols that behaves, or misbehaves on demand

  --port N            where to listen; 0 (default): a free port
  --host HOST         default 127.0.0.1; any other than a loopback address needs --api-key or --insecure
  --protocol ID,ID    what to speak; default: all of ${PROTOCOL_IDS.join(', ')}
  --quirk NAME,NAME   break a rule, or be legal in an odd way; --quirk list names them all
  --persona NAME      behave as a server of others was seen to; --persona list names them all:
                      ${Object.keys(PERSONAS).join(', ')},
                      ${SYSTEMS.join(', ')}
  --api-key KEY       callers have to show it as "Authorization: Bearer KEY"; better: AGENTPROTO_API_KEY
  --identity NAME=KEY one of several callers, each with a key of its own
  --insecure          listen on any host without a key
  --allow-origin LIST whose web pages may speak with it: origins, loopback (default), *
  --public-url URL    where agent cards say that the server is
  --trust-forwarded   … or where X-Forwarded-* of the request say
  --push              declare A2A push notifications, and send them
  --tenant NAME,NAME  tenants that the A2A card lists, and that there are
  --extension URI     declare an A2A extension; --require-extension: one that is
                      required
  --options FILE      options of createReferenceServer as JSON; flags win
  --tools FILE        a module that exports tools: functions by name, which agents of
                      responses and Open Agent API have the server run
  --retention TIME    how long responses are kept, such as 90s, 30m or 2h
  --webhook-loopback  webhooks may be on this machine; without it only public addresses are called
  --control           the control plane under /__agentproto/, for this machine alone; --control-remote: for
                      whoever reaches the host, with a key where there are keys
  --replay FILE       answer what a real server answered: a recording that agentproto-conformance record
                      has written; --speed N: so much faster, or none: without pauses
  --virtual-clock     time stands still until the control plane moves it
  --seed N            what chance in faults and failures comes from: the same for the same number (default 1)
  --log LEVEL         one line a request on stderr: ${LOG_LEVELS.join(', ')}; default warn
  --keep-alive S      close connections that are idle for so many seconds
  --ping-interval S   seconds between the pings on chat's WebSockets; none: no pings
  --ping-timeout S    seconds that a pong is waited for
  --json              print {"url": …, "urls": {…}} as the first line, once it listens
  --version, --help

In the environment, where no flag says otherwise: PORT, LOG_LEVEL (warning is warn), KEEP_ALIVE,
WS_PING_INTERVAL, WS_PING_TIMEOUT, AGENTPROTO_API_KEY.
`;

/** A command line that cannot be. */
class UsageError extends Error {}

type System = (typeof SYSTEMS)[number];
type Persona = keyof typeof PERSONAS | System;
const isSystem = (name: Persona): name is System => SYSTEMS.some((one) => one === name);

/** What a persona sets up, as options of a server. */
async function likeOf(name: Persona): Promise<ServerOptions> {
  if (!isSystem(name)) return { ...PERSONA_OPTIONS[name], quirks: PERSONAS[name] };
  // Its functions are many: loaded where they are asked for.
  const { systemOptions } = await import('./quirks.ts');
  return systemOptions(name);
}

interface Command {
  options: ServerOptions;
  /** A recording is played instead. */
  replay: { file: string; speed: number } | undefined;
  json: boolean;
}

/** What the arguments say; a text is to be printed instead of starting. Throws a UsageError. */
async function readCommand(args: string[], env: NodeJS.ProcessEnv): Promise<Command | string> {
  const { values } = parsed(args[0] === '--' ? args.slice(1) : args);
  if (values.help) return HELP;
  if (values.version) return `${version()}\n`;
  const quirks = list(values.quirk);
  if (quirks?.includes('list')) return listed();
  if (values.persona === 'list') return [...Object.keys(PERSONAS), ...SYSTEMS].map((name) => `${name}\n`).join('');
  const persona =
    values.persona && oneOf('--persona', values.persona, [...Object.keys(PERSONAS), ...SYSTEMS] as Persona[]);
  const like = persona ? await likeOf(persona) : {};
  const apiKey = values['api-key'] ?? env['AGENTPROTO_API_KEY'];
  const file = values.options === undefined ? {} : optionsIn(values.options);
  const a2a = { ...like.a2a, ...file.a2a };
  const tools = values.tools === undefined ? undefined : await toolsIn(values.tools);
  const flags: ServerOptions = {
    port: portOf('--port', values.port) ?? portOf('PORT', env['PORT']),
    host: values.host,
    connectionIdleMs: msOf('--keep-alive', values['keep-alive']) ?? msOf('KEEP_ALIVE', env['KEEP_ALIVE']),
    chat: chatOf(values, env, { ...like.chat, ...file.chat }),
    protocols: list(values.protocol)?.map((id) => oneOf('--protocol', id, PROTOCOL_IDS)),
    quirks: persona || quirks ? [...(like.quirks ?? []), ...(quirks ?? [])] : undefined,
    insecure: values.insecure,
    apiKey: apiKey || undefined,
    identities: values.identity && Object.fromEntries(values.identity.map(identityOf)),
    allowedOrigins: list(values['allow-origin']),
    publicUrl: values['public-url'] === undefined ? undefined : urlOf(values['public-url']),
    trustForwarded: values['trust-forwarded'],
    a2a: a2aOf(values, a2a) ?? (like.a2a && a2a),
    responses: responsesOf(values, tools, file.responses),
    openAgent: tools && { ...file.openAgent, tools },
    control: values['control-remote'] ? 'remote' : values.control,
    seed: seedOf(values.seed),
    clock: values['virtual-clock'] ? await virtualClock() : undefined,
    webhooks: values['webhook-loopback'] ? { ...file.webhooks, loopback: true } : undefined,
    log: logOf('--log', values.log) ?? logOf('LOG_LEVEL', env['LOG_LEVEL']),
  };
  return {
    json: values.json ?? false,
    replay: replayOf(values),
    options: { log: 'warn', ...like, ...file, ...given(flags) },
  };
}

const GO_WITH_REPLAY: ReadonlySet<string> = new Set(['replay', 'speed', 'host', 'port', 'json']);

/** Its own flags are few: nothing of a server that follows a protocol. */
function replayOf(values: Values): Command['replay'] {
  const { replay, speed } = values;
  if (replay === undefined) {
    if (speed !== undefined) throw new UsageError('--speed: is how fast --replay FILE goes; expected that flag too');
    return undefined;
  }
  const other = Object.keys(values).find((name) => !GO_WITH_REPLAY.has(name));
  if (other) throw new UsageError(`--replay: only --host, --port, --speed and --json go with it; got --${other}`);
  const factor = speed === undefined ? 1 : speed === 'none' ? Infinity : Number(speed);
  if (!(factor > 0)) throw new UsageError(`--speed: expected a number above 0, or none; got ${JSON.stringify(speed)}`);
  return { file: replay, speed: factor };
}

/** Without what was not said, so that it stands over nothing. */
const given = <Options extends object>(options: Options): Partial<Options> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;

/** Only what was said. */
function chatOf(values: Values, env: NodeJS.ProcessEnv, before: ServerOptions['chat'] & object): ServerOptions['chat'] {
  const interval = values['ping-interval'] ?? env['WS_PING_INTERVAL'];
  const pingMs = interval === 'none' ? null : msOf('--ping-interval', interval);
  const pongMs = msOf('--ping-timeout', values['ping-timeout'] ?? env['WS_PING_TIMEOUT']);
  if (pingMs === undefined && pongMs === undefined && Object.keys(before).length === 0) return undefined;
  return { ...before, ...(pingMs !== undefined && { pingMs }), ...(pongMs !== undefined && { pongMs }) };
}

/** Seconds in milliseconds. An empty text says nothing. */
function msOf(what: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 86_400) return Math.round(seconds * 1_000);
  throw new UsageError(`${what}: expected seconds, from more than 0 to 86400; got ${JSON.stringify(value)}`);
}

/** By the names of Python's logging too. */
function logOf(what: string, value: string | undefined): ServerOptions['log'] {
  if (value === undefined || value === '') return undefined;
  const level = value.toLowerCase();
  return oneOf(what, level === 'warning' ? 'warn' : level, LOG_LEVELS);
}

async function virtualClock(): Promise<Clock> {
  const { VirtualClock } = await import('@agentproto/script');
  return new VirtualClock(Date.now());
}

function a2aOf(values: Values, file: A2AOptions = {}): A2AOptions | undefined {
  const tenants = list(values.tenant);
  const extensions = [
    ...(values.extension ?? []).map((uri) => ({ uri, required: false })),
    ...(values['require-extension'] ?? []).map((uri) => ({ uri, required: true })),
  ];
  if (!values.push && !tenants && extensions.length === 0) return undefined;
  const before = file.capabilities ?? { streaming: true };
  return {
    ...file,
    ...(tenants && { tenants }),
    capabilities: {
      ...before,
      ...(values.push && { pushNotifications: true }),
      ...(extensions.length > 0 && { extensions: [...(before.extensions ?? []), ...extensions] }),
    },
  };
}

function responsesOf(
  { retention }: Values,
  tools: Record<string, Tool> | undefined,
  file: ResponsesOptions = {},
): ResponsesOptions | undefined {
  if (tools === undefined && retention === undefined) return undefined;
  return {
    ...file,
    ...(tools && { tools }),
    ...(retention !== undefined && { retentionMs: timeOf(retention) }),
  };
}

async function toolsIn(file: string): Promise<Record<string, Tool>> {
  let module: { tools?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as { tools?: unknown };
  } catch (error) {
    throw new UsageError(`--tools: expected a module; ${(error as Error).message}`);
  }
  const { tools } = module;
  if (typeof tools !== 'object' || tools === null)
    throw new UsageError(`--tools: expected ${file} to export \`tools\`, functions by name`);
  const other = Object.entries(tools).find(([, tool]) => typeof tool !== 'function');
  if (other) throw new UsageError(`--tools: expected a function for ${other[0]} in ${file}, got ${typeof other[1]}`);
  return tools as Record<string, Tool>;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function timeOf(value: string): number {
  const [, number, unit = ''] = /^(\d{1,9})([smh])$/.exec(value) ?? [];
  if (Number(number) > 0) return Number(number) * UNITS[unit]!;
  throw new UsageError(`--retention: expected a time such as 90s, 30m or 2h; got ${JSON.stringify(value)}`);
}

/** Its members are looked at where the server is made. */
function optionsIn(file: string): ServerOptions {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--options: expected a file of JSON; ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ServerOptions;
  throw new UsageError(
    `--options: expected an object in ${file}, got ${Array.isArray(value) ? 'an array' : String(value)}`,
  );
}

function identityOf(text: string): [name: string, key: string] {
  const [, name, key] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && key !== undefined) return [name, key];
  // It may hold a key.
  throw new UsageError('--identity: expected NAME=KEY');
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const FLAGS = {
  port: text,
  host: text,
  protocol: texts,
  quirk: texts,
  persona: text,
  'api-key': text,
  identity: texts,
  insecure: flag,
  'allow-origin': texts,
  'public-url': text,
  'trust-forwarded': flag,
  push: flag,
  tenant: texts,
  extension: texts,
  'require-extension': texts,
  options: text,
  tools: text,
  retention: text,
  'webhook-loopback': flag,
  control: flag,
  'control-remote': flag,
  'virtual-clock': flag,
  seed: text,
  replay: text,
  speed: text,
  log: text,
  'keep-alive': text,
  'ping-interval': text,
  'ping-timeout': text,
  json: flag,
  version: flag,
  help: { ...flag, short: 'h' },
} as const;
type Values = ReturnType<typeof parsed>['values'];

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS });
  } catch (error) {
    // Its first sentence says which argument it is; the rest is advice for programmers.
    const [sentence = ''] = (error as Error).message.split('. ', 1);
    throw new UsageError(
      `${sentence}. Allowed: ${Object.keys(FLAGS)
        .map((name) => `--${name}`)
        .join(' ')}`,
    );
  }
}

const list = (values: string[] | undefined): string[] | undefined =>
  values?.flatMap((value) =>
    value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );

function oneOf<Value extends string>(flag: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new UsageError(`${flag}: expected one of ${allowed.join(', ')}; got ${JSON.stringify(value)}`);
  return found;
}

/** All quirks, each with a sentence. Loaded when asked for, with the rules: `--help` has to come at once. */
async function listed(): Promise<string> {
  const [{ QUIRKS }, { requirements }] = await Promise.all([import('./quirks.ts'), import('@agentproto/rules')]);
  return QUIRKS.map(({ name, breaks, fatal, forClients, says }) => {
    const what = breaks
      ? `breaks ${breaks}: ${says ?? requirements[breaks].statement}`
      : `${fatal ? 'fatal' : forClients ? 'for clients' : 'legal'}: ${says}`;
    return `${name}  ${what}\n`;
  }).join('');
}

function version(): string {
  const { version: own } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return own;
}

function portOf(what: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError(`${what}: expected a number from 0 to 65535; got ${JSON.stringify(value)}`);
}

function seedOf(value: string | undefined): number | undefined {
  if (value === undefined || /^\d{1,15}$/.test(value)) return value === undefined ? undefined : Number(value);
  throw new UsageError(`--seed: expected a whole number from 0; got ${JSON.stringify(value)}`);
}

function urlOf(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new UsageError(`--public-url: expected an http or https URL; got ${JSON.stringify(value)}`);
}

/** Starts a server by the command line and runs until it is told to stop. */
async function main(): Promise<void> {
  const command = await readCommand(process.argv.slice(2), process.env);
  if (typeof command === 'string') return void process.stdout.write(command);
  // Compiled once a machine, not once a start; where that cannot be kept, nothing happens.
  enableCompileCache();
  // Not before it is needed: help has to come at once.
  const server = command.replay
    ? await replayed(command.replay, command.options)
    : await (await import('./server.ts')).createReferenceServer(command.options);
  const { url, urls } = server;
  process.stdout.write(
    command.json
      ? `${JSON.stringify({ url, urls })}\n`
      : `Listening at ${url}\n${Object.entries(urls)
          .map(([id, at]) => `  ${id}  ${at}\n`)
          .join('')}`,
  );
  // Whoever starts a server often kills it.
  flushCompileCache();
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      void server.close();
    });
  }
}

async function replayed({ file, speed }: NonNullable<Command['replay']>, { host, port }: ServerOptions) {
  const { createReplayServer } = await import('./replay/index.ts');
  const server = await createReplayServer(file, { speed, host, port }).catch((error: NodeJS.ErrnoException) => {
    // What is wrong in it says where by itself.
    if (error.syscall !== 'open' && error.syscall !== 'read') throw error;
    throw new UsageError(`--replay: expected a recording that can be read; ${error.message}`);
  });
  return { url: server.url, urls: {}, close: server.close };
}

main().catch((error: unknown) => {
  const usage =
    error instanceof UsageError ||
    error instanceof ServerOptionsError ||
    (error instanceof Error && error.name === 'FixtureError');
  process.stderr.write(`agentproto-reference-server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = usage ? 2 : 1;
});
