import { type Command, finish } from './child.ts';
import type { Exercised, Step } from './result.ts';

const LIMIT_MS = 120_000;

/**
 * Runs a client of others, which writes a line `{ "step", "ok", "saw" }` for each step.
 * @param wanted the steps that it has to tell of: one that is missing has failed.
 */
export async function exerciseTheirs(command: Command, binding: string, wanted: readonly string[]): Promise<Exercised> {
  const { code, stdout, stderr } = await finish(command, LIMIT_MS);
  const told = readSteps(stdout);
  const why = `not told of; the client ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  const missing = wanted.filter((name) => !told.some((step) => step.name === name));
  return {
    binding,
    steps: [...told, ...missing.map((name): Step => ({ name, result: 'failed', saw: why }))],
    deviations: [],
  };
}

/** Lines that are not JSON are what a library has to say. */
export function readSteps(stdout: string): Step[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { step, ok, saw } = JSON.parse(line) as { step: string; ok: boolean; saw: string };
      return { name: step, result: ok ? 'ok' : 'failed', saw };
    });
}
