import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('parallel.test.data.ts', import.meta.url));

interface Left {
  cases: number;
  errors: string[];
  /** After each two hundred. */
  rounds: { resources: Record<string, number>; heapBytes: number }[];
  after: Record<string, number>;
}

test('200 tests side by side on one double, five times over, leave no socket, no timer and no memory', async () => {
  const args = ['--expose-gc', '--conditions=agentproto-source', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 290_000 });
  const { cases, errors, rounds, after } = JSON.parse(stdout) as Left;
  expect(cases).toBe(1_000);
  expect(errors).toEqual([]);
  // The double listens, and so does what takes its webhooks.
  for (const { resources } of rounds) expect(resources).toEqual({ TCPServerWrap: 2 });
  // Six hundred tests; if only their requests stayed it would be half as much again.
  expect(rounds.at(-1)!.heapBytes - rounds[1]!.heapBytes).toBeLessThan(1_000_000);
  expect(after).toEqual({});
});
