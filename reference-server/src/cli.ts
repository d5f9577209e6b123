import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { PERSONAS } from './personas.ts';
import { PROTOCOL_IDS } from './protocol-ids.ts';
import { LOG_LEVELS, ServerOptionsError } from './server-options.ts';
import type { ServerOptions } from './server-options.ts';

const HELP = `agentproto-reference-server: a server of agent protocols that behaves, or misbehaves on demand

  --port N            where to listen; 0 (default): a free port
  --host HOST         default 127.0.0.1; any other than a loopback address needs --api-key or --insecure
  --protocol ID,ID    what to speak; default: all of ${PROTOCOL_IDS.join(', ')}
  --quirk NAME,NAME   break a rule, or be legal in an odd way; --quirk list names them all
  --persona NAME      behave as a server of others was seen to: ${Object.keys(PERSONAS).join(', ')}
  --api-key KEY       callers have to show it as "Authorization: Bearer KEY"; better: AGENTPROTO_API_KEY
  --insecure          listen on any host without a key
  --allow-origin LIST whose web pages may speak with it: origins, loopback (default), *
  --public-url URL    where agent cards say that the server is
  --push              declare A2A push notifications, and send them
  --webhook-loopback  webhooks may be on this machine; without it only public addresses are called
  --log LEVEL         one line a request on stderr: ${LOG_LEVELS.join(', ')}; default warn
  --json              print {"url": …, "urls": {…}} as the first line, once it listens
  --version, --help
`;

/** A command line that cannot be. */
class UsageError extends Error {}

type Persona = keyof typeof PERSONAS;

interface Command {
  options: ServerOptions;
  json: boolean;
}

/** What the arguments say; a text is to be printed instead of starting. Throws a UsageError. */
async function readCommand(args: string[], env: NodeJS.ProcessEnv): Promise<Command | string> {
  const { values } = parsed(args[0] === '--' ? args.slice(1) : args);
  if (values.help) return HELP;
  if (values.version) return `${version()}\n`;
  const quirks = list(values.quirk);
  if (quirks?.includes('list')) return listed();
  const persona = values.persona && oneOf('--persona', values.persona, Object.keys(PERSONAS) as Persona[]);
  const apiKey = values['api-key'] ?? env['AGENTPROTO_API_KEY'];
  return {
    json: values.json ?? false,
    options: {
      port: portOf(values.port ?? '0'),
      host: values.host,
      protocols: list(values.protocol)?.map((id) => oneOf('--protocol', id, PROTOCOL_IDS)),
      quirks: [...(persona ? PERSONAS[persona] : []), ...(quirks ?? [])],
      insecure: values.insecure,
      apiKey: apiKey || undefined,
      allowedOrigins: list(values['allow-origin']),
      publicUrl: values['public-url'] === undefined ? undefined : urlOf(values['public-url']),
      a2a: values.push ? { capabilities: { streaming: true, pushNotifications: true } } : undefined,
      webhooks: { loopback: values['webhook-loopback'] ?? false },
      log: oneOf('--log', values.log ?? 'warn', LOG_LEVELS),
    },
  };
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        port: text,
        host: text,
        protocol: texts,
        quirk: texts,
        persona: text,
        'api-key': text,
        insecure: flag,
        'allow-origin': texts,
        'public-url': text,
        push: flag,
        'webhook-loopback': flag,
        log: text,
        json: flag,
        version: flag,
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    // Its first sentence says which argument it is; the rest is advice for programmers.
    const [sentence = ''] = (error as Error).message.split('. ', 1);
    throw new UsageError(
      `${sentence}. Allowed: --port --host --protocol --quirk --persona --api-key --insecure --allow-origin --public-url --push --webhook-loopback --log --json --version --help`,
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

function portOf(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError(`--port: expected a number from 0 to 65535; got ${JSON.stringify(value)}`);
}

function urlOf(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new UsageError(`--public-url: expected an http or https URL; got ${JSON.stringify(value)}`);
}

/** Starts a server by the command line and runs until it is told to stop. */
async function main(): Promise<void> {
  const command = await readCommand(process.argv.slice(2), process.env);
  if (typeof command === 'string') return void process.stdout.write(command);
  // Not before it is needed: help has to come at once.
  const { createReferenceServer } = await import('./server.ts');
  const server = await createReferenceServer(command.options);
  const { url, urls } = server;
  process.stdout.write(
    command.json
      ? `${JSON.stringify({ url, urls })}\n`
      : `Listening at ${url}\n${Object.entries(urls)
          .map(([id, at]) => `  ${id}  ${at}\n`)
          .join('')}`,
  );
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      void server.close();
    });
  }
}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError || error instanceof ServerOptionsError;
  process.stderr.write(`agentproto-reference-server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = usage ? 2 : 1;
});
