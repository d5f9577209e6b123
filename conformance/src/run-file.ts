import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createExchangeRedactor, LogError, packExchange, unpackExchange } from '@agentproto/recording';
import { createDigestedLog, readDigestedLog, type DigestedLog } from '@agentproto/recording/log';
import { isCredential } from './credentials.ts';
import type { Failure, Finding } from './kit/result.ts';
import type { RunEvent, RunFooter, RunHeader } from './kit/run-log.ts';
import type { RunEntry } from './kit/runner.ts';
import { UsageError } from './kit/usage-error.ts';
import type { Ending } from './report/exit-code.ts';
import type { RunRecord } from './report/judgement.ts';
import type { Scoring } from './report/model.ts';
import { RUN_FORMAT, type RunEnd, type StoredEvent, type StoredHeader } from './run-format.ts';

/** Where the lines of a run file go. */
export interface Sink {
  write(text: string): unknown;
  close(): Promise<void>;
}

export interface RunLogOptions {
  /** Sent with every request: their values are secrets. */
  headers?: readonly (readonly [name: string, value: string])[];
  /** By what the run will be scored; the file remembers it, so that `verify` can score it again. */
  scoring: Scoring;
  /** The run file; without it the run is kept in memory only. */
  sink?: Sink;
}

/** The log of a run that goes on. What is kept, written and handed on is redacted. */
export interface RunLog extends AsyncDisposable {
  /** Takes what the runner says; returns it without secrets. */
  listen(entry: RunEntry): RunEntry;
  /** The header has come. */
  readonly began: boolean;
  /** @throws Error before the header has come. */
  record(): RunRecord;
  totals(): RunFooter['totals'];
  /** Writes the footer. @throws Error when anything of the file could not be written. */
  close(footer: RunFooter, ending: Pick<Ending, 'outcome' | 'exitCode'>): Promise<void>;
}

export function createRunLog({ headers = [], scoring, sink }: RunLogOptions): RunLog {
  const redact = redactorFor(secretsOf(headers));
  const events: RunEvent[] = [];
  const totals = { scenarios: 0, findings: 0, exchanges: 0 };
  let header: RunHeader | undefined;
  let file: DigestedLog<StoredEvent, RunEnd> | undefined;
  let failure: unknown;

  const add = (event: RunEvent) => {
    events.push(event);
    if (event.type === 'exchange') totals.exchanges += 1;
    if (event.type === 'scenario-end') {
      totals.scenarios += 1;
      totals.findings += event.findings.length;
    }
    file?.append(event).catch((error: unknown) => (failure ??= error));
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
    record() {
      if (!header) throw new Error('the run has not begun');
      return { header, events };
    },
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
    // That it could not be opened is said by `write`.
    close: async () => (await handle?.catch(() => undefined))?.close(),
  };
}

/** The values of headers, and of credentials what comes after the scheme. */
function secretsOf(headers: NonNullable<RunLogOptions['headers']>): string[] {
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

/** A run as it was read from its file. */
export interface RunFile extends RunRecord {
  file: string;
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
  const problems: RunFile['problems'] = [];
  let header: StoredHeader | undefined;
  let end: RunEnd | undefined;
  try {
    for await (const entry of readDigestedLog(RUN_FORMAT, createReadStream(file))) {
      if (entry.type === 'header') header = entry.header;
      else if (entry.type === 'footer') end = entry.totals;
      else
        events.push(
          entry.event.type === 'exchange'
            ? { ...entry.event, exchange: unpackExchange(entry.event.exchange) }
            : entry.event,
        );
    }
  } catch (error) {
    const kind =
      error instanceof LogError && (error.code === 'truncated' || error.code === 'edited') ? error.code : undefined;
    if (!kind || !header) {
      const hint =
        error instanceof LogError && error.code === 'not-this-format'
          ? '; run files are written by --report run=FILE'
          : '';
      throw new UsageError(`${file}: ${(error as Error).message}${hint}`);
    }
    problems.push({ kind, message: `${file}: ${(error as Error).message}` });
  }
  const { scoring, ...rest } = header!;
  return {
    file,
    header: rest,
    events,
    scoring,
    problems,
    ...(end && { end, footer: { durationMs: end.durationMs, totals: end.totals } }),
  };
}
