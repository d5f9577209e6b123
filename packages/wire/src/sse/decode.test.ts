import { describe, expect, test } from 'vitest';
import { decodeSse } from './decode.ts';
import type { SseEvent, SseRest } from './decoder.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A source that tells what was done with it; after its texts it ends, throws `error`, or waits for ever. */
function source(texts: string[], after: 'end' | 'wait' | Error = 'end') {
  const seen = { reads: 0, closed: false };
  const iterable: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const text = texts[seen.reads++];
        if (text !== undefined) return { done: false, value: bytesOf(text) };
        if (after === 'wait') return new Promise(() => {});
        if (after instanceof Error) throw after;
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

function webStream(texts: string[], after: 'end' | 'wait' = 'end') {
  const seen: { cancelled?: unknown } = {};
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const text = texts.shift();
        if (text !== undefined) controller.enqueue(bytesOf(text));
        else if (after === 'end') controller.close();
        else return new Promise(() => {});
      },
      cancel(reason) {
        seen.cancelled = { reason };
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

async function take(events: AsyncIterable<SseEvent>): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = [];
  try {
    for await (const event of events) data.push(event.data);
  } catch (error) {
    return { data, error };
  }
  return { data };
}

describe('decodeSse', () => {
  test('reads an async iterable and a web stream', async () => {
    const texts = ['data: a\n\nda', 'ta: b\n\n', 'data: c\n\n'];
    expect(await take(decodeSse(source(texts).iterable))).toEqual({ data: ['a', 'b', 'c'] });
    expect(await take(decodeSse(webStream([...texts]).stream))).toEqual({ data: ['a', 'b', 'c'] });
    const { signal } = new AbortController();
    expect(await take(decodeSse(webStream([...texts]).stream, { signal }))).toEqual({ data: ['a', 'b', 'c'] });
  });

  test('tells an unfinished event at the end, and does not yield it', async () => {
    const rests: SseRest[] = [];
    const { iterable } = source(['data: a\n\ndata: {"b"']);
    expect(await take(decodeSse(iterable, { onUnfinished: (rest) => rests.push(rest) }))).toEqual({ data: ['a'] });
    expect(rests).toEqual([{ event: { data: '{"b"' }, midLine: true }]);
  });

  test('reads no chunk before it is asked for', async () => {
    const { iterable, seen } = source(['data: a\n\ndata: b\n\n', 'data: c\n\n']);
    const events = decodeSse(iterable);
    expect(seen.reads).toBe(0);
    await events.next();
    await events.next();
    expect(seen.reads).toBe(1);
    await events.next();
    expect(seen.reads).toBe(2);
  });

  test('cancels the source when the consumer leaves', async () => {
    const plain = source(['data: a\n\n'], 'wait');
    for await (const _ of decodeSse(plain.iterable)) break;
    expect(plain.seen.closed).toBe(true);

    const web = webStream(['data: a\n\n'], 'wait');
    for await (const _ of decodeSse(web.stream)) break;
    expect(web.seen.cancelled).toBeDefined();
  });

  test('an abort while a read is pending throws the reason and cancels the source', async () => {
    const reason = new Error('enough');
    const control = new AbortController();
    const plain = source(['data: a\n\n'], 'wait');
    const web = webStream(['data: a\n\n'], 'wait');
    const running = [plain.iterable, web.stream].map((from) => take(decodeSse(from, { signal: control.signal })));
    await expect.poll(() => plain.seen.reads).toBe(2);
    control.abort(reason);
    expect(await Promise.all(running)).toEqual(running.map(() => ({ data: ['a'], error: reason })));
    expect(plain.seen.closed).toBe(true);
    expect(web.seen.cancelled).toBeDefined();
  });

  test('an abort is seen between two events of one chunk, and before the first read', async () => {
    const control = new AbortController();
    const { iterable, seen } = source(['data: a\n\ndata: b\n\n']);
    const events = decodeSse(iterable, { signal: control.signal });
    await events.next();
    control.abort();
    await expect(events.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.closed).toBe(true);

    const late = source(['data: a\n\n']);
    expect(await take(decodeSse(late.iterable, { signal: control.signal }))).toMatchObject({ data: [] });
    expect(late.seen).toEqual({ reads: 0, closed: true });
  });

  test('an error of the source comes out as it is, after the events before it', async () => {
    const error = new TypeError('terminated');
    const { iterable, seen } = source(['data: a\n\ndata: b'], error);
    expect(await take(decodeSse(iterable))).toEqual({ data: ['a'], error });
    expect(seen.closed).toBe(false);
  });

  test('a limit throws after the events before it, even of the same chunk, and cancels the source', async () => {
    const { iterable, seen } = source(['data: a\n\ndata: 0123456789\n\n'], 'wait');
    const got = await take(decodeSse(iterable, { limits: { lineBytes: 10 } }));
    expect(got).toMatchObject({ data: ['a'], error: { code: 'line-limit' } });
    expect(seen.closed).toBe(true);
  });

  test('reports comments and retries', async () => {
    const log: unknown[] = [];
    const { iterable } = source([': hi\nretry: 50\ndata: a\n\n']);
    await take(decodeSse(iterable, { onComment: (text) => log.push(text), onRetry: (ms) => log.push(ms) }));
    expect(log).toEqual(['hi', 50]);
  });
});
