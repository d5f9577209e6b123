import { createHash } from 'node:crypto';
import { linesOf } from './lines.ts';
import type { TextSource } from './lines.ts';
import { LogError } from './log-error.ts';

export { LogError };
export type { LogErrorCode } from './log-error.ts';
export type { TextSource };

/**
 * A kind of NDJSON log: a header line, event lines, a footer line with totals and a digest. The three
 * readers check what a line holds and give it its type; what they throw is reported with the line's number.
 */
export interface LogFormat<Header extends object, Event extends { type: string }, Totals extends object> {
  /** Names the format in the header, `agentproto-recording` for instance. */
  name: string;
  version: number;
  readHeader(value: LogObject): Header;
  readEvent(value: LogObject): Event;
  readTotals(value: LogObject): Totals;
}

export type LogObject = { [member: string]: unknown };

export interface DigestedLog<Event, Totals> {
  /** Resolves once the line is written. Calls need not wait for each other; lines keep the order of the calls. */
  append(event: Event): Promise<void>;
  /** Writes the footer. Nothing can be appended after it. */
  close(totals: Totals): Promise<void>;
}

/** Takes whole lines with their LF, one call at a time; `(text) => fileHandle.appendFile(text)`, for instance. */
export type WriteText = (text: string) => unknown;

// The footer's last member. The digest is the SHA-256 of every byte of the file before it, totals included.
const DIGEST_MEMBER = ',"digest":"sha256:';

/** Starts a log. A line that cannot be written rejects its own call and every one after it. */
export function createDigestedLog<Header extends object, Event extends { type: string }, Totals extends object>(
  format: LogFormat<Header, Event, Totals>,
  header: Header,
  write: WriteText,
): DigestedLog<Event, Totals> {
  const hash = createHash('sha256');
  let tail: Promise<unknown> = Promise.resolve();
  let events = 0;
  let closed = false;

  async function put(text: string): Promise<void> {
    tail = tail.then(() => write(text));
    await tail;
  }

  function line(value: object): string {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  }

  // Its failure is told by the next call.
  put(line({ type: 'header', format: format.name, version: format.version, ...header })).catch(() => {});

  function checkOpen(): void {
    if (closed) throw new LogError('closed', `The ${format.name} log is closed`);
  }

  return {
    async append(event) {
      checkOpen();
      const text = line(event);
      events++;
      await put(text);
    },
    async close(totals) {
      checkOpen();
      const start = JSON.stringify({ type: 'footer', ...totals, events }).slice(0, -1);
      closed = true;
      hash.update(start);
      await put(`${start}${DIGEST_MEMBER}${hash.digest('hex')}"}\n`);
    },
  };
}

export type LogEntry<Header, Event, Totals> =
  | { type: 'header'; line: number; header: Header }
  | { type: 'event'; line: number; event: Event }
  | { type: 'footer'; line: number; totals: Totals };

/**
 * Reads a log line by line. Entries come before the digest could be checked: a `LogError` thrown at the end
 * means that the file was cut or changed, and that what was read so far is only what it says.
 */
export async function* readDigestedLog<Header extends object, Event extends { type: string }, Totals extends object>(
  format: LogFormat<Header, Event, Totals>,
  source: TextSource,
): AsyncGenerator<LogEntry<Header, Event, Totals>, void, undefined> {
  const hash = createHash('sha256');
  let line = 0;
  let events = 0;
  let complete = false;
  for await (const { text, ended } of linesOf(source)) {
    line++;
    if (complete) throw new LogError('edited', 'expected nothing after the footer', { line });
    const value = parseLine(format.name, text, ended, line);
    if (line === 1) {
      checkFormat(format, value);
      const own = without(value, 'type', 'format', 'version');
      yield { type: 'header', line, header: readLine(format.readHeader, own, line) };
    } else if (value['type'] === 'footer') {
      hash.update(text.slice(0, text.lastIndexOf(DIGEST_MEMBER)));
      checkFooter(text, value, { digest: hash.digest('hex'), events, line });
      complete = true;
      const own = without(value, 'type', 'events', 'digest');
      yield { type: 'footer', line, totals: readLine(format.readTotals, own, line) };
    } else {
      events++;
      yield { type: 'event', line, event: readLine(format.readEvent, value, line) };
    }
    if (!complete) hash.update(text).update('\n');
  }
  if (line === 0) throw new LogError('not-this-format', `expected the header of an ${format.name} file, got nothing`);
  if (!complete) {
    const message = `the file ends after line ${line}, before its footer: it was cut, or never finished`;
    throw new LogError('truncated', message);
  }
}

function parseLine(name: string, text: string, ended: boolean, line: number): LogObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as LogObject;
  } catch (cause) {
    const cut = line > 1 && !ended;
    if (cut) throw new LogError('truncated', 'the file ends in the middle of this line', { line, cause });
  }
  const code = line === 1 ? 'not-this-format' : 'bad-line';
  const expected = line === 1 ? `the header of an ${name} file` : 'a JSON object';
  throw new LogError(code, `expected ${expected}, got ${JSON.stringify(text.slice(0, 60))}`, { line });
}

function checkFormat({ name, version }: { name: string; version: number }, value: LogObject): void {
  if (value['type'] !== 'header' || value['format'] !== name) {
    const got = `type ${JSON.stringify(value['type'])} and format ${JSON.stringify(value['format'])}`;
    throw new LogError('not-this-format', `expected the header of an ${name} file, got ${got}`, { line: 1 });
  }
  if (value['version'] !== version) {
    const got = JSON.stringify(value['version']);
    throw new LogError('not-this-format', `expected version ${version} of ${name}, got ${got}`, { line: 1 });
  }
}

interface Counted {
  digest: string;
  events: number;
  line: number;
}

function checkFooter(text: string, value: LogObject, { digest, events, line }: Counted): void {
  if (value['events'] !== events) {
    const message = `the footer counts ${JSON.stringify(value['events'])} events, the file holds ${events}`;
    throw new LogError('edited', message, { line });
  }
  if (!text.endsWith(`${DIGEST_MEMBER}${digest}"}`)) {
    const expected = `the digest "sha256:${digest}", got ${JSON.stringify(value['digest'])}`;
    throw new LogError('edited', `expected ${expected}: the file was changed after it was written`, { line });
  }
}

/** What the caller put into the line; the rest is the log's own. */
function without(value: LogObject, ...members: string[]): LogObject {
  const rest = { ...value };
  for (const member of members) delete rest[member];
  return rest;
}

function readLine<T>(read: (value: LogObject) => T, value: LogObject, line: number): T {
  try {
    return read(value);
  } catch (cause) {
    throw new LogError('bad-line', cause instanceof Error ? cause.message : String(cause), { line, cause });
  }
}
