import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, onTestFinished, test } from 'vitest';

const FILE = new URL('house-rules.scenario.ts', import.meta.url).pathname;
const CLI = new URL('../../../conformance/src/cli.ts', import.meta.url).pathname;

/** Runs the command on the scenarios of this folder, as its users do. */
async function verdicts(
  url: string,
  ...more: string[]
): Promise<{ code: number | null; rows: Record<string, string[]>; text: string }> {
  const args = [
    '--target',
    url,
    '--scenarios',
    FILE,
    '--only',
    'ACME-*,A2A10-CARD-001',
    '--report',
    'json=-',
    '--quiet',
    ...more,
  ];
  const child = spawn(process.execPath, ['--conditions=agentproto-source', CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const start = text.indexOf('{');
  if (start < 0) throw new Error(`no report: ${text}${errors}`);
  const { requirements } = JSON.parse(text.slice(start)) as {
    requirements: { id: string; bindings: Record<string, { verdict: string }> }[];
  };
  const own = requirements.filter(({ id }) => id.startsWith('ACME-'));
  return {
    code,
    text,
    rows: Object.fromEntries(own.map(({ id, bindings }) => [id, Object.values(bindings).map((one) => one.verdict)])),
  };
}

/** Each starts the command from its sources. */
const timeout = 60_000;

test('a server that keeps the rules of the house', { timeout }, async () => {
  const server = await createReferenceServer({ protocols: ['a2a@1.0'] });
  onTestFinished(() => server.close());
  const { code, rows } = await verdicts(server.url);
  expect(rows).toEqual({ 'ACME-SPEED-001': ['pass'], 'ACME-ANSWER-001': ['pass', 'pass'] });
  expect(code).toBe(0);
});

test('an agent that says nothing breaks one of them, over both bindings', { timeout }, async () => {
  const server = await createReferenceServer({ protocols: ['a2a@1.0'], agent: () => ({ steps: [] }) });
  onTestFinished(() => server.close());
  const { code, rows, text } = await verdicts(server.url);
  expect(rows).toEqual({ 'ACME-SPEED-001': ['pass'], 'ACME-ANSWER-001': ['violation', 'violation'] });
  expect(text).toContain('An agent that is asked something says something');
  expect(code).toBe(1);
  // A baseline may name them as it names ours.
  const folder = await mkdtemp(join(tmpdir(), 'baseline-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'baseline.yaml');
  await writeFile(file, '- id: ACME-ANSWER-001\n  reason: It is to learn to speak.\n');
  expect((await verdicts(server.url, '--baseline', file)).code).toBe(0);
});
