import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WireError } from '../wire-error.ts';
import { createSseDecoder } from './decoder.ts';
import { encodeSseComment, encodeSseEvent } from './encode.ts';

function decode(text: string): unknown[] {
  const log: unknown[] = [];
  const decoder = createSseDecoder({
    onEvent: (event) => log.push(event),
    onComment: (comment) => log.push({ comment }),
    onRetry: (retry) => log.push({ retry }),
  });
  decoder.feed(new TextEncoder().encode(text));
  expect(decoder.end()).toBeUndefined();
  return log;
}

// Any code points, but no lone surrogates: UTF-8 has none.
const wellFormed = fc.string({ unit: 'binary' });
const oneLine = wellFormed.map((text) => text.replace(/[\r\n\0]/g, ''));

describe('encodeSseEvent', () => {
  test('what is encoded decodes to the same, CR apart', () => {
    const event = fc.record(
      { data: wellFormed, event: oneLine.filter(Boolean), id: oneLine, retry: fc.nat() },
      { requiredKeys: ['data'] },
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const expected = events.flatMap(({ retry, data, ...others }) => [
          ...(retry === undefined ? [] : [{ retry }]),
          { ...others, data: data.replace(/\r\n|\r/g, '\n') },
        ]);
        expect(decode(events.map(encodeSseEvent).join(''))).toEqual(expected);
      }),
    );
  });

  test('writes one data line for each line', () => {
    expect(encodeSseEvent({ event: 'a', id: '1', retry: 5, data: 'x\ny\r\nz\rw' })).toBe(
      'event: a\nid: 1\nretry: 5\ndata: x\ndata: y\ndata: z\ndata: w\n\n',
    );
    expect(encodeSseEvent({ data: '' })).toBe('data: \n\n');
  });

  test.each(['a\nb', 'a\rb', 'a\0b'])('refuses %j as event or id', (value) => {
    expect(() => encodeSseEvent({ data: '', event: value })).toThrow(WireError);
    expect(() => encodeSseEvent({ data: '', id: value })).toThrow(/^id: expected a text without .* got U\+000. at/);
  });

  test.each([-1, 1.5, Number.NaN])('refuses %s as retry', (retry) => {
    expect(() => encodeSseEvent({ data: '', retry })).toThrow(expect.objectContaining({ code: 'bad-field' }));
  });
});

test('a comment of several lines is nothing but comments', () => {
  expect(encodeSseComment('a\ndata: b')).toBe(': a\n: data: b\n\n');
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(decode(encodeSseComment(text))).toEqual(text.split(/\r\n|\r|\n/).map((comment) => ({ comment })));
    }),
  );
});
