import { spawn } from 'node:child_process';
import { unwatchFile, watchFile } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildReport } from '../report/build.ts';
import { compare } from '../report/compare.ts';
import { readRunFile } from '../run-file.ts';
import { asText } from './diff.ts';

export interface Watched {
  /** Of the run, without `--watch`. */
  args: readonly string[];
  targets: readonly URL[];
  /** Files that a run depends on: when one changes, it goes again. */
  files: readonly string[];
  signal: AbortSignal;
  write: (text: string) => void;
}

/** How often is looked, in milliseconds. */
const EVERY_MS = 250;
/** Two connections that lived as long as each other, but for this much, ended for the same reason. */
const SAME_MS = 500;

/**
 * Runs again whenever the target has been away and is back, or a file has changed, and tells what is different. Each run is a
 * process of its own, so that files are read anew. Resolves when `signal` aborts, with the exit code of the last run.
 */
export async function watchRuns({ args, targets, files, signal, write }: Watched): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-watch-'));
  const held = targets.map((url) => new Target(url));
  const [before, now] = [join(folder, 'before.ndjson'), join(folder, 'now.ndjson')];
  try {
    let code = await runOnce([...args, '--report', `run=${now}`], signal);
    for (;;) {
      write(`\nwatching ${targets.map(({ href }) => href).join(', ')}; a restart or a changed file plays again\n`);
      const why = await changed(held, files, signal);
      if (why === undefined) return code;
      write(`\n${why}\n`);
      await rename(now, before).catch(() => {});
      code = await runOnce([...args, '--quiet', '--report', `run=${now}`], signal);
      if (!signal.aborted) write(await difference(before, now));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function difference(before: string, now: string): Promise<string> {
  try {
    const [old, fresh] = [await readRunFile(before), await readRunFile(now)];
    return asText(compare(buildReport(old, old.scoring), buildReport(fresh, fresh.scoring)));
  } catch (error) {
    // One of the two has no log, or was judged by other rules: there is nothing to compare with.
    return `${error instanceof Error ? error.message : String(error)}\n`;
  }
}

async function runOnce(args: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], { stdio: 'inherit' });
  const stop = () => void child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  const code = await new Promise<number | null>((resolve) => child.on('error', () => resolve(5)).on('close', resolve));
  signal.removeEventListener('abort', stop);
  return code ?? 5;
}

/** Resolves to a sentence that says what happened; to undefined when `signal` aborts. */
async function changed(
  targets: readonly Target[],
  files: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  let file: string | undefined;
  for (const one of files) watchFile(one, { interval: EVERY_MS, persistent: false }, () => (file = one));
  for (const target of targets) target.hold();
  try {
    while (!signal.aborted) {
      const back = targets.find((target) => target.isBack);
      if (back) return `${back.url.href} is back`;
      if (file !== undefined) return `${file} has changed`;
      await wait(EVERY_MS, undefined, { signal }).catch(() => {});
    }
    return undefined;
  } finally {
    for (const one of files) unwatchFile(one);
    for (const target of targets) target.letGo();
  }
}

/**
 * Holds a connection to a target, which ends when the target does. A server also ends one that is idle for too long: it may be
 * taken for a restart once, and is known by its time after that.
 */
export class Target {
  readonly url: URL;
  isBack = false;
  #socket: Socket | undefined;
  #wasAway = false;
  #idleMs: number | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(url: URL) {
    this.url = url;
  }

  hold(): void {
    this.isBack = this.#wasAway = false;
    this.#connect(undefined);
  }

  letGo(): void {
    clearTimeout(this.#retry);
    this.#socket
      ?.removeAllListeners()
      .on('error', () => {})
      .destroy();
  }

  /** `livedMs`: how long the connection before lived, which has just ended. */
  #connect(livedMs: number | undefined): void {
    const { hostname, port, protocol } = this.url;
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
    });
    this.#socket = socket;
    let since: number | undefined;
    socket.on('connect', () => {
      since = performance.now();
      const isIdle = livedMs !== undefined && Math.abs(livedMs - (this.#idleMs ?? Infinity)) < SAME_MS + livedMs / 10;
      if (this.#wasAway || (livedMs !== undefined && !isIdle)) this.isBack = true;
      if (!this.#wasAway) this.#idleMs = livedMs ?? this.#idleMs;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (since === undefined) this.#wasAway = true;
      const lived = since === undefined ? undefined : performance.now() - since;
      this.#retry = setTimeout(() => this.#connect(lived), (lived ?? 0) < EVERY_MS ? EVERY_MS : 0);
    });
    socket.resume();
  }
}
