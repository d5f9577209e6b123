import { open, stat } from 'node:fs/promises';
import type { Exchange } from '@agentproto/recording';
import { createFixtureFormat, formatFixtureHeader, type Chunk } from '@agentproto/recording/fixture';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { fixtureOf } from '../recorder/fixtures.ts';
import { RecordingProxy } from '../recorder/recording-proxy.ts';
import { count } from '../report/text.ts';
import { runChild } from './child.ts';
import { parseDuration, parseFlags, parseInteger } from './flags.ts';
import { prepareFile } from './outputs.ts';
import { RECORD_FLAGS } from './recording-flags.ts';

/**
 * `record --target URL FIXTURE [-- COMMAND]`: stands before a server, and writes down what it answers, so that the reference
 * server can play it again and `check` can judge it. Until the command has ended, which finds the URL in `AGENTPROTO_URL`; without one, until it is interrupted.
 */
export const record: Command = async (args) => {
  const at = args.indexOf('--');
  const command = at < 0 ? [] : args.slice(at + 1);
  const flags = parseFlags(at < 0 ? args : args.slice(0, at), RECORD_FLAGS);
  const [file, ...more] = flags.positionals;
  const target = flags.one('target');
  if (file === undefined || more.length > 0 || target === undefined)
    throw new UsageError('record: expected --target URL and one file to write, such as fixture.yaml');
  const there = await stat(file).catch(() => undefined);
  if (there && !flags.has('overwrite'))
    throw new UsageError(`record: ${file} is there already; expected another file, or --overwrite`);
  await prepareFile('record', file);
  const port = flags.one('port');
  const timeoutMs = parseDuration('--timeout', flags.one('timeout') ?? (command.length > 0 ? '60s' : '1440m'));

  await using out = await open(file, 'w');
  const format = createFixtureFormat();
  const chunks = new Map<Exchange, Chunk[]>();
  let written: Promise<unknown> = Promise.resolve();
  let exchanges = 0;
  const proxy = await startProxy({
    target,
    ...(port !== undefined && { port: parseInteger('--port', port, 1, 65_535) }),
    onBytes(exchange, bytes) {
      const atMs = proxy.clock.nowMs();
      const before = chunks.get(exchange);
      if (before) before.push({ atMs, bytes });
      else chunks.set(exchange, [{ atMs, bytes }]);
    },
    onExchange(exchange) {
      exchanges += 1;
      const entry = format(fixtureOf(exchange, chunks.get(exchange)));
      chunks.delete(exchange);
      written = written.then(() => out.write(entry));
    },
  });
  await out.write(
    formatFixtureHeader({ recordedAt: new Date().toISOString(), target: publicPart(target), origin: proxy.origin }),
  );
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let fault: string | undefined;
  try {
    process.stderr.write(`recording ${publicPart(target)} at ${proxy.url}\n`);
    if (command.length > 0) {
      const onOutput = (text: string) => void process.stderr.write(text);
      const env = { AGENTPROTO_URL: proxy.url };
      fault = (await runChild(command, { env, timeoutMs, signal: interrupted.signal, onOutput })).fault;
    } else {
      process.stderr.write('until it is interrupted (Ctrl-C)\n');
      await ended(interrupted.signal, timeoutMs);
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await proxy.close();
    await written;
  }
  process.stderr.write(`${file}: ${count(exchanges, 'exchange')}\n`);
  if (fault !== undefined) process.stderr.write(`the command ${fault}\n`);
  return fault !== undefined || exchanges === 0 ? 3 : 0;
};

async function startProxy(options: Parameters<typeof RecordingProxy.start>[0]): Promise<RecordingProxy> {
  try {
    return await RecordingProxy.start(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof TypeError) throw new UsageError(`--target: ${message}`);
    if (code === 'EADDRINUSE' || code === 'EACCES') throw new UsageError(`--port: ${message}`);
    throw error;
  }
}

/** Without what may be a secret. */
function publicPart(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function ended(signal: AbortSignal, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
