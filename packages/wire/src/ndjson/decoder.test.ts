import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { WireError } from '../wire-error.ts';
import { createNdjsonDecoder } from './decoder.ts';
import type { NdjsonHandlers, NdjsonLimits } from './decoder.ts';
import type { NdjsonLine } from './line.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

interface Seen {
  lines: NdjsonLine[];
  bad: [number: number, code: string, text: string][];
  error?: WireError;
}

function decode(chunks: Iterable<Uint8Array>, limits?: NdjsonLimits, handlers?: Partial<NdjsonHandlers>): Seen {
  const seen: Seen = { lines: [], bad: [] };
  const decoder = createNdjsonDecoder({ onLine: (line) => seen.lines.push(line), ...handlers }, limits);
  try {
    for (const chunk of chunks) decoder.feed(chunk);
    decoder.end();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    seen.error = error;
  }
  return seen;
}

/** Every bad line is taken, blank ones too. */
function decodeAll(chunks: Iterable<Uint8Array>, limits?: NdjsonLimits): Seen {
  const bad: Seen['bad'] = [];
  const onBadLine = ({ number, text }: NdjsonLine, { code, line }: WireError) => {
    expect(line).toBe(number);
    bad.push([number, code, text]);
  };
  return { ...decode(chunks, limits, { onBadLine, blankLines: 'error' }), bad };
}

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

/** Our own reading of the format, on the whole text at once. */
function reference(text: string): NdjsonLine[] {
  const raw = text.replace(/^\uFEFF/, '').split('\n');
  return raw
    .map((line, index): NdjsonLine => {
      const isLast = index === raw.length - 1;
      return {
        number: index + 1,
        text: isLast ? line : line.replace(/\r$/, ''),
        ...(isLast && { unterminated: true as const }),
      };
    })
    .filter((line) => /[^ \t\r]/.test(line.text));
}

const value = fc.oneof(
  fc.json({ maxDepth: 2, noUnicodeString: false }),
  fc.constantFrom(
    '',
    ' ',
    '\t',
    '\r',
    '{"a":',
    '"žluťoučký"',
    '"日本語"',
    '"😀🏳️‍🌈"',
    '"\u2028\u2029\u0085"',
    '\uFEFF{}',
    '{"a":\r1}',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replace(/\n/g, '')),
);
const stream = fc
  .tuple(
    fc.constantFrom('', '', '\uFEFF'),
    fc.array(fc.tuple(value, fc.constantFrom('\n', '\n', '\r\n', '\r\r\n', '\n\n')), { maxLength: 20 }),
    value,
  )
  .map(([bom, lines, tail]) => bom + lines.flat().join('') + tail);
/** Often enough not UTF-8. */
const bytes = fc.oneof(
  stream.map(bytesOf),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(10, 10, 13, 32, 0x7b, 0x7d, 0xc3, 0xa9, 0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80),
        fc.nat({ max: 255 }),
      ),
      { maxLength: 60 },
    )
    .map((all) => Uint8Array.from(all)),
);
const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 });

describe('createNdjsonDecoder', () => {
  test('any split of the bytes gives the same lines, good and bad', () => {
    fc.assert(
      fc.property(bytes, cuts, (bytes, at) => {
        const whole = decode([bytes]);
        expect(decode(cut(bytes, at))).toEqual(whole);
        expect(decode(singly(bytes))).toEqual(whole);
        const all = decodeAll([bytes]);
        expect(decodeAll(cut(bytes, at))).toEqual(all);
        expect(decodeAll(singly(bytes))).toEqual(all);
        expect(all.error).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('the lines are what stands between the LFs', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const wellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(text));
        expect(decode([bytesOf(text)])).toEqual({ lines: reference(wellFormed), bad: [] });
      }),
      { numRuns: 1000 },
    );
  });

  const cases: [text: string, lines: NdjsonLine[]][] = [
    ['', []],
    ['\uFEFF', []],
    ['\n', []],
    [' \r\n\t\n', []],
    [
      '1\n2\n',
      [
        { number: 1, text: '1' },
        { number: 2, text: '2' },
      ],
    ],
    [
      '1\r\n2\r\n',
      [
        { number: 1, text: '1' },
        { number: 2, text: '2' },
      ],
    ],
    ['1\r\r\n', [{ number: 1, text: '1\r' }]],
    ['1\r2\n', [{ number: 1, text: '1\r2' }]],
    ['1\u2028\u2029\u0085\v\f2\n', [{ number: 1, text: '1\u2028\u2029\u0085\v\f2' }]],
    ['\n\n3\n', [{ number: 3, text: '3' }]],
    [
      '\uFEFF1\n\uFEFF2\n',
      [
        { number: 1, text: '1' },
        { number: 2, text: '\uFEFF2' },
      ],
    ],
    ['\uFEFF\uFEFF1\n', [{ number: 1, text: '\uFEFF1' }]],
    [
      '1\n2',
      [
        { number: 1, text: '1' },
        { number: 2, text: '2', unterminated: true },
      ],
    ],
    ['{"a":"é', [{ number: 1, text: '{"a":"é', unterminated: true }]],
    ['1\r', [{ number: 1, text: '1\r', unterminated: true }]],
    ['1\n \t', [{ number: 1, text: '1' }]],
  ];
  test.each(cases)('%j', (text, lines) => {
    expect(decode([bytesOf(text)])).toEqual({ lines, bad: [] });
    expect(decode(singly(bytesOf(text)))).toEqual({ lines, bad: [] });
  });

  describe('a bad line', () => {
    const latin1 = Uint8Array.from([...bytesOf('{"a":1}\n{"b":"'), 0xe9, ...bytesOf('"}\n\n{"d":1}\n')]);

    test('ends the decoding, after the lines before it, and is named', () => {
      for (const chunks of [[latin1], singly(latin1)]) {
        expect(decode(chunks)).toMatchObject({
          lines: [{ number: 1, text: '{"a":1}' }],
          error: { code: 'bad-utf8', line: 2, message: 'expected UTF-8 in line 2' },
        });
      }
    });

    test('does not poison the next where somebody takes it', () => {
      expect(decodeAll([latin1])).toEqual({
        lines: [
          { number: 1, text: '{"a":1}' },
          { number: 4, text: '{"d":1}' },
        ],
        bad: [
          [2, 'bad-utf8', '{"b":"\uFFFD"}'],
          [3, 'blank-line', ''],
        ],
      });
    });

    test('a blank one is none unless it is asked for', () => {
      expect(decode([bytesOf('1\n \r\n2\n')], {}, { blankLines: 'error' })).toMatchObject({
        lines: [{ number: 1 }],
        error: { code: 'blank-line', line: 2, message: 'expected JSON in line 2, got a blank line' },
      });
      expect(decode([bytesOf('1\n\n2\n')], {}, { blankLines: 'skip' }).lines).toHaveLength(2);
    });

    test('a code point that the end of the stream cuts', () => {
      const text = bytesOf('1\n"é').subarray(0, -1);
      expect(decode([text])).toMatchObject({ lines: [{ number: 1 }], error: { code: 'bad-utf8', line: 2 } });
    });
  });

  describe('limits', () => {
    const spec = fc.record({
      lineBytes: fc.integer({ min: 1, max: 30 }),
      totalBytes: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 200 })),
    });

    test('are hit at the same byte, after the same lines, whatever the split', () => {
      fc.assert(
        fc.property(bytes, cuts, spec, (bytes, at, limits) => {
          const whole = decodeAll([bytes], limits);
          expect(decodeAll(cut(bytes, at), limits)).toEqual(whole);
          expect(decodeAll(singly(bytes), limits)).toEqual(whole);
        }),
        { numRuns: 2000 },
      );
    });

    test.each(['\n', '\r\n'])('hit exactly what is too long, with %j', (end) => {
      const text = `1234${end}12345${end}1${end}`;
      const longest = { lineBytes: 5, totalBytes: text.length };
      expect(decode([bytesOf(text)], longest).lines).toHaveLength(3);
      expect(decode(singly(bytesOf(text)), longest).lines).toHaveLength(3);
      expect(decode([bytesOf(text)], { lineBytes: 4 })).toMatchObject({
        lines: [{ text: '1234' }],
        error: {
          code: 'line-limit',
          limit: 4,
          at: 8 + end.length,
          message: `A line is longer than 4 bytes (lineBytes); the limit was passed at byte ${8 + end.length}`,
        },
      });
      expect(decode([bytesOf(text)], { totalBytes: 5 + end.length })).toMatchObject({
        lines: [{ text: '1234' }],
        error: { code: 'total-limit', limit: 5 + end.length, at: 5 + end.length },
      });
    });

    test('one CR more than the limit must be the line end', () => {
      for (const text of ['1234\rx\n', '1234\r', '1234\r\r\n']) {
        for (const chunks of [[bytesOf(text)], singly(bytesOf(text))]) {
          expect(decode(chunks, { lineBytes: 4 })).toMatchObject({ lines: [], error: { code: 'line-limit', at: 4 } });
        }
      }
    });

    test('a limit that is none is refused', () => {
      expect(() => createNdjsonDecoder({ onLine: () => {} }, { lineBytes: 0 })).toThrow(
        'lineBytes: expected a number of bytes above 0, got 0',
      );
    });
  });

  test('a decoder that has ended or thrown takes nothing more', () => {
    const ended = createNdjsonDecoder({ onLine: () => {} });
    ended.end();
    expect(() => ended.feed(bytesOf('1\n'))).toThrow(expect.objectContaining({ code: 'ended' }));
    expect(() => ended.end()).toThrow(expect.objectContaining({ code: 'ended' }));

    const thrown = createNdjsonDecoder({ onLine: () => {} }, { lineBytes: 4 });
    expect(() => thrown.feed(bytesOf('12345'))).toThrow(WireError);
    expect(() => thrown.feed(bytesOf('\n'))).toThrow(expect.objectContaining({ code: 'line-limit' }));
    expect(() => thrown.end()).toThrow(expect.objectContaining({ code: 'line-limit' }));
  });

  test('what a handler throws comes out of feed, and shuts the decoder', () => {
    const oops = new Error('oops');
    const decoder = createNdjsonDecoder({
      onLine: () => {
        throw oops;
      },
    });
    expect(() => decoder.feed(bytesOf('1\n'))).toThrow(oops);
    expect(() => decoder.feed(bytesOf('1\n'))).toThrow(oops);
  });

  test('the buffer of a chunk may be used again', () => {
    const lines: string[] = [];
    const decoder = createNdjsonDecoder({ onLine: ({ text }) => lines.push(text) });
    const buffer = bytesOf('123');
    decoder.feed(buffer);
    buffer.set(bytesOf('45\n'));
    decoder.feed(buffer);
    expect(lines).toEqual(['12345']);
  });

  test('one long line in one-byte chunks costs linear work', () => {
    const size = 100_000;
    let copied = 0;
    let decoded = 0;
    const set = Uint8Array.prototype.set;
    const decodeText = TextDecoder.prototype.decode;
    const spies = [
      vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, from, at) {
        copied += from.length;
        set.call(this, from, at);
      }),
      vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation(function (this: TextDecoder, ...args) {
        const text = decodeText.apply(this, args);
        decoded += text.length;
        return text;
      }),
    ];
    let text = '';
    try {
      const decoder = createNdjsonDecoder({ onLine: (line) => void (text = line.text) });
      for (const chunk of singly(bytesOf(`"${'x'.repeat(size)}"\n`))) decoder.feed(chunk);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(text).toHaveLength(size + 2);
    expect(copied).toBeLessThan(4 * size);
    expect(decoded).toBe(size + 2);
  });
});
