import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseMeter } from './meter.ts';

const text = fc.array(fc.constantFrom('\n', '\r', 'd', ':', '\n\n', '\r\n', '\r\n\r\n'), { maxLength: 40 });

/** Counts how often a byte is looked at. */
function counting(bytes: Uint8Array): { bytes: ArrayLike<number>; reads(): number } {
  let reads = 0;
  const proxy = new Proxy(bytes, {
    get(target, key) {
      if (key === 'length') return target.length;
      reads++;
      return target[Number(key)];
    },
  });
  return { bytes: proxy, reads: () => reads };
}

test('skipping what stands before the last blank line changes no result', () => {
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (first, others) => {
      const chunks = [first, ...others].map((chunk) => new TextEncoder().encode(chunk.join('')));
      const skipping = createSseMeter();
      const plodding = createSseMeter();
      for (const chunk of chunks) {
        skipping.measure(chunk);
        for (const byte of chunk) plodding.measure([byte]);
        expect([skipping.midLine, skipping.midEvent, skipping.totalBytes]).toEqual([
          plodding.midLine,
          plodding.midEvent,
          plodding.totalBytes,
        ]);
      }
    }),
    { numRuns: 2000 },
  );
});

test('each byte is looked at a few times at most, in one chunk or in many', () => {
  const shapes = ['x'.repeat(4000), 'data: x\n'.repeat(500), 'data: x\r\n\r\n'.repeat(400), '\n'.repeat(4000)];
  for (const shape of shapes) {
    const whole = new TextEncoder().encode(shape);
    for (const size of [1, 7, 1024, whole.length]) {
      for (const limits of [{}, { lineBytes: whole.length, eventBytes: whole.length }]) {
        const meter = createSseMeter(limits);
        let reads = 0;
        for (let at = 0; at < whole.length; at += size) {
          const chunk = counting(whole.subarray(at, at + size));
          expect(meter.measure(chunk.bytes)).toBeUndefined();
          reads += chunk.reads();
        }
        expect(reads).toBeLessThan(4 * whole.length);
      }
    }
  }
});

test.each(['\n', '\r\n', '\r'])('a chunk full of events that end in %j is looked at only at its end', (end) => {
  const chunk = counting(new TextEncoder().encode(`data: {"a":1}${end}${end}`.repeat(4000)));
  createSseMeter().measure(chunk.bytes);
  expect(chunk.reads()).toBeLessThan(20);
});
