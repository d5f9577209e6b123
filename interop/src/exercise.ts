import type { Exercised, Step } from './result.ts';

/** A step that hangs is told in the end; a machine that is busy takes long over everything. */
const STEP_MS = 120_000;

/** Thrown by a step that this agent does not offer; the message says by which declaration. */
export class NotOffered extends Error {}

/** Plays named steps one after another; each gives what it saw, or throws. A step that hangs has failed. */
export class Exercise {
  readonly #binding: string;
  readonly #steps: Step[] = [];
  readonly #deviations = new Set<string>();

  constructor(binding: string) {
    this.#binding = binding;
  }

  readonly onDeviation = ({ kind }: { kind: string }): void => void this.#deviations.add(kind);

  async step(name: string, play: (signal: AbortSignal) => Promise<string>): Promise<void> {
    try {
      this.#steps.push({ name, result: 'ok', saw: await play(AbortSignal.timeout(STEP_MS)) });
    } catch (error) {
      const result = error instanceof NotOffered ? 'not offered' : 'failed';
      this.#steps.push({ name, result, saw: sentence(error) });
    }
  }

  result(): Exercised {
    return { binding: this.#binding, steps: this.#steps, deviations: [...this.#deviations].sort() };
  }
}

/** @throws Error that says what was expected and what came. */
export function expect(what: string, expected: unknown, actual: unknown): void {
  if (actual !== expected) throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}

/** Waits; rejects when `signal` says so. Unlike Node's own, it is there in browsers. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Leaves a stream at its first event, or a little later where none comes: reading on has to throw. */
export async function aborted(stream: AsyncIterable<unknown>, leaving: AbortController): Promise<string> {
  const timer = setTimeout(() => leaving.abort(), 300);
  try {
    for await (const _ of stream) leaving.abort();
  } catch (error) {
    expect('code', 'ABORTED', (error as { code?: string }).code);
    return 'ABORTED';
  } finally {
    clearTimeout(timer);
  }
  throw new Error('expected ABORTED, and the stream came to its end');
}

/** An error in a line, without ids and ports, which differ from run to run. */
function sentence(error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const stable = message
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'ID');
  return `${code && error instanceof Error ? `${code}: ` : ''}${stable.split('\n')[0]!.slice(0, 300)}`;
}
