import { open, stat } from 'node:fs/promises';
import type { Exchange } from '@agentproto/recording';
import { createFixtureFormat, formatFixtureHeader } from '@agentproto/recording/fixture';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { fixtureOf } from '../recorder/fixtures.ts';
import { PassedContent } from '../recorder/passed-content.ts';
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
  const contents = new Map<Exchange, PassedContent>();
  const interrupted = new AbortController();
  let written: Promise<unknown> = Promise.resolve();
  let unwritten: Error | undefined;
  let exchanges = 0;
  const unanswered: string[] = [];
  const cut: string[] = [];
  const proxy = await startProxy({
    target,
    ...(port !== undefined && { port: parseInteger('--port', port, 1, 65_535) }),
    // The file has them.
    keep: false,
    limits: LIMITS,
    onBytes(exchange, bytes) {
      const content = contents.get(exchange) ?? new PassedContent();
      content.add(proxy.clock.nowMs(), bytes);
      contents.set(exchange, content);
    },
    onExchange(exchange) {
      exchanges += 1;
      const { method, url } = exchange.request;
      if (!exchange.response) unanswered.push(exchange.end?.message ?? 'nothing came');
      if (exchange.end?.kind === 'limit')
        cut.push(`${method} ${new URL(url).pathname} was cut: ${exchange.end.message ?? 'a limit'}`);
      const entry = format(fixtureOf(exchange, contents.get(exchange)?.chunks));
      contents.delete(exchange);
      written = written
        .then(() => (unwritten ? undefined : out.appendFile(entry)))
        .catch((error: Error) => {
          unwritten = error;
          // Nothing that comes now would be kept.
          interrupted.abort();
        });
    },
  });
  written = out
    .appendFile(
      formatFixtureHeader({ recordedAt: new Date().toISOString(), target: publicPart(target), origin: proxy.origin }),
    )
    .catch((error: Error) => (unwritten = error));
  await written;
  if (unwritten) interrupted.abort();
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
  if (unwritten) throw new UsageError(`record: ${file} could not be written: ${(unwritten as Error).message}`);
  process.stderr.write(`${file}: ${count(exchanges, 'exchange')}\n`);
  if (fault !== undefined) process.stderr.write(`the command ${fault}\n`);
  if (proxy.refused > 0)
    process.stderr.write(
      `${count(proxy.refused, 'request')} more were refused: ${exchanges} is as many as there may be\n`,
    );
  for (const line of cut.slice(0, TOLD)) process.stderr.write(`${line}\n`);
  if (cut.length > TOLD) process.stderr.write(`… and ${cut.length - TOLD} more\n`);
  if (exchanges > 0 && unanswered.length === exchanges) {
    process.stderr.write(`expected an answer of ${publicPart(target)}, and there was none: ${unanswered[0]}\n`);
    return 4;
  }
  if (unanswered.length > 0) process.stderr.write(`${unanswered.length} of them without an answer: ${unanswered[0]}\n`);
  return fault !== undefined || exchanges === 0 || proxy.refused > 0 || cut.length > 0 ? 3 : 0;
};

/** Of one exchange, which is in memory while it goes on: what a real server streams in an hour should pass. */
const LIMITS = { bodyBytes: 64 * 1024 * 1024, frames: 1_000_000 };
/** Lines about exchanges that were cut. */
const TOLD = 10;

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
