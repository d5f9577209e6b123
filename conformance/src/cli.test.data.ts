import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command line as its users start it, and servers for it. */

export const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['--conditions=agentproto-source', CLI, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    timeout: 280_000,
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ ...ran, code })));
}

export async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The reference server as its users start it. */
export async function reference(...args: string[]): Promise<string> {
  const bin = fileURLToPath(new URL('../../reference-server/src/cli.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=agentproto-source', bin, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
  });
  onTestFinished(() => void child.kill());
  for await (const line of createInterface(child.stdout)) return (JSON.parse(line) as { url: string }).url;
  throw new Error('the reference server did not start');
}

export async function deadPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'agentproto-cli-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}
