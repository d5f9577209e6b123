import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { run } from '../cli.test.data.ts';
import { UsageError } from '../kit/usage-error.ts';
import type { Report } from '../report/model.ts';
import { client } from './client.ts';

/** The command `client` as its users start it, and clients for it. */

/** Programs as their users would give them to the suite. */
export const program = (name: string, ...args: string[]) => [
  '--',
  process.execPath,
  '--conditions=agentproto-source',
  fileURLToPath(new URL(`clients/${name}.test.data.ts`, import.meta.url)),
  ...args,
];
export const script = (text: string) => ['--', process.execPath, '--input-type=module', '-e', text];

export async function judged(...args: string[]) {
  const { code, out, err } = await run(['client', '--report', 'json=-', ...args]);
  const report = JSON.parse(out === '' ? '{}' : out) as Report;
  const of = (verdict: string) =>
    (report.requirements ?? []).filter((row) => row.verdict === verdict).map(({ id }) => id.slice('A2A10-'.length));
  return { code, err, report, passed: of('pass'), red: [...of('violation'), ...of('warning')] };
}

/** Why the command takes none of this, told to whoever calls it; of these errors the command line makes exit code 2. */
export async function refused(...args: string[]): Promise<string> {
  const error: unknown = await client(args, { name: 'agentproto-conformance', version: '0' }).catch(
    (one: unknown) => one,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

export async function ownFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'agentproto-client-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}
