import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PERSONAS, QUIRKS, SYSTEMS } from './quirks.ts';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

function start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=agentproto-source', CLI, ...args], {
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function run(...args: string[]) {
  const child = start(args);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

describe('usage', () => {
  test('--help says every flag, --quirk list every quirk', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const flag of [
      'port',
      'host',
      'protocol',
      'quirk',
      'api-key',
      'insecure',
      'allow-origin',
      'public-url',
      'identity',
      'trust-forwarded',
      'push',
      'tenant',
      'extension',
      'require-extension',
      'options',
      'webhook-loopback',
      'control',
      'control-remote',
      'virtual-clock',
      'seed',
      'log',
      'json',
    ])
      expect(help.out).toContain(`--${flag}`);
    const quirks = await run('--', '--quirk', 'list');
    const lines = quirks.out.trim().split('\n');
    expect(lines).toHaveLength(QUIRKS.length);
    for (const [index, { name, breaks }] of QUIRKS.entries()) {
      expect(lines[index]).toContain(`${name}  ${breaks ? `breaks ${breaks}: ` : ''}`);
      expect(lines[index]).toMatch(/: \S.{10,}$/);
    }
  });

  test('--persona list names each that can be said', async () => {
    const { code, out } = await run('--persona', 'list');
    expect([code, out.trim().split('\n')]).toEqual([0, [...Object.keys(PERSONAS), ...SYSTEMS]]);
  });

  test('--version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('--help loads no server', async () => {
    const loaded: string[] = [];
    const child = start(['--help'], { NODE_DEBUG: 'esm,module' });
    child.stderr?.on('data', (chunk) => loaded.push(String(chunk)));
    await once(child, 'close');
    const files = loaded.join('').matchAll(/Translating \w+ file:\S+\/([\w-]+)\.[jt]s/g);
    expect(new Set([...files].map(([, name]) => name))).toEqual(
      new Set(['cli', 'personas', 'protocol-ids', 'server-options', 'options-error']),
    );
  });

  test.each([
    [['--foo'], /^agentproto-reference-server: Unknown option '--foo'\. Allowed: --port .*--help\n$/],
    [['extra'], /Unexpected argument 'extra'\. Allowed: /],
    [['--port'], /'--port <value>' argument missing\. Allowed: /],
    [['--port', 'x'], /--port: expected a number from 0 to 65535; got "x"\n$/],
    [['--protocol', 'a2a@1.0,b'], /--protocol: expected one of a2a@1\.0, .+; got "b"\n$/],
    [
      ['--quirk', 'a2a.stream.goes-on-after-end'],
      /there is no quirk "a2a.stream.goes-on-after-end"; did you mean a2a\.stream\.goes-on-after-the-end[^\n]*\?\n$/,
    ],
    [['--quirk', 'nope'], /: there is no quirk "nope"\n$/],
    [['--persona', 'nobody'], /--persona: expected one of a2akit-like, .+; got "nobody"\n$/],
    [['--replay', '/nowhere.yaml'], /--replay: expected a recording that can be read; ENOENT: .*nowhere\.yaml/],
    [['--seed', 'seven'], /--seed: expected a whole number from 0; got "seven"\n$/],
    [['--log', 'loud'], /--log: expected one of error, warn, info, debug, silent; got "loud"\n$/],
    [['--public-url', 'ftp://x'], /--public-url: expected an http or https URL; got "ftp:\/\/x"\n$/],
    [['--host', '0.0.0.0'], /host: 0\.0\.0\.0 can be reached from outside/],
  ])('%j is one sentence and exit 2', async (args, sentence) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

test.each([['SIGTERM'], ['SIGINT']] as const)(
  'with --json the first line says where it is; %s ends it cleanly',
  async (signal) => {
    const child = start(['--port', '0', '--json', '--log', 'info', '--quirk', 'a2a.card.no-etag'], {
      AGENTPROTO_API_KEY: 'hush',
    });
    let err = '';
    child.stderr?.on('data', (chunk) => (err += String(chunk)));
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    const { url, urls } = JSON.parse(line) as { url: string; urls: Record<string, string> };
    expect(urls).toMatchObject({ 'a2a@1.0': `${url}/a2a/1.0` });
    expect((await fetch(`${url}/.well-known/agent-card.json`)).headers.get('etag')).toBeNull();
    const rejected = await fetch(`${urls['a2a@1.0']}/tasks?secret=hush`, { headers: { authorization: 'Bearer hus' } });
    expect(rejected.status).toBe(401);
    const stream = await fetch(`${urls['a2a@1.0']}/message:stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0', authorization: 'Bearer hush' },
      body: JSON.stringify({ message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: '@hold' }] } }),
    });
    expect(stream.status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    const lines = err
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as { method?: string; path?: string; status?: number });
    expect(lines.filter(({ method }) => method)).toMatchObject([
      { method: 'GET', path: '/.well-known/agent-card.json', status: 200 },
      { method: 'GET', path: '/a2a/1.0/tasks', status: 401 },
      { method: 'POST', path: '/a2a/1.0/message:stream', status: 200 },
    ]);
    expect(err).not.toMatch(/hus/);
  },
);

describe('options', () => {
  test('come from a file and from flags, which win', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agentproto-cli-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'options.json');
    await writeFile(
      file,
      JSON.stringify({ protocols: ['a2a@1.0'], a2a: { card: { name: 'From a file' }, tenants: ['north'] } }),
    );
    const flags = ['--tenant', 'south', '--extension', 'urn:a', '--require-extension', 'urn:b', '--push'];
    const child = start(['--json', '--options', file, '--identity', 'ann=k1', '--identity', 'bob=k2', ...flags]);
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    const { url, urls } = JSON.parse(line) as { url: string; urls: Record<string, string> };
    expect(Object.keys(urls)).toEqual(['a2a@1.0']);
    const card: unknown = await (await fetch(`${url}/.well-known/agent-card.json`)).json();
    expect(card).toMatchObject({
      name: 'From a file',
      supportedInterfaces: [{ tenant: 'south' }, { tenant: 'south' }],
      capabilities: {
        streaming: true,
        pushNotifications: true,
        extensions: [
          { uri: 'urn:a', required: false },
          { uri: 'urn:b', required: true },
        ],
      },
    });
    const ask = async (key: string, extensions: string) => {
      const headers = { authorization: `Bearer ${key}`, 'a2a-version': '1.0', 'a2a-extensions': extensions };
      const response = await fetch(`${urls['a2a@1.0']}/tasks?tenant=south`, { headers });
      return [response.status, response.headers.get('a2a-extensions')];
    };
    expect(await ask('k1', 'urn:b')).toEqual([200, 'urn:b']);
    expect(await ask('k2', 'urn:a,urn:b')).toEqual([200, 'urn:a, urn:b']);
    expect(await ask('k2', 'urn:a')).toEqual([400, null]);
    expect(await ask('k3', 'urn:b')).toEqual([401, null]);
  });

  test('serve agents of WayFlow by id, with a key, a registry of tools and a time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agentproto-cli-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [options, tools] = [join(folder, 'agents.json'), join(folder, 'tools.mjs')];
    const steps = [{ tool: { by: 'server', calls: [{ name: 'tell', args: { what: 'a word' } }] } }, { text: 'told' }];
    await writeFile(
      options,
      JSON.stringify({ responses: { models: { teller: { script: { steps } }, 'my-agent': {} } } }),
    );
    await writeFile(tools, "export const tools = { tell: ({ what }) => console.error('was told', what) };");
    const flags = ['--api-key', 'sesame', '--tools', tools, '--retention', '1h', '--protocol', 'responses@wayflow'];
    const child = start(['--json', '--options', options, ...flags]);
    let err = '';
    child.stderr!.on('data', (chunk) => (err += String(chunk)));
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    const url = (JSON.parse(line) as { urls: Record<string, string> }).urls['responses@wayflow']!;
    const ask = async (path: string, key: string, body?: object) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const response = await fetch(url + path, { method: body ? 'POST' : 'GET', headers, body: JSON.stringify(body) });
      return [response.status, await response.json()];
    };
    expect(await ask('/models', 'wrong')).toEqual([401, { detail: 'Missing or invalid bearer token' }]);
    expect(await ask('/models', 'sesame')).toMatchObject([200, { data: [{ id: 'teller' }, { id: 'my-agent' }] }]);
    // What it ran is not told; that it ran it is.
    expect(await ask('/responses', 'sesame', { model: 'teller', input: 'Hi' })).toMatchObject([
      200,
      { output: [{ type: 'message', content: [{ text: 'told' }] }] },
    ]);
    await expect.poll(() => err).toContain('was told a word');
    expect(await ask('/responses', 'sesame', { input: 'Hi' })).toEqual([
      404,
      { detail: "No agent specified. Please specify an agent. Agents available: ['teller', 'my-agent']" },
    ]);
  });

  test.each([
    [['--options', '/nowhere.json'], /--options: expected a file of JSON; ENOENT/],
    [['--identity', 'secret'], /--identity: expected NAME=KEY\n/],
    [['--tools', '/nowhere.mjs'], /--tools: expected a module; /],
    [['--tools', 'data:text/javascript,'], /--tools: expected a module; /],
    [['--retention', '3 weeks'], /--retention: expected a time such as 90s, 30m or 2h; got "3 weeks"/],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

/** Where a server that was started says that it is. */
async function listening(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ url: string; urls: Record<string, string> }> {
  const child = start(['--json', ...args], env);
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as never;
  throw new Error('it ended without a word');
}

const setUpAt = async (url: string) =>
  ((await (await fetch(`${url}/.well-known/agentproto.json`)).json()) as { setUp: Record<string, object> }).setUp;

describe('the environment', () => {
  test('says what no flag says', async () => {
    const { url } = await listening([], {
      PORT: '0',
      LOG_LEVEL: 'warning',
      WS_PING_INTERVAL: 'none',
      KEEP_ALIVE: '0.2',
    });
    expect((await setUpAt(url))['chat@docs']).toMatchObject({ pingMs: null, pongMs: 20_000 });
    const { headers } = await fetch(`${url}/health`);
    expect(headers.get('keep-alive') ?? 'timeout=0').toMatch(/^timeout=[01]$/);
    const flagged = await listening(['--ping-interval', '3'], { WS_PING_INTERVAL: '9', WS_PING_TIMEOUT: '4' });
    expect((await setUpAt(flagged.url))['chat@docs']).toMatchObject({ pingMs: 3_000, pongMs: 4_000 });
  });

  test.each([
    [{ PORT: 'web' }, 'PORT: expected a number from 0 to 65535; got "web"'],
    [{ KEEP_ALIVE: '-1' }, 'KEEP_ALIVE: expected seconds, from more than 0 to 86400; got "-1"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected one of error, warn'],
  ])('%j is refused', async (env, sentence) => {
    const child = start([], env);
    let err = '';
    child.stderr?.on('data', (chunk) => (err += String(chunk)));
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(err).toContain(sentence);
  });
});

test('the persona dcaf-2.1 speaks its revision of chat alone, with all that DCAF can switch on', async () => {
  const { urls } = await listening(['--persona', 'dcaf-2.1']);
  expect(Object.keys(urls)).toEqual(['chat@dcaf-2.1']);
  const get = async (path: string) => (await fetch(urls['chat@dcaf-2.1']! + path)).json();
  expect(await get('/health')).toEqual({ status: 'healthy' });
  expect(await get('/.well-known/agent.json')).toMatchObject({ metadata: { framework: 'dcaf' } });
});

test.each([
  ['wayflow-responses@26.3', 'responses@wayflow'],
  ['open-agent@0.7', 'open-agent@0.7'],
])('the persona %s speaks its own protocol', async (persona, protocol) => {
  const { urls } = await listening(['--persona', persona]);
  expect(Object.keys(urls)).toEqual([protocol]);
});

test('--seed says which requests have a fault of some', async () => {
  const drawn = async (seed: string) => {
    const { url } = await listening(['--control', '--seed', seed]);
    await fetch(`${url}/__agentproto/failures`, { method: 'POST', body: '{"status": 503, "rate": 0.5}' });
    const statuses: number[] = [];
    for (let count = 0; count < 20; count += 1) statuses.push((await fetch(`${url}/health`)).status);
    return statuses;
  };
  const seven = await drawn('7');
  expect(new Set(seven)).toEqual(new Set([200, 503]));
  expect(await drawn('7')).toEqual(seven);
  expect(await drawn('8')).not.toEqual(seven);
});

test('--persona NAME is a whole server, of one protocol', async () => {
  const { url, urls } = await listening(['--persona', 'fasta2a@0.2']);
  expect(Object.keys(urls)).toEqual(['a2a@0.1']);
  const card: unknown = await (await fetch(`${url}/.well-known/agent.json`)).json();
  expect(card).toMatchObject({ name: 'Agent', authentication: { schemes: [] } });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
  expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
});
