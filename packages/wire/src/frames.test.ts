import { EventEmitter } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { writeFrames } from './frames.ts';
import type { FrameSink, FramesEnd } from './frames.ts';

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function defer<T>(): Deferred<T> {
  let settle!: Omit<Deferred<T>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => void (settle = { resolve, reject }));
  return { promise, ...settle };
}

/** A sink in memory; `full` makes every write ask for a drain. */
class MemorySink extends EventEmitter implements FrameSink {
  readonly written: string[] = [];
  full = false;
  ended = false;
  destroyed = false;
  write(frame: string | Uint8Array): boolean {
    this.written.push(String(frame));
    this.emit('written');
    return !this.full;
  }
  end(): void {
    this.ended = true;
  }
  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }
  listenersLeft(): number {
    return ['drain', 'close', 'error'].reduce((sum, name) => sum + this.listenerCount(name), 0);
  }
}

/** Timers that fire when the test says so. */
function manualTimers() {
  const armed: { ms: number; fire: () => void }[] = [];
  return {
    armed,
    setTimer(ms: number, fire: () => void) {
      const timer = { ms, fire };
      armed.push(timer);
      return () => void (armed.includes(timer) && armed.splice(armed.indexOf(timer), 1));
    },
    async fire(ms: number) {
      await expect.poll(() => armed.some((timer) => timer.ms === ms), { interval: 1 }).toBe(true);
      const [timer] = armed.splice(
        armed.findIndex((candidate) => candidate.ms === ms),
        1,
      );
      timer?.fire();
    },
  };
}

/** Frames that a test hands out one by one, and what became of their source. */
function handed() {
  const queue: Deferred<IteratorResult<string>>[] = [];
  const seen = { asked: 0, returned: 0 };
  const slot = (index: number) => (queue[index] ??= defer<IteratorResult<string>>());
  let given = 0;
  const frames: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => slot(seen.asked++).promise,
      async return() {
        seen.returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  return {
    frames,
    seen,
    give: (value: string) => slot(given++).resolve({ done: false, value }),
    finish: () => slot(given++).resolve({ done: true, value: undefined }),
    fail: (error: Error) => slot(given++).reject(error),
  };
}

const until = (sink: MemorySink, count: number) => expect.poll(() => sink.written.length, { interval: 1 }).toBe(count);

describe('writeFrames', () => {
  test('writes each frame whole, in order, then ends the sink and takes its listeners off', async () => {
    const sink = new MemorySink();
    const source = handed();
    for (const frame of ['a', 'b', 'c']) source.give(frame);
    source.finish();
    const control = new AbortController();
    expect(await writeFrames(source.frames, sink, { signal: control.signal })).toBe('complete');
    expect(sink.written).toEqual(['a', 'b', 'c']);
    expect(sink.ended).toBe(true);
    expect(sink.listenersLeft()).toBe(0);
    expect(source.seen).toEqual({ asked: 4, returned: 0 });
  });

  test('takes no further frame before the sink has drained', async () => {
    const sink = new MemorySink();
    sink.full = true;
    const source = handed();
    source.give('a');
    source.give('b');
    source.finish();
    const end = writeFrames(source.frames, sink);
    await until(sink, 1);
    await new Promise(setImmediate);
    expect(source.seen.asked).toBe(1);
    sink.emit('drain');
    await until(sink, 2);
    sink.emit('drain');
    expect(await end).toBe('complete');
    expect(sink.listenersLeft()).toBe(0);
  });

  describe('stops, and closes the source', () => {
    const stops: [how: string, end: FramesEnd, stop: (sink: MemorySink, control: AbortController) => void][] = [
      ['when the peer leaves', 'left', (sink) => sink.leave()],
      ['when the sink has an error', 'left', (sink) => sink.emit('error', new Error('EPIPE'))],
      ['when the signal aborts', 'aborted', (_, control) => control.abort()],
    ];
    for (const [how, expected, stop] of stops) {
      for (const full of [false, true]) {
        test(`${how} while it waits for ${full ? 'a drain' : 'a frame'}`, async () => {
          const sink = new MemorySink();
          sink.full = full;
          const source = handed();
          source.give('a');
          const control = new AbortController();
          const end = writeFrames(source.frames, sink, { signal: control.signal });
          await until(sink, 1);
          stop(sink, control);
          expect(await end).toBe(expected);
          expect(source.seen.returned).toBe(1);
          expect(sink.ended).toBe(false);
          expect(sink.listenersLeft()).toBe(0);
        });
      }
    }

    test('when it was over before it began', async () => {
      const gone = new MemorySink();
      gone.destroyed = true;
      const source = handed();
      expect(await writeFrames(source.frames, gone)).toBe('left');
      expect(await writeFrames(source.frames, new MemorySink(), { signal: AbortSignal.abort() })).toBe('aborted');
      expect(source.seen).toEqual({ asked: 0, returned: 2 });
    });

    test('when the sink was destroyed and has not said so yet', async () => {
      const sink = new MemorySink();
      const source = handed();
      const end = writeFrames(source.frames, sink);
      sink.destroyed = true;
      source.give('a');
      expect(await end).toBe('left');
      expect(sink.written).toEqual([]);
      expect(source.seen.returned).toBe(1);
    });

    test('when the peer reads nothing for too long', async () => {
      const sink = new MemorySink();
      sink.full = true;
      const source = handed();
      source.give('a');
      const timers = manualTimers();
      const end = writeFrames(source.frames, sink, { stallMs: 77, setTimer: timers.setTimer });
      await timers.fire(77);
      expect(await end).toBe('stalled');
      expect(source.seen.returned).toBe(1);
      expect(timers.armed).toEqual([]);
    });
  });

  test('an error of the source is thrown, and the sink is left open', async () => {
    const sink = new MemorySink();
    const source = handed();
    source.give('a');
    source.fail(new Error('agent broke'));
    await expect(writeFrames(source.frames, sink)).rejects.toThrow('agent broke');
    expect(sink.written).toEqual(['a']);
    expect(sink.ended).toBe(false);
    expect(source.seen.returned).toBe(0);
    expect(sink.listenersLeft()).toBe(0);
  });

  test('each silence brings one keep-alive; a frame begins the silence anew', async () => {
    const sink = new MemorySink();
    const source = handed();
    const timers = manualTimers();
    const keepAlive = { everyMs: 15_000, frame: ': ping\n\n' };
    const end = writeFrames(source.frames, sink, { keepAlive, setTimer: timers.setTimer });
    await timers.fire(15_000);
    await until(sink, 1);
    await timers.fire(15_000);
    await until(sink, 2);
    source.give('a');
    await until(sink, 3);
    await timers.fire(15_000);
    await until(sink, 4);
    source.finish();
    expect(await end).toBe('complete');
    expect(sink.written).toEqual([': ping\n\n', ': ping\n\n', 'a', ': ping\n\n']);
    expect(timers.armed).toEqual([]);
  });

  test('no keep-alive is written while the peer is not reading', async () => {
    const sink = new MemorySink();
    sink.full = true;
    const source = handed();
    source.give('a');
    const timers = manualTimers();
    const keepAlive = { everyMs: 15_000, frame: ': ping\n\n' };
    const control = new AbortController();
    const end = writeFrames(source.frames, sink, { keepAlive, setTimer: timers.setTimer, signal: control.signal });
    await until(sink, 1);
    await expect.poll(() => timers.armed.map((timer) => timer.ms)).toEqual([60_000]);
    control.abort();
    expect(await end).toBe('aborted');
  });
});

describe('writeFrames to a real HTTP client', () => {
  let server: Server;
  afterEach(() => void (server.closeAllConnections(), server.close()));

  async function serve(handler: (response: ServerResponse) => void): Promise<IncomingMessage> {
    server = createServer((_, response) => handler(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => get({ port, host: '127.0.0.1' }, resolve).on('error', reject));
  }

  test('a slow reader gets every byte, and little waits in memory for it', async () => {
    const frame = `data: ${'x'.repeat(16_376)}\n\n`;
    const count = 4000;
    let most = 0;
    const end = defer<FramesEnd>();
    const incoming = await serve((response) => {
      async function* frames() {
        for (let index = 0; index < count; index++) {
          most = Math.max(most, response.writableLength);
          yield frame;
        }
      }
      writeFrames(frames(), response).then(end.resolve, end.reject);
    });
    let received = 0;
    for await (const chunk of incoming) {
      received += (chunk as Uint8Array).length;
      await new Promise(setImmediate);
    }
    expect(await end.promise).toBe('complete');
    expect(received).toBe(count * frame.length);
    expect(most).toBeLessThan(4 * 64 * 1024);
  });

  test('a client that hangs up stops the source', async () => {
    const end = defer<FramesEnd>();
    const stopped = defer<void>();
    async function* endless() {
      try {
        for (;;) {
          yield 'data: x\n\n';
          await new Promise(setImmediate);
        }
      } finally {
        stopped.resolve();
      }
    }
    const incoming = await serve((response) => {
      writeFrames(endless(), response).then(end.resolve, end.reject);
    });
    incoming.destroy();
    expect(await end.promise).toBe('left');
    await stopped.promise;
  });
});
