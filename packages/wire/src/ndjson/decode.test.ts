import { expect, test } from 'vitest';
import { decodeNdjson } from './decode.ts';
import { parseNdjsonLine } from './line.ts';
import type { NdjsonLine } from './line.ts';

/** A source that tells whether it was left; after its texts it ends or waits for ever. */
function source(texts: string[], after: 'end' | 'wait' = 'end') {
  const seen = { reads: 0, closed: false };
  const iterable: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const text = texts[seen.reads++];
        if (text !== undefined) return { done: false, value: new TextEncoder().encode(text) };
        if (after === 'wait') return new Promise(() => {});
        return { done: true, value: undefined };
      },
      async return() {
        seen.closed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { iterable, seen };
}

async function take(lines: AsyncIterable<NdjsonLine>): Promise<{ texts: string[]; error?: unknown }> {
  const texts: string[] = [];
  try {
    for await (const { text } of lines) texts.push(text);
  } catch (error) {
    return { texts, error };
  }
  return { texts };
}

test('reads an async iterable and a web stream', async () => {
  const texts = ['1\n2', '3\n\n', '4'];
  expect(await take(decodeNdjson(source(texts).iterable))).toEqual({ texts: ['1', '23', '4'] });
  expect(await take(decodeNdjson(new Blob(texts).stream()))).toEqual({ texts: ['1', '23', '4'] });
});

test('the last line without LF comes last, and is marked', async () => {
  const lines: NdjsonLine[] = [];
  for await (const line of decodeNdjson(source(['1\n', '{"a"']).iterable)) lines.push(line);
  expect(lines).toEqual([
    { number: 1, text: '1' },
    { number: 2, text: '{"a"', unterminated: true },
  ]);
});

test('a line that is no JSON leaves the next alone', async () => {
  const log: unknown[] = [];
  for await (const line of decodeNdjson(source(['{"a":1}\n', 'oops\n{"b":2}\n{"c":']).iterable)) {
    try {
      log.push(parseNdjsonLine(line));
    } catch (error) {
      log.push(error);
    }
  }
  expect(log).toMatchObject([
    { a: 1 },
    {
      code: 'bad-json',
      line: 2,
      message: expect.stringMatching(/^expected JSON in line 2: ./),
      cause: expect.any(SyntaxError),
    },
    { b: 2 },
    {
      code: 'bad-json',
      line: 4,
      message: expect.stringMatching(/^expected JSON in line 4, where the stream stopped: ./),
    },
  ]);
});

test('a limit and a bad line throw after the lines before them, and cancel the source', async () => {
  const long = source(['1\n2\n', '3\n12345\n'], 'wait');
  expect(await take(decodeNdjson(long.iterable, { limits: { lineBytes: 4 } }))).toMatchObject({
    texts: ['1', '2', '3'],
    error: { code: 'line-limit', at: 10 },
  });
  expect(long.seen.closed).toBe(true);

  const blank = source(['1\n\n2\n'], 'wait');
  expect(await take(decodeNdjson(blank.iterable, { blankLines: 'error' }))).toMatchObject({
    texts: ['1'],
    error: { code: 'blank-line', line: 2 },
  });
  expect(blank.seen.closed).toBe(true);
});

test('a bad line that somebody takes is passed over', async () => {
  const bad: unknown[] = [];
  const { iterable } = source(['1\n\n2\n']);
  const lines = decodeNdjson(iterable, {
    blankLines: 'error',
    onBadLine: ({ number }, { code }) => bad.push([number, code]),
  });
  expect(await take(lines)).toEqual({ texts: ['1', '2'] });
  expect(bad).toEqual([[2, 'blank-line']]);
});

test('an abort while a read is pending throws the reason; leaving the loop cancels the source', async () => {
  const control = new AbortController();
  const aborted = source(['1\n'], 'wait');
  const running = take(decodeNdjson(aborted.iterable, { signal: control.signal }));
  await expect.poll(() => aborted.seen.reads).toBe(2);
  const reason = new Error('enough');
  control.abort(reason);
  expect(await running).toEqual({ texts: ['1'], error: reason });
  expect(aborted.seen.closed).toBe(true);

  const left = source(['1\n2\n'], 'wait');
  for await (const _ of decodeNdjson(left.iterable)) break;
  expect(left.seen).toEqual({ reads: 1, closed: true });
});
