import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Place {
  cwd?: string;
  /** Added to our own. */
  env?: Record<string, string>;
}

export interface Command extends Place {
  file: string;
  args: string[];
}

export interface Finished {
  /** 0 when it went well; null when a signal or the time limit ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A server that was started as a process of its own. */
export interface Serving extends AsyncDisposable {
  url: string;
  version: string;
  /** Whether it still runs. */
  readonly alive: boolean;
  /** The end of what it wrote to standard error. */
  readonly log: string;
}

const STARTING_MS = 300_000;
const STOPPING_MS = 3_000;
/** Enough for a stack trace; a server may write far more. */
const LOG_CHARS = 4_000;

/** Runs a command to its end. */
export async function finish({ file, args, cwd, env }: Command, timeoutMs: number): Promise<Finished> {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  } catch (error) {
    return { code: null, stdout, stderr: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a server that prints a line `{ "url", "version" }` once it listens, and ends when its standard input does. */
export async function serve({ file, args, cwd, env }: Command): Promise<Serving> {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-LOG_CHARS)));
  const timer = setTimeout(() => child.kill('SIGKILL'), STARTING_MS);
  const failed = once(child, 'close').then(
    () => new Error(`${file} ${args.join(' ')}: expected a server, and it ended:\n${log}`),
    (error: Error) => error,
  );
  const lines = createInterface({ input: child.stdout });
  // Libraries print what they miss before that.
  const said = new Promise<string>((resolve) => lines.on('line', (line) => line.startsWith('{') && resolve(line)));
  const first = await Promise.race([said, failed]);
  clearTimeout(timer);
  if (first instanceof Error) throw first;
  const { url, version } = JSON.parse(first) as { url: string; version: string };
  return {
    url,
    version,
    get alive() {
      return isAlive(child);
    },
    get log() {
      return log;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPING_MS);
  const closed = once(child, 'close');
  child.stdin?.end();
  child.kill('SIGTERM');
  await closed;
  clearTimeout(timer);
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
