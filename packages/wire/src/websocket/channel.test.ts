import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { channelOf } from './channel.ts';
import type { WebSocketChannel, WebSocketLimits } from './channel.ts';
import { connectWebSocket } from './connect.ts';
import { CLIENTS, webSocketTarget } from './loopback.test.data.ts';
import type { WebSocketLike } from './socket.ts';

async function take(channel: WebSocketChannel): Promise<{ all: (string | Uint8Array)[]; error?: unknown }> {
  const all: (string | Uint8Array)[] = [];
  try {
    for await (const { data } of channel.messages) all.push(data);
  } catch (error) {
    return { all, error };
  }
  return { all };
}

const echo = (socket: WebSocket) => void socket.on('message', (data, binary) => socket.send(data, { binary }));

describe.each(CLIENTS)('with %s', (name, client) => {
  const connect = (url: string, limits: WebSocketLimits = {}) => connectWebSocket(url, { ...client, limits });

  test('text and bytes come back as what they were', async () => {
    await using server = await webSocketTarget(echo);
    await using channel = await connect(server.url);
    const sent = [
      '{"a":"é😀"}',
      Uint8Array.of(0, 255, 10),
      '',
      new Uint8Array(0),
      Uint8Array.of(9, 1, 2, 9).subarray(1, 3),
    ];
    for (const data of sent) channel.send(data);
    for (const data of sent) {
      for await (const message of channel.messages) {
        expect(typeof message.data).toBe(typeof data);
        expect(typeof message.data === 'string' ? message.data : [...message.data]).toEqual(
          typeof data === 'string' ? data : [...data],
        );
        break;
      }
    }
  });

  test('1,000 messages in order, also those that come with the upgrade', async () => {
    await using server = await webSocketTarget((socket) => {
      for (let index = 0; index < 1000; index++) socket.send(String(index));
      socket.close();
    });
    const channel = await connect(server.url);
    const { all, error } = await take(channel);
    expect(error).toBeUndefined();
    expect(all).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)));
  });

  test.each([
    [1000, 'bye'],
    [1011, ''],
    [4321, 'é'.repeat(60)],
  ])('the peer closes with %i', async (code, reason) => {
    await using server = await webSocketTarget((socket) => {
      socket.send('last');
      socket.close(code, reason);
    });
    const channel = await connect(server.url);
    expect(await take(channel)).toEqual({ all: ['last'] });
    expect(await channel.closed).toEqual({ code, reason, clean: true });
    expect(() => channel.send('x')).toThrow(
      expect.objectContaining({
        name: 'WireError',
        code: 'closed',
        message: 'expected an open WebSocket, it is closed',
      }),
    );
    expect(await channel.close()).toEqual({ code, reason, clean: true });
  });

  test('the peer closes without a code', async () => {
    await using server = await webSocketTarget((socket) => socket.close());
    const channel = await connect(server.url);
    expect(await channel.closed).toEqual({ code: 1005, reason: '', clean: true });
  });

  test('the connection breaks', async () => {
    await using server = await webSocketTarget((socket) => socket.send('last', () => socket.terminate()));
    const channel = await connect(server.url);
    expect(await take(channel)).toMatchObject({
      all: ['last'],
      error: { name: 'WireError', code: 'broken', message: 'the connection broke without a closing handshake (1006)' },
    });
    expect(await channel.closed).toEqual({ code: 1006, reason: '', clean: false });
  });

  test('we close', async () => {
    const seen = Promise.withResolvers<unknown[]>();
    await using server = await webSocketTarget(
      (socket) => void socket.on('close', (code, reason) => seen.resolve([code, String(reason)])),
    );
    const channel = await connect(server.url);
    const taking = take(channel);
    const closing = channel.close(4001, 'enough');
    expect(() => channel.send('x')).toThrow(
      expect.objectContaining({ code: 'closed', message: 'expected an open WebSocket, it is closing' }),
    );
    expect(await closing).toEqual({ code: 4001, reason: 'enough', clean: true });
    expect(await taking).toEqual({ all: [] });
    expect(await seen.promise).toEqual([4001, 'enough']);
  });

  test('a peer that does not answer our close is given up', async () => {
    await using server = await webSocketTarget((socket) => socket.pause());
    const channel = await connect(server.url);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const taking = take(channel);
      const closing = channel.close();
      vi.advanceTimersByTime(4_999);
      expect(await Promise.race([closing, 'waiting'])).toBe('waiting');
      vi.advanceTimersByTime(1);
      expect(await closing).toEqual({ code: 1006, reason: '', clean: false });
      expect(await taking).toEqual({ all: [] });
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaving the block closes with 1000', async () => {
    const seen = Promise.withResolvers<number>();
    await using server = await webSocketTarget((socket) => void socket.on('close', (code) => seen.resolve(code)));
    {
      await using channel = await connect(server.url);
      expect(channel).toBeDefined();
    }
    expect(await seen.promise).toBe(1000);
  });

  test.each([
    [1005, ''],
    [4000, 'x'.repeat(124)],
  ])('close(%i, a reason of some length) is refused, and the socket stays open', async (code, reason) => {
    await using server = await webSocketTarget(echo);
    await using channel = await connect(server.url);
    await expect(channel.close(code, reason)).rejects.toMatchObject({
      name: 'WireError',
      code: 'bad-field',
      message: expect.stringMatching(/^expected a close code and a reason that may be sent: ./),
    });
    channel.send('x');
    for await (const { data } of channel.messages) {
      expect(data).toBe('x');
      break;
    }
  });

  test('the peer goes away while we send', async () => {
    await using server = await webSocketTarget((socket) => void socket.once('message', () => socket.close(1001)));
    const channel = await connect(server.url);
    const sending = async () => {
      while (true) {
        channel.send('x'.repeat(1000));
        await new Promise(setImmediate);
      }
    };
    await expect(sending()).rejects.toMatchObject({ code: 'closed' });
    expect(await channel.closed).toMatchObject({ code: 1001, clean: true });
  });

  test('a message that is too long closes the socket, after those before it', async () => {
    const seen = Promise.withResolvers<number>();
    await using server = await webSocketTarget((socket) => {
      socket.on('close', (code) => seen.resolve(code));
      // Eleven bytes in nine characters: bytes count.
      for (const text of ['0123456789', 'ééhhhhhhh', 'never']) socket.send(text);
    });
    const channel = await connect(server.url, { messageBytes: 10 });
    expect(await take(channel)).toMatchObject({
      all: ['0123456789'],
      error: { code: 'message-limit', limit: 10, message: 'a message is longer than 10 bytes (messageBytes)' },
    });
    expect(await seen.promise).toBe(name === 'ws' ? 1009 : 4009);
    await channel.closed;
  });

  test.each([
    ['messages', { queue: 3 }],
    ['bytes', { queueBytes: 6 }],
  ])('more %s than fit while nobody takes any', async (_, limits) => {
    const seen = Promise.withResolvers<number>();
    await using server = await webSocketTarget((socket) => {
      socket.on('close', (code) => seen.resolve(code));
      for (const text of ['11', '22', '33', '44', '55']) socket.send(text);
    });
    const channel = await connect(server.url, limits);
    expect(await seen.promise).toBe(name === 'ws' ? 1009 : 4009);
    await channel.closed;
    expect(await take(channel)).toMatchObject({
      all: ['11', '22', '33'],
      error: { name: 'WireError', code: 'queue-limit' },
    });
  });

  test('too much to send is refused, and the socket stays open', async () => {
    await using server = await webSocketTarget(echo);
    await using channel = await connect(server.url, { sendBytes: 1000 });
    expect(() => channel.send('é'.repeat(501))).toThrow(
      expect.objectContaining({ name: 'WireError', code: 'send-limit', limit: 1000 }),
    );
    channel.send('x'.repeat(1000));
    for await (const { data } of channel.messages) {
      expect(data).toHaveLength(1000);
      break;
    }
  });
});

test('ws refuses a message that is too long before it is whole', async () => {
  await using server = await webSocketTarget((socket) => {
    for (let piece = 0; piece < 3; piece++) socket.send('12345', { fin: false });
  });
  const channel = await connectWebSocket(server.url, { WebSocket, limits: { messageBytes: 10 } });
  expect(await take(channel)).toMatchObject({ all: [], error: { code: 'message-limit', limit: 10 } });
});

describe('a socket', () => {
  /** As much of one as `channelOf` looks at. */
  const fake = (more: object = {}) =>
    Object.assign(new EventTarget(), {
      binaryType: 'blob',
      readyState: 1,
      bufferedAmount: 0,
      send: vi.fn<() => void>(),
      close: vi.fn<() => void>(),
      ...more,
    }) as unknown as WebSocketLike;

  test('that has not sent what it got takes only so much more', () => {
    const socket = fake({ bufferedAmount: 7 });
    const channel = channelOf(socket, { sendBytes: 10 });
    channel.send('123');
    expect(() => channel.send('1234')).toThrow(expect.objectContaining({ code: 'send-limit' }));
    expect(socket.send).toHaveBeenCalledTimes(1);
  });

  test('is cut when the peer does not answer the close frame, if it can be', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const terminate = vi.fn<() => void>();
      const closing = channelOf(fake({ terminate })).close();
      vi.advanceTimersByTime(5_000);
      expect(terminate).toHaveBeenCalledOnce();
      expect(await closing).toMatchObject({ code: 1006 });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the server's side", () => {
  test('is the same', async () => {
    const serving = Promise.withResolvers<unknown>();
    await using server = await webSocketTarget(async (socket) => {
      const channel = channelOf(socket);
      for await (const { data } of channel.messages)
        channel.send(typeof data === 'string' ? data.toUpperCase() : data.toReversed());
      serving.resolve(await channel.closed);
    });
    await using channel = await connectWebSocket(server.url);
    for (const data of ['a', 'b', Uint8Array.of(1, 2)]) channel.send(data);
    const got: unknown[] = [];
    for await (const { data } of channel.messages) {
      got.push(data);
      if (got.length === 3) break;
    }
    expect(got).toEqual(['A', 'B', Uint8Array.of(2, 1)]);
    await channel.close(3000, 'done');
    expect(await serving.promise).toEqual({ code: 3000, reason: 'done', clean: true });
  });

  test('sees a client that is gone, and may use all codes', async () => {
    const ends: Promise<unknown>[] = [];
    await using server = await webSocketTarget((socket) => {
      const channel = channelOf(socket);
      ends.push(ends.length === 0 ? take(channel) : channel.close(1011, 'sorry'));
    });
    const rude = new WebSocket(server.url);
    await once(rude, 'open');
    rude.terminate();
    const channel = await connectWebSocket(server.url);
    expect(await channel.closed).toEqual({ code: 1011, reason: 'sorry', clean: true });
    expect(await Promise.all(ends)).toMatchObject([
      { all: [], error: { code: 'broken' } },
      { code: 1011, clean: true },
    ]);
  });
});

test('a limit that is none is refused', () => {
  expect(() => channelOf({} as WebSocketLike, { queue: Number.NaN })).toThrow(
    'queue: expected a number above 0, got NaN',
  );
});
