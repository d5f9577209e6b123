import type { Exchange } from './exchange.ts';
import type { TextSource } from './lines.ts';
import { createDigestedLog, readDigestedLog } from './log.ts';
import type { LogFormat, LogObject, WriteText } from './log.ts';
import { LogError } from './log-error.ts';
import { packExchange, unpackExchange } from './packed.ts';
import type { PackedExchange } from './packed.ts';
import { createExchangeRedactor } from './redact.ts';
import type { RedactOptions } from './redact.ts';

export interface RecordingHeader {
  /** ISO 8601; the `atMs` of every exchange count from here. */
  startedAt: string;
  /** What recorded. */
  tool?: { name: string; version: string };
  /** Whatever else says what this is a recording of. */
  about?: { [key: string]: string };
}

export interface RecordingTotals {
  exchanges: number;
  frames: number;
}

export interface ExchangeEvent {
  type: 'exchange';
  exchange: PackedExchange;
}

/** The file format of a recording: NDJSON, one line an exchange. */
export const RECORDING_FORMAT: LogFormat<RecordingHeader, ExchangeEvent, RecordingTotals> = {
  name: 'agentproto-recording',
  version: 1,
  readHeader(value) {
    check(value, '', { startedAt: 'string' });
    return value as LogObject & RecordingHeader;
  },
  readEvent({ type, exchange }) {
    if (type !== 'exchange') throw new TypeError(`type: expected "exchange", got ${JSON.stringify(type)}`);
    return { type, exchange: readPackedExchange(exchange) };
  },
  readTotals(value) {
    check(value, '', { exchanges: 'number', frames: 'number' });
    return value as LogObject & RecordingTotals;
  },
};

export interface RecordingWriter {
  /** Redacts and writes one exchange. */
  add(exchange: Exchange): Promise<void>;
  /** Writes the footer; without it the file counts as truncated. */
  close(): Promise<void>;
}

/** Writes a recording as it comes about; nothing is kept. Secrets are redacted before they reach `write`. */
export function writeRecording(
  header: RecordingHeader,
  write: WriteText,
  options: RedactOptions = {},
): RecordingWriter {
  const redact = createExchangeRedactor(options);
  const log = createDigestedLog(RECORDING_FORMAT, redact.value(header), write);
  const totals: RecordingTotals = { exchanges: 0, frames: 0 };
  return {
    async add(exchange) {
      totals.exchanges++;
      totals.frames += exchange.frames.length;
      await log.append({ type: 'exchange', exchange: redact.packed(packExchange(exchange)) });
    },
    close: () => log.close(totals),
  };
}

export interface RecordingReader {
  header: RecordingHeader;
  /** Throws `LogError` at the end when the file was cut or changed; what came before is then only what it says. */
  exchanges: AsyncGenerator<Exchange, RecordingTotals, undefined>;
}

/** Reads the header; the exchanges are read as they are taken. Throws `LogError` when this is no recording. */
export async function readRecording(source: TextSource): Promise<RecordingReader> {
  const entries = readDigestedLog(RECORDING_FORMAT, source);
  const first = await entries.next();
  if (first.done || first.value.type !== 'header') throw new LogError('not-this-format', 'expected a header');

  async function* exchanges(): AsyncGenerator<Exchange, RecordingTotals, undefined> {
    let totals: RecordingTotals = { exchanges: 0, frames: 0 };
    for await (const entry of entries) {
      if (entry.type === 'event') yield unpackExchange(entry.event.exchange);
      else if (entry.type === 'footer') totals = entry.totals;
    }
    return totals;
  }
  return { header: first.value.header, exchanges: exchanges() };
}

/** Checks that `value` is an exchange as it stands in a file. Throws an error that says what was expected where. */
export function readPackedExchange(exchange: unknown): PackedExchange {
  checkKind(exchange, 'exchange', 'object');
  const value = exchange as LogObject;
  check(value, '', { id: 'number', request: 'object', response: 'object?', frames: 'array', end: 'object?' });
  const { request, response, frames, end } = value as { [member: string]: LogObject } & { frames: unknown[] };
  check(request, 'request.', { atMs: 'number', method: 'string', url: 'string', headers: 'array', body: 'object?' });
  check(response, 'response.', { atMs: 'number', status: 'number', headers: 'array', body: 'object?' });
  check(end, 'end.', { atMs: 'number', kind: 'string' });
  for (const [index, frame] of frames.entries()) {
    checkKind(frame, `frames[${index}]`, 'object');
    check(frame as LogObject, `frames[${index}].`, FRAME);
  }
  return value as LogObject & PackedExchange;
}

type Kind = 'string' | 'number' | 'object' | 'array';
type Shape = { [member: string]: Kind | `${Kind}?` };

const FRAME: Shape = { index: 'number', atMs: 'number', direction: 'string', kind: 'string', data: 'string' };

function check(value: LogObject | undefined, path: string, shape: Shape): void {
  if (!value) return;
  for (const [member, wanted] of Object.entries(shape)) {
    if (value[member] === undefined && wanted.endsWith('?')) continue;
    checkKind(value[member], path + member, wanted.replace('?', ''));
  }
}

function checkKind(value: unknown, place: string, wanted: string): void {
  const type = Array.isArray(value) ? 'array' : typeof value;
  const got = value === null ? 'null' : type;
  if (got !== wanted) throw new TypeError(`${place}: expected ${wanted}, got ${got === 'undefined' ? 'nothing' : got}`);
}
