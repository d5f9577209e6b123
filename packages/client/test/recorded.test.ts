/** Servers that we did not write: what they said is recorded, judged, and said again. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { A2AClient } from '@agentproto/client/a2a';
import { createReplayServer, type ReplayServer } from '@agentproto/reference-server/replay';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { a2aJsServer } from './a2a-js-server.ts';

const CLI = fileURLToPath(new URL('../../../conformance/src/cli.ts', import.meta.url));

async function suite(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--conditions=agentproto-source', CLI, ...args], {
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 280_000,
  });
  const ran = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code })));
}

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'agentproto-recorded-'))));
afterAll(() => rm(folder, { recursive: true }));

/** What a client of no library sends, and all that comes back. */
interface Call {
  method?: string;
  path: string;
  body?: object;
}

const CLIENT = `
const seen = [];
const { AGENTPROTO_URL: url, CALLS: calls, OUT: out } = process.env;
for (const { path, method = 'POST', body } of JSON.parse(calls)) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0', accept: 'application/json, text/event-stream' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const headers = [...answer.headers].filter(([name]) => !/^(connection|keep-alive|transfer-encoding)$/.test(name));
  seen.push({ status: answer.status, headers, bytes: bytes.toString('latin1').replaceAll(new URL(url).origin, 'ORIGIN') });
}
(await import('node:fs')).writeFileSync(out, JSON.stringify(seen));
`;

async function called(url: string, calls: readonly Call[]): Promise<unknown> {
  const out = join(folder, `seen-${Math.random()}.json`);
  const child = spawn(process.execPath, ['--input-type=module', '-e', CLIENT], {
    env: { ...process.env, AGENTPROTO_URL: url, CALLS: JSON.stringify(calls), OUT: out },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(await readFile(out, 'utf8'));
}

/** Records the calls, and says what the client got meanwhile. */
async function recorded(
  name: string,
  target: string,
  calls: readonly Call[],
): Promise<{ file: string; seen: unknown }> {
  const file = join(folder, `${name}.yaml`);
  const out = join(folder, `${name}.json`);
  const [program, ...args] = [process.execPath, '--input-type=module', '-e', CLIENT];
  process.env['CALLS'] = JSON.stringify(calls);
  process.env['OUT'] = out;
  const { code, err } = await suite('record', '--target', target, file, '--', program, ...args);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`${calls.length} exchanges`) as string });
  return { file, seen: JSON.parse(await readFile(out, 'utf8')) };
}

async function replayed(file: string): Promise<ReplayServer> {
  const server = await createReplayServer(file, { speed: Infinity });
  onTestFinished(() => server.close());
  return server;
}

const rpc = (method: string, id: number) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: {
    message: {
      messageId: `m${id}`,
      role: 'ROLE_USER',
      parts: [{ text: 'go' }],
    },
  },
});

describe('the official A2A server', () => {
  const calls: Call[] = [
    { method: 'GET', path: '/.well-known/agent-card.json' },
    { path: '/a2a/jsonrpc', body: rpc('SendMessage', 1) },
    { path: '/a2a/jsonrpc', body: rpc('SendStreamingMessage', 2) },
    { path: '/a2a/jsonrpc', body: rpc('NoSuchMethod', 3) },
    { method: 'GET', path: '/nowhere' },
  ];
  let file: string;
  let seen: unknown;
  beforeAll(async () => {
    // It logs every refusal.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await using server = await a2aJsServer();
    const card = (await (await fetch(`${server.url}/.well-known/agent-card.json`)).json()) as {
      supportedInterfaces: { url: string; protocolBinding: string }[];
    };
    const { url } = card.supportedInterfaces.find(({ protocolBinding }) => protocolBinding === 'JSONRPC')!;
    for (const call of calls) if (call.path === '/a2a/jsonrpc') call.path = new URL(url).pathname;
    ({ file, seen } = await recorded('a2a-js', server.url, calls));
  });

  test('is said again, byte for byte', async () => {
    const server = await replayed(file);
    expect(await called(server.url, calls)).toEqual(seen);
    expect([server.unmatched, server.unplayed]).toEqual([[], []]);
    expect(JSON.stringify(seen)).toMatch(/text\/event-stream.*TASK_STATE_COMPLETED/);
  });

  test('serves our client, whose ids and addresses are others', async () => {
    const server = await replayed(file);
    const client = await A2AClient.connect(server.url, { binding: 'JSONRPC' });
    onTestFinished(() => client[Symbol.asyncDispose]());
    expect(client.interface.url).toContain(server.url);
    expect((await client.send({ text: 'go' })).task?.status.state).toBe('TASK_STATE_COMPLETED');
    const events = await Array.fromAsync(client.stream({ text: 'go' }));
    expect(events.length).toBeGreaterThan(2);
  });

  test('is judged from the recording, which can be edited', async () => {
    expect(await suite('check', file)).toMatchObject({ code: 0, out: expect.stringContaining('conforms') as string });
    const bad = join(folder, 'edited.yaml');
    await writeFile(bad, (await readFile(file, 'utf8')).replaceAll('TASK_STATE_COMPLETED', 'completed'));
    const { code, out } = await suite('check', bad, '--report', 'json=-');
    expect(code).toBe(1);
    expect(redsIn(out)).toEqual(['A2A10-DM-002']);
  });
});

describe('aimock', () => {
  const create = (more: object = {}) => ({ model: 'gpt-4o', input: 'hello', ...more });
  const calls: Call[] = [
    { path: '/v1/responses', body: create() },
    { path: '/v1/responses', body: create({ stream: true }) },
    {
      path: '/v1/chat/completions',
      body: { model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'hello' }] },
    },
    { path: '/v1/responses', body: create({ input: 'unknown' }) },
  ];

  test('is said again, byte for byte, and judged', async () => {
    const mock = new LLMock({ port: 0, logLevel: 'silent', strict: true });
    onTestFinished(() => mock.stop());
    mock.onMessage('hello', { content: 'Hi there, this is a text of some length: ä ö ü!' });
    const { file, seen } = await recorded('aimock', await mock.start(), calls);
    const server = await replayed(file);
    expect(await called(server.url, calls)).toEqual(seen);
    expect([server.unmatched, server.unplayed]).toEqual([[], []]);
    expect(JSON.stringify(seen)).toMatch(/response\.completed.*chat\.completion\.chunk/);

    const cut = join(folder, 'cut.yaml');
    await writeFile(
      cut,
      (await readFile(file, 'utf8')).replaceAll('"type":"response.completed"', '"type":"x:completed"'),
    );
    const { out } = await suite('check', cut, '--report', 'json=-');
    const whole = await suite('check', file, '--report', 'json=-');
    expect(redsIn(out)).toEqual(expect.arrayContaining(['RESP-STREAM-004']));
    expect(redsIn(whole.out)).not.toContain('RESP-STREAM-004');
  });
});

function redsIn(report: string): string[] {
  const { requirements } = JSON.parse(report) as { requirements: { id: string; verdict: string }[] };
  return requirements.filter(({ verdict }) => verdict === 'violation' || verdict === 'warning').map(({ id }) => id);
}
