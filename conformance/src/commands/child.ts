import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { childGuard } from './child-guard.ts';
import { endMarked, MARK } from './leftovers.ts';
import { UsageError } from '../kit/usage-error.ts';

export type ChildStream = 'stdout' | 'stderr';

export interface ChildOptions {
  /** Added to the environment that it inherits. */
  env: Record<string, string>;
  /** How long it may run, in milliseconds. */
  timeoutMs: number;
  /** An abort ends it. */
  signal: AbortSignal;
  /** Told all that it writes. */
  onOutput?: ((text: string, stream: ChildStream) => void) | undefined;
}

export interface ChildEnd {
  /** A sentence where it did not end well: what it did instead. */
  fault?: string;
  /** Where it ended by itself, and not with 0. */
  exitCode?: number;
}

/** For what it has written and is yet to be read. */
const GRACE_MS = 2_000;
const isWindows = process.platform === 'win32';

/**
 * Runs a command without a shell, in a process group of its own, of which nothing is left when this resolves; on Linux
 * nothing of what has left that group either.
 * @throws UsageError when it cannot be started.
 */
export function runChild([file = '', ...args]: readonly string[], options: ChildOptions): Promise<ChildEnd> {
  const { env, timeoutMs, signal, onOutput } = options;
  const mark = randomUUID();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...process.env, ...env, [MARK]: mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: !isWindows,
      windowsHide: true,
    });
    let fault: string | undefined;
    const kill = () => {
      if (child.pid === undefined) return;
      try {
        if (isWindows) child.kill('SIGKILL');
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone.
      }
    };
    const killAll = () => {
      kill();
      if (child.pid !== undefined) endMarked(`${MARK}=${mark}`);
    };
    const end = (why: string) => {
      fault ??= why;
      kill();
    };
    const timer = setTimeout(() => end(`did not end within ${timeoutMs / 1_000} s`), timeoutMs);
    const abort = () => end('was interrupted');
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    process.once('exit', killAll);
    const guard = isWindows || child.pid === undefined ? undefined : childGuard();
    guard?.add(child.pid!, `${MARK}=${mark}`);
    let grace: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      process.off('exit', killAll);
      if (child.pid !== undefined) guard?.remove(child.pid);
    };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => onOutput?.(text, name));
    child.once('error', (error) => {
      settle();
      reject(new UsageError(`${file} could not be started: ${error.message}`));
    });
    // What it leaves behind holds its output open: that goes first. What cannot be found lives on, and is not waited for.
    child.once('exit', () => {
      killAll();
      grace = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    });
    child.once('close', (code, killedBy) => {
      settle();
      // What kept it from its own end is the fault, and not the code that came of it.
      const own = fault === undefined && !killedBy && code !== null && code !== 0 ? { exitCode: code } : {};
      if (code !== 0) fault ??= killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
      resolve({ ...own, ...(fault !== undefined && { fault }) });
    });
  });
}
