import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExchangeRedactor, LogError, packExchange, type Exchange } from '@agentproto/recording';
import { createDigestedLog, readDigestedLog, type DigestedLog, type TextSource } from '@agentproto/recording/log';
import { isCredential } from './credentials.ts';
import type { Failure, Finding } from './kit/result.ts';
import type { RunEvent, RunFooter, RunHeader } from './kit/run-log.ts';
import type { RunEntry } from './kit/runner.ts';
import { UsageError } from './kit/usage-error.ts';
import type { Ending } from './report/exit-code.ts';
import type { RunRecord, RunSource } from './report/judgement.ts';
import type { Scoring } from './report/model.ts';
import { RUN_FORMAT, type RunEnd, type StoredEvent, type StoredHeader } from './run-format.ts';

/** Where the lines of a run file go. */
export interface Sink {
  write(text: string): unknown;
  /** Everything that was written, from its beginning. */
  read(): TextSource;
  close(): Promise<void>;
}

export interface RunLogOptions {
  /** Sent with every request: their values are secrets. */
  headers?: readonly (readonly [name: string, value: string])[];
  /** By what the run will be scored; the file remembers it, so that `verify` can score it again. */
  scoring: Scoring;
  /** The run file, which also holds the exchanges, so that they need no memory; without it they are kept. */
  sink?: Sink;
}

/** The log of a run that goes on. What is kept, written and handed on is redacted. */
export interface RunLog extends AsyncDisposable {
  /** Takes what the runner says; returns it without secrets. */
  listen(entry: RunEntry): RunEntry;
  /** The header has come. */
  readonly began: boolean;
  /** The run so far, without its exchanges. @throws Error before the header has come. */
  record(): RunRecord;
  /** The run as reports read it, once the footer is written. */
  source(footer: RunFooter): RunSource;
  totals(): RunFooter['totals'];
  /** Writes the footer. @throws Error when anything of the file could not be written. */
  close(footer: RunFooter, ending: Pick<Ending, 'outcome' | 'exitCode'>): Promise<void>;
}

export function createRunLog({ headers = [], scoring, sink }: RunLogOptions): RunLog {
  const redact = redactorFor(secretsOf(headers));
  const events: RunEvent[] = [];
  const exchanges: Exchange[] = [];
  const totals = { scenarios: 0, findings: 0, exchanges: 0 };
  let header: RunHeader | undefined;
  let file: DigestedLog<StoredEvent, RunEnd> | undefined;
  let failure: unknown;

  const add = (event: RunEvent) => {
    if (event.type === 'exchange') {
      totals.exchanges += 1;
      if (!sink) exchanges.push(event.exchange);
    } else events.push(event);
    if (event.type === 'scenario-end') {
      totals.scenarios += 1;
      totals.findings += event.findings.length;
    }
    file?.append(event).catch((error: unknown) => (failure ??= error));
  };
  const record = (): RunRecord => {
    if (!header) throw new Error('the run has not begun');
    return { header, events };
  };
  return {
    listen(entry) {
      if ('header' in entry) {
        header = redact.header(entry.header);
        if (sink) file = createDigestedLog(RUN_FORMAT, { ...header, scoring }, (text) => sink.write(text));
        return { header };
      }
      const event = redact.event(entry);
      add(event);
      return event;
    },
    get began() {
      return header !== undefined;
    },
    record,
    source: (footer) => ({
      ...record(),
      footer,
      exchanges: () => (sink ? readExchanges(() => sink.read()) : each(exchanges)),
    }),
    totals: () => ({ ...totals }),
    async close(footer, { outcome, exitCode }) {
      await file?.close({ ...footer, outcome, exitCode });
      if (failure) throw failure;
    },
    [Symbol.asyncDispose]: async () => sink?.close(),
  };
}

/** A file to write a run to. What is there is replaced once the run begins. */
export function runFileSink(file: string): Sink {
  let handle: Promise<FileHandle> | undefined;
  return {
    write: async (text) => (await (handle ??= open(file, 'w'))).appendFile(text),
    read: () => createReadStream(file),
    // That it could not be opened is said by `write`.
    close: async () => (await handle?.catch(() => undefined))?.close(),
  };
}

/** A run file that nobody asked for: where exchanges are while reports are made of them. Gone once it is closed. */
export async function temporarySink(): Promise<Sink> {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-run-'));
  const sink = runFileSink(join(folder, 'run.ndjson'));
  return {
    ...sink,
    close: async () => {
      await sink.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The values of headers, and of credentials what comes after the scheme. */
export function secretsOf(headers: NonNullable<RunLogOptions['headers']>): string[] {
  return headers.flatMap(([name, value]) =>
    !isCredential(name) ? [] : [value, ...(/^[\w-]+ +(\S.*)$/.exec(value)?.slice(1) ?? [])],
  );
}

/** Redacts what comes from outside; ids, verdicts and numbers stay as they are. */
function redactorFor(secrets: readonly string[]) {
  const { text, value, packed } = createExchangeRedactor({ secrets });
  const failure = ({ message, expected, actual, ...place }: Failure): Failure => {
    try {
      return { ...value({ message, expected, actual }), ...place };
    } catch {
      // What was parsed can be nested deeper than can be written.
      return { message: text(message), actual: '(nested too deep to be written)', ...place };
    }
  };
  const finding = ({ reason, failure: found, ...rest }: Finding): Finding => ({
    ...rest,
    ...(reason !== undefined && { reason: text(reason) }),
    ...(found && { failure: failure(found) }),
  });
  return {
    header: (header: RunHeader): RunHeader => ({
      ...header,
      target: value(header.target),
      options: value(header.options),
    }),
    event(event: RunEvent): RunEvent {
      if (event.type === 'exchange') return { ...event, exchange: packed(packExchange(event.exchange)) };
      if (event.type === 'scenario-end' || event.type === 'revision')
        return { ...event, findings: event.findings.map(finding) };
      if (event.type === 'stop') return { ...event, message: text(event.message) };
      if (event.type === 'seen-through') return { ...event, what: text(event.what) };
      if (event.type !== 'plan') return event;
      return {
        ...event,
        rows: event.rows.map((row) =>
          row.outside ? { ...row, outside: { ...row.outside, reason: text(row.outside.reason) } } : row,
        ),
      };
    },
  };
}

/** A run as it was read from its file; its exchanges are read again whenever they are asked for. */
export interface RunFile extends RunSource {
  file: string;
  /** How many exchanges there are, and the lowest and the highest of their ids. */
  exchangeIds: { count: number; least: number; most: number };
  /** By what the run was scored. */
  scoring: Scoring;
  /** What its footer says; absent when it is cut. */
  end?: RunEnd;
  /** What is wrong with the file as a whole. */
  problems: { kind: 'truncated' | 'edited'; message: string }[];
}

/**
 * Reads a run file. One that is cut or was changed is read as far as it goes, and says so.
 * @throws UsageError when it cannot be read, is no run file, or has a line that does not belong there.
 */
export async function readRunFile(file: string): Promise<RunFile> {
  const events: RunEvent[] = [];
  const exchangeIds = { count: 0, least: Infinity, most: -1 };
  const problems: RunFile['problems'] = [];
  let header: StoredHeader | undefined;
  let end: RunEnd | undefined;
  try {
    for await (const entry of readDigestedLog(RUN_FORMAT, createReadStream(file))) {
      if (entry.type === 'header') header = entry.header;
      else if (entry.type === 'footer') end = entry.totals;
      else if (entry.event.type === 'exchange') {
        const { id } = entry.event.exchange;
        exchangeIds.count += 1;
        exchangeIds.least = Math.min(exchangeIds.least, id);
        exchangeIds.most = Math.max(exchangeIds.most, id);
      } else events.push(entry.event);
    }
  } catch (error) {
    const kind =
      error instanceof LogError && (error.code === 'truncated' || error.code === 'edited') ? error.code : undefined;
    if (!kind || !header) {
      const hint =
        error instanceof LogError && error.code === 'not-this-format'
          ? '; run files are written by --report run=FILE'
          : '';
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw new UsageError(`${file}: ${isMissing ? 'there is no such file' : (error as Error).message}${hint}`);
    }
    problems.push({ kind, message: `${file}: ${(error as Error).message}` });
  }
  const { scoring, ...rest } = header!;
  return {
    file,
    header: rest,
    events,
    exchanges: () => readExchanges(() => createReadStream(file)),
    exchangeIds,
    scoring,
    problems,
    ...(end && { end, footer: { durationMs: end.durationMs, totals: end.totals } }),
  };
}

/** As far as the file goes: that it is cut or changed is said by who reads it whole. */
async function* readExchanges(read: () => TextSource): AsyncGenerator<Exchange, void, undefined> {
  try {
    for await (const entry of readDigestedLog(RUN_FORMAT, read()))
      if (entry.type === 'event' && entry.event.type === 'exchange') yield entry.event.exchange;
  } catch (error) {
    if (!(error instanceof LogError) || (error.code !== 'truncated' && error.code !== 'edited')) throw error;
  }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
