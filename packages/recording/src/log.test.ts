import { describe, expect, test } from 'vitest';
import { createDigestedLog, LogError, readDigestedLog } from './log.ts';
import type { LogFormat, TextSource } from './log.ts';

interface Ping {
  type: 'ping';
  text: string;
}

const FORMAT: LogFormat<{ seed: number }, Ping, { pings: number }> = {
  name: 'test-log',
  version: 2,
  readHeader: ({ seed }) => ({ seed: seed as number }),
  readEvent({ type, text }) {
    if (type !== 'ping') throw new TypeError(`type: expected "ping", got ${JSON.stringify(type)}`);
    return { type, text: text as string };
  },
  readTotals: ({ pings }) => ({ pings: pings as number }),
};

async function written(texts: string[] = ['a', 'žluť\u2028\r\n', 'c']): Promise<string> {
  const out: string[] = [];
  const log = createDigestedLog(FORMAT, { seed: 7 }, (text) => out.push(text));
  await Promise.all(texts.map((text) => log.append({ type: 'ping', text })));
  await log.close({ pings: texts.length });
  return out.join('');
}

async function read(source: TextSource): Promise<{ entries: unknown[]; error?: LogError }> {
  const entries: unknown[] = [];
  try {
    for await (const entry of readDigestedLog(FORMAT, source)) entries.push(entry);
  } catch (error) {
    if (error instanceof LogError) return { entries, error };
    throw error;
  }
  return { entries };
}

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function lines(edit: (all: string[]) => string[]): (text: string) => string {
  return (text) => edit(text.split('\n')).join('\n');
}

const ENTRIES = [
  { type: 'header', line: 1, header: { seed: 7 } },
  { type: 'event', line: 2, event: { type: 'ping', text: 'a' } },
  { type: 'event', line: 3, event: { type: 'ping', text: 'žluť\u2028\r\n' } },
  { type: 'event', line: 4, event: { type: 'ping', text: 'c' } },
  { type: 'footer', line: 5, totals: { pings: 3 } },
];

describe('a log', () => {
  test('is lines of JSON with a digest of all that stands before it', async () => {
    const text = await written(['a']);
    const all = text.split('\n');
    expect(all.slice(0, 2)).toEqual([
      '{"type":"header","format":"test-log","version":2,"seed":7}',
      '{"type":"ping","text":"a"}',
    ]);
    const before = text.slice(0, text.indexOf(',"digest"'));
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(before))).toString('hex');
    expect(all.slice(2)).toEqual([`{"type":"footer","pings":1,"events":1,"digest":"sha256:${digest}"}`, '']);
  });

  test('is read from a text, from chunks of any size, and without its last LF', async () => {
    const text = await written();
    expect(await read(text)).toEqual({ entries: ENTRIES });
    for (const size of [1, 2, 3, 17, 1000]) expect(await read(pieces(text, size))).toEqual({ entries: ENTRIES });
    expect(await read(text.trimEnd())).toEqual({ entries: ENTRIES });
  });

  test('cut at any place is truncated, and gives all whole lines before', async () => {
    const text = await written();
    const headerEnd = text.indexOf('\n');
    for (let length = headerEnd; length < text.length - 1; length++) {
      const { entries, error } = await read(text.slice(0, length));
      expect([length, error?.code]).toEqual([length, 'truncated']);
      expect(entries).toEqual(ENTRIES.slice(0, entries.length));
    }
    for (const length of [0, 1, headerEnd - 1]) {
      expect((await read(text.slice(0, length))).error?.code).toBe('not-this-format');
    }
  });

  test('changed at any place is not read to its end', async () => {
    const text = await written(['abc']);
    for (let at = 0; at < text.length - 1; at++) {
      const other = text[at] === '0' ? '1' : '0';
      const { entries, error } = await read(text.slice(0, at) + other + text.slice(at + 1));
      expect([at, error?.code]).toEqual([at, expect.stringMatching(/^(edited|bad-line|not-this-format|truncated)$/)]);
      expect(entries.length).toBeLessThan(3);
    }
  });

  const edits: [what: string, edit: (text: string) => string, code: string, message: RegExp][] = [
    ['a line less', lines((all) => all.toSpliced(1, 1)), 'edited', /^line 4: the footer counts 3 events, .* holds 2/],
    ['a line twice', lines((all) => all.toSpliced(1, 1, all[2]!)), 'edited', /^line 5: expected the digest "sha256:/],
    ['a total changed', (text) => text.replace('"pings":3', '"pings":4'), 'edited', /changed after/],
    ['a line after the footer', (text) => `${text}{}\n`, 'edited', /^line 6: expected nothing after the footer/],
    ['line ends changed', (text) => text.replaceAll('\n', '\r\n'), 'edited', /changed after/],
    ['an odd line', lines((all) => all.toSpliced(2, 0, '{"type":"x"}')), 'bad-line', /^line 3: type: .* got "x"/],
    ['no object', lines((all) => all.toSpliced(1, 1, '[1]')), 'bad-line', /^line 2: expected a JSON object, got "/],
    ['an empty line', lines((all) => all.toSpliced(1, 0, '')), 'bad-line', /^line 2: expected a JSON object, got ""/],
    ['another version', (text) => text.replace('n":2', 'n":3'), 'not-this-format', /version 2 of test-log, got 3/],
    ['another format', (text) => text.replace('test-log', 'x'), 'not-this-format', /^line 1: .* got .* format "x"/],
    ['no log', () => '<!doctype html>', 'not-this-format', /^line 1: .* test-log file, got "<!doctype html>"/],
    ['nothing', () => '', 'not-this-format', /got nothing/],
  ];
  test.each(edits)('%s is told', async (_, edit, code, message) => {
    const { error } = await read(edit(await written()));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('writing', () => {
  test('waits for each write before the next, in the order of the calls', async () => {
    const out: string[] = [];
    let busy = 0;
    const log = createDigestedLog(FORMAT, { seed: 7 }, async (text) => {
      expect(++busy).toBe(1);
      await new Promise(setImmediate);
      busy--;
      out.push(text);
    });
    const appends = ['a', 'b', 'c'].map((text) => log.append({ type: 'ping', text }));
    await appends[1];
    expect(out).toHaveLength(3);
    await log.close({ pings: 3 });
    expect((await read(out.join(''))).error).toBeUndefined();
  });

  test('a failed write rejects its call and all that follow, and writes no more', async () => {
    const out: string[] = [];
    const log = createDigestedLog(FORMAT, { seed: 7 }, (text) => {
      if (text.includes('full')) throw new Error('disk full');
      out.push(text);
    });
    await log.append({ type: 'ping', text: 'a' });
    await expect(log.append({ type: 'ping', text: 'full' })).rejects.toThrow('disk full');
    await expect(log.append({ type: 'ping', text: 'b' })).rejects.toThrow('disk full');
    await expect(log.close({ pings: 1 })).rejects.toThrow('disk full');
    expect(out).toHaveLength(2);
  });

  test('a failed header is told by the next call', async () => {
    const log = createDigestedLog(FORMAT, { seed: 7 }, () => Promise.reject(new Error('read only')));
    await new Promise(setImmediate);
    await expect(log.append({ type: 'ping', text: 'a' })).rejects.toThrow('read only');
  });

  test('what JSON cannot say leaves the log as it was', async () => {
    const out: string[] = [];
    const log = createDigestedLog(FORMAT, { seed: 7 }, (text) => out.push(text));
    await expect(log.append({ type: 'ping', text: 1n as unknown as string })).rejects.toThrow(TypeError);
    await log.append({ type: 'ping', text: 'a' });
    await log.close({ pings: 1 });
    expect((await read(out.join(''))).entries).toHaveLength(3);
  });

  test('nothing goes after the footer', async () => {
    const log = createDigestedLog(FORMAT, { seed: 7 }, () => {});
    await log.close({ pings: 0 });
    await expect(log.append({ type: 'ping', text: 'a' })).rejects.toMatchObject({ code: 'closed' });
    await expect(log.close({ pings: 0 })).rejects.toMatchObject({ code: 'closed' });
  });
});
