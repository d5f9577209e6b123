import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { WireError } from '../wire-error.ts';
import { createSseDecoder } from './decoder.ts';
import type { SseEvent, SseRest } from './decoder.ts';
import type { SseLimits } from './meter.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

interface Seen {
  log: unknown[];
  rest?: SseRest | undefined;
  error?: WireError;
}

function decode(chunks: Iterable<Uint8Array>, limits?: SseLimits): Seen {
  const seen: Seen = { log: [] };
  const decoder = createSseDecoder(
    {
      onEvent: (event) => seen.log.push(plain(event)),
      onComment: (comment) => seen.log.push({ comment }),
      onRetry: (retry) => seen.log.push({ retry }),
    },
    limits,
  );
  try {
    for (const chunk of chunks) decoder.feed(chunk);
    const rest = decoder.end();
    if (rest) seen.rest = { ...rest, ...(rest.event && { event: plain(rest.event) }) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    seen.error = error;
  }
  return seen;
}

const plain = (event: SseEvent): SseEvent => JSON.parse(JSON.stringify(event)) as SseEvent;

function* cut(bytes: Uint8Array, at: number[]): Generator<Uint8Array> {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

function* singly(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

/** Our own reading of HTML, section 9.2.6, on the whole text at once: slow, short, and not the parser's code. */
function reference(text: string): unknown[] {
  const log: unknown[] = [];
  let block: { data: string[]; event?: string; id?: string } = { data: [] };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  lines.pop();
  for (const line of lines) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === '') {
      const { data, ...others } = block;
      if (data.length > 0) log.push({ data: data.join('\n'), ...others });
      block = { data: [] };
    } else if (line.startsWith(':')) log.push({ comment: value });
    else if (field === 'data') block.data.push(value);
    else if (field === 'id' && !value.includes('\0')) block.id = value;
    else if (field === 'event' && value) block.event = value;
    else if (field === 'event') delete block.event;
    else if (field === 'retry' && /^\d+$/.test(value)) log.push({ retry: Number(value) });
  }
  return log;
}

const value = fc.oneof(
  fc.constantFrom('', ' ', ':', '{"a":1}', 'žluťoučký', '日本語', '😀🏳️‍🌈', '\u2028', '\uFEFF'),
  fc.constantFrom('a: b', '1500', 'data: x'),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, '')),
);
const known = fc.constantFrom('data:', 'data: ', 'event: ', 'id: ', ':', ': ', 'retry: ');
const unknown = fc.constantFrom('data', 'id', 'event', 'eve', 'junk: ', ' data: ', 'Data: ', 'dat');
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(known, value) },
  { weight: 1, arbitrary: fc.tuple(unknown, value) },
  { weight: 4, arbitrary: fc.constant(['', ''] as [string, string]) },
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const stream = fc
  .tuple(fc.constantFrom('', '', '\uFEFF'), fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }), value)
  .map(([bom, lines, tail]) => bom + lines.map(([parts, end]) => parts.join('') + end).join('') + tail);
const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 });

describe('createSseDecoder', () => {
  test('any split of the bytes gives the same events, comments, retries and rest', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        const bytes = bytesOf(text);
        const whole = decode([bytes]);
        expect(decode(cut(bytes, at))).toEqual(whole);
        expect(decode(singly(bytes))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test('the events are those of the specification', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const wellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(text));
        // A last line that a CR may or may not have ended is complete all the same.
        expect(decode(singly(bytesOf(text))).log).toEqual(reference(wellFormed));
      }),
      { numRuns: 1000 },
    );
  });

  test('arbitrary bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, at) => {
        expect(decode(cut(bytes, at))).toEqual(decode([bytes]));
      }),
    );
  });

  test('data lines are joined; event and id belong to their block only', () => {
    const { log } = decode([bytesOf('event: a\nid: 1\ndata: x\ndata: y\n\ndata: z\n\n')]);
    expect(log).toEqual([{ event: 'a', id: '1', data: 'x\ny' }, { data: 'z' }]);
  });

  test('one byte order mark is stripped, a second is data', () => {
    expect(decode(singly(bytesOf('\uFEFFdata: x\n\n'))).log).toEqual([{ data: 'x' }]);
    expect(decode([bytesOf('\uFEFF\uFEFFdata: x\n\n')]).log).toEqual([]);
  });

  describe('end', () => {
    const cases: [text: string, rest: SseRest | undefined][] = [
      ['', undefined],
      ['\uFEFF', undefined],
      ['data: x\n\n', undefined],
      ['data: x\r\n\r', undefined],
      ['data: x\r\r', undefined],
      ['data: x\n\n: bye', undefined],
      [': bye\n', undefined],
      ['data: x', { event: { data: 'x' }, midLine: true }],
      ['data: x\n', { event: { data: 'x' }, midLine: false }],
      ['data: x\r', { event: { data: 'x' }, midLine: false }],
      ['data: x\r\n', { event: { data: 'x' }, midLine: false }],
      ['data: x\n: ping\n', { event: { data: 'x' }, midLine: false }],
      ['id: 7\ndata: {"a":\ndata: tr', { event: { id: '7', data: '{"a":\ntr' }, midLine: true }],
      ['event: x\n', { midLine: false }],
      ['dat', { midLine: true }],
      ['retry: 15', { midLine: true }],
      ['{"error":"no stream"}', { midLine: true }],
    ];
    test.each(cases)('after %j', (text, rest) => {
      const seen = decode([bytesOf(text)]);
      expect(seen.rest).toEqual(rest);
      expect(decode(singly(bytesOf(text)))).toEqual(seen);
      // What is unfinished is told once, as the rest, and to no handler.
      expect(seen.log).toEqual(reference(text));
    });

    test('a cut code point shows as U+FFFD in the rest', () => {
      const bytes = bytesOf('data: é');
      expect(decode([bytes.subarray(0, -1)]).rest).toEqual({ event: { data: '\uFFFD' }, midLine: true });
    });

    test('a decoder that has ended takes nothing more', () => {
      const decoder = createSseDecoder({ onEvent: () => {} });
      decoder.end();
      expect(() => decoder.feed(bytesOf('data: x\n\n'))).toThrow(expect.objectContaining({ code: 'ended' }));
      expect(() => decoder.end()).toThrow(WireError);
    });
  });

  describe('limits', () => {
    const spec = fc.record({
      lineBytes: fc.integer({ min: 1, max: 60 }),
      eventBytes: fc.integer({ min: 1, max: 60 }),
      totalBytes: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 400 })),
    });

    test('are hit at the same byte, after the same events, whatever the split', () => {
      fc.assert(
        fc.property(stream, cuts, spec, (text, at, limits) => {
          const bytes = bytesOf(text);
          const whole = decode([bytes], limits);
          expect(decode(cut(bytes, at), limits)).toEqual(whole);
          expect(decode(singly(bytes), limits)).toEqual(whole);
        }),
        { numRuns: 1000 },
      );
    });

    test('hit exactly what is too long, and say where', () => {
      const ok = decode([bytesOf('data: 1234\n\n')], { lineBytes: 10, eventBytes: 10, totalBytes: 12 });
      expect(ok).toEqual({ log: [{ data: '1234' }] });

      const text = 'data: ok\n\ndata: 12345\n\n';
      expect(decode([bytesOf(text)], { lineBytes: 10 })).toMatchObject({
        log: [{ data: 'ok' }],
        error: { code: 'line-limit', limit: 10, at: 20 },
      });
      expect(decode([bytesOf('data: 12\ndata: 34\n\n')], { eventBytes: 15 })).toMatchObject({
        log: [],
        error: { code: 'event-limit', limit: 15, at: 16 },
      });
      expect(decode([bytesOf(text)], { totalBytes: 22 })).toMatchObject({
        log: [{ data: 'ok' }],
        error: { code: 'total-limit', limit: 22, at: 22 },
      });
    });

    test('comments make no event long, but their lines count', () => {
      expect(decode([bytesOf(': ping\n'.repeat(50))], { eventBytes: 20 }).error).toBeUndefined();
      expect(decode([bytesOf(`: ${'p'.repeat(50)}\n`)], { lineBytes: 20 }).error?.code).toBe('line-limit');
    });

    test('the error names the limit and the place', () => {
      expect(decode([bytesOf('data: 12345')], { lineBytes: 8 }).error?.message).toBe(
        'A line of the event stream is longer than 8 bytes (lineBytes); the limit was passed at byte 8',
      );
    });

    test('a limit that is none is refused', () => {
      expect(() => createSseDecoder({ onEvent: () => {} }, { lineBytes: Number.NaN })).toThrow(/lineBytes: expected/);
    });

    test('a decoder that has thrown stays shut', () => {
      const decoder = createSseDecoder({ onEvent: () => {} }, { lineBytes: 4 });
      expect(() => decoder.feed(bytesOf('data: 1'))).toThrow(WireError);
      expect(() => decoder.feed(bytesOf('\n'))).toThrow(expect.objectContaining({ code: 'line-limit' }));
      expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'line-limit' }));
    });
  });

  test('what a handler throws comes out of feed, and shuts the decoder', () => {
    const oops = new Error('oops');
    const decoder = createSseDecoder({
      onEvent: () => {
        throw oops;
      },
    });
    expect(() => decoder.feed(bytesOf('data: x\n\n'))).toThrow(oops);
    expect(() => decoder.feed(bytesOf('data: x\n\n'))).toThrow(oops);
  });

  test('one long line in one-byte chunks costs linear work', () => {
    const size = 100_000;
    let decoded = 0;
    let joined = 0;
    const decodeText = TextDecoder.prototype.decode;
    const join = Array.prototype.join;
    const spies = [
      vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation(function (this: TextDecoder, ...args) {
        const text = decodeText.apply(this, args);
        decoded += text.length;
        return text;
      }),
      vi.spyOn(Array.prototype, 'join').mockImplementation(function (this: unknown[], ...args) {
        const text = join.apply(this, args);
        joined += text.length;
        return text;
      }),
    ];
    let data = '';
    try {
      const decoder = createSseDecoder({ onEvent: (event) => void (data = event.data) });
      for (const chunk of singly(bytesOf(`data: ${'x'.repeat(size)}\n\n`))) decoder.feed(chunk);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(data).toHaveLength(size);
    expect(decoded).toBe(size + 8);
    expect(joined).toBeLessThan(2 * size);
  });
});
