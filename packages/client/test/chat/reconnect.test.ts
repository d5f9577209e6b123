import {
  approve,
  chatClient,
  type ChatOptions,
  type Message,
  reject,
  type SessionOptions,
  type WebSocketConstructor,
} from '@agentproto/client/chat';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { call, type Connected, delta, doneOf, failureOf, saidIn, scriptedSockets } from './scripted-agent.ts';

const fast: SessionOptions = { reconnect: { baseMs: 1 } };
const decided = (item: object): Message[] => [
  { role: 'user', content: 'ok', data: { tool_calls: [{ ...call('t1'), ...item }] } },
];

/** Breaks off the first turn of the first `sockets` sockets, after `events`; answers all others. */
const breaking = (how: (socket: Connected['socket']) => void, events: object[] = [], sockets = 1) =>
  scriptedSockets(({ socket, say, number }, turn) => {
    say(...(number > sockets ? [delta(`socket ${number}: ${saidIn(turn)}`), doneOf(turn)] : events));
    if (number <= sockets) how(socket);
  });
/** The platform's, which notes when it was asked and when the first one closed, and fails when told to. */
function noting(fails: (count: number) => boolean = () => false) {
  const at: number[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const WebSocket = function (this: unknown, url: string, protocols: string[]) {
    at.push(performance.now());
    const socket = new globalThis.WebSocket(fails(at.length) ? 'ws://127.0.0.1:1/' : url, protocols);
    socket.addEventListener('close', () => setImmediate(resolve));
    return socket;
  } as unknown as WebSocketConstructor;
  return { at, closed, options: { WebSocket } satisfies ChatOptions };
}
const cut = (socket: Connected['socket']) => socket.terminate();

describe('a connection that breaks in a turn', () => {
  test('nothing had come: the turn is sent again, over a new socket', async () => {
    await using server = await breaking(cut, [], 2);
    await using session = await chatClient(server.url).connect(fast);
    expect((await session.turn('x').final()).content).toBe('socket 3: x');
    expect(new Set(server.turns.flat().map((turn) => JSON.stringify(turn))).size).toBe(1);
    expect((await session.turn('y').final()).content).toBe('socket 3: y');
  });

  test('something had come: truncated, with what did; the next turn has a new socket', async () => {
    await using server = await breaking(cut, [delta('half')]);
    await using session = await chatClient(server.url).connect(fast);
    const error = await failureOf(session.turn('x').final());
    expect(error).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: 1,
      partial: { content: 'half' },
      cause: { code: 'CONNECTION_FAILED' },
    });
    expect((error as Error & { cause: Error }).cause.message).toContain('closed with 1006');
    expect((await session.turn('y').final()).content).toBe('socket 2: y');
    expect(server.turns.map((turns) => turns.map(saidIn))).toEqual([['x'], ['y']]);
  });

  test.each([
    ['approves', decided(approve(call('t1')))],
    ['rejects', decided(reject(call('t1'), 'no'))],
    ['has approved', [...decided(approve(call('t1'))), { role: 'user', content: 'ok' } satisfies Message]],
  ])('a turn that %s is never sent again', async (_, messages) => {
    await using server = await breaking(cut);
    await using session = await chatClient(server.url).connect(fast);
    expect(await failureOf(session.turn(messages).final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: 0,
      partial: { content: '' },
    });
    expect((await session.turn('y').final()).content).toBe('socket 2: y');
    expect(server.turns.map((turns) => turns.map(saidIn))).toEqual([['ok'], ['y']]);
  });

  test('one that decides is sent over a new socket when the old one broke before', async () => {
    await using server = await scriptedSockets(({ socket, say, number }, turn) => {
      say(delta(`socket ${number}`), doneOf(turn));
      if (number === 1) socket.terminate();
    });
    const { options, closed } = noting();
    await using session = await chatClient(server.url, options).connect(fast);
    await session.turn('x').final();
    await closed;
    expect((await session.turn(decided(approve(call('t1')))).final()).content).toBe('socket 2');
  });

  test('so many times, and no more', async () => {
    await using server = await breaking(cut, [], 99);
    await using session = await chatClient(server.url).connect({ reconnect: { baseMs: 1, attempts: 3 } });
    expect(await failureOf(session.turn('x').final())).toMatchObject({ code: 'STREAM_TRUNCATED', events: 0 });
    expect(server.turns).toHaveLength(3);
  });

  test('not at all, where that is asked for; the next turn is another matter', async () => {
    await using server = await breaking(cut);
    await using session = await chatClient(server.url).connect({ reconnect: false });
    expect(await failureOf(session.turn('x').final())).toMatchObject({ code: 'STREAM_TRUNCATED' });
    expect((await session.turn('y').final()).content).toBe('socket 2: y');
  });

  test('an abort ends the waiting', async () => {
    await using server = await breaking(cut);
    await using session = await chatClient(server.url).connect({ reconnect: { baseMs: 1e9, maxMs: 1e9 } });
    const turn = session.turn('x', { signal: AbortSignal.timeout(100) });
    expect(await failureOf(turn.final())).toMatchObject({ code: 'ABORTED' });
    expect(server.turns).toHaveLength(1);
  });
});

describe('what a close means', () => {
  test.each([1011, 1012, 1013, 1014])('%i passes: a new socket', async (code) => {
    await using server = await breaking((socket) => socket.close(code));
    await using session = await chatClient(server.url).connect(fast);
    expect((await session.turn('x').final()).content).toBe('socket 2: x');
  });

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 4000, undefined])(
    '%s is meant: no new socket, now or later',
    async (code) => {
      await using server = await breaking((socket) => socket.close(code, code ? 'go away' : ''), [delta('half')]);
      await using session = await chatClient(server.url).connect(fast);
      expect(await failureOf(session.turn('x').final())).toMatchObject({
        code: 'STREAM_TRUNCATED',
        partial: { content: 'half' },
      });
      const error = await failureOf(session.turn('y').final());
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
      expect((error as Error).message).toContain(`closed with ${code ? `${code} (go away)` : 1005}`);
      expect(server.turns).toHaveLength(1);
    },
  );
});

describe('how long a new socket is waited for', () => {
  afterEach(() => vi.restoreAllMocks());

  const gaps = (at: number[]) => at.slice(1).map((time, index) => time - at[index]!);

  test('twice as long each time, up to the cap; anew once one has opened', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { at, options } = noting((count) => count > 1 && count < 6);
    await using server = await breaking(cut, [], 2);
    await using session = await chatClient(server.url, options).connect({
      reconnect: { attempts: 9, baseMs: 40, maxMs: 100 },
    });
    expect((await session.turn('x').final()).content).toBe('socket 3: x');
    const waits = [40, 80, 100, 100, 100, 40];
    expect(at).toHaveLength(waits.length + 1);
    // Asked for no more than that, and waited for no less.
    const asked = timers.mock.calls.map(([, ms]) => ms!).filter((ms) => ms > 10 && ms <= 100);
    expect(asked).toHaveLength(waits.length);
    for (const [index, wait] of waits.entries()) {
      expect(asked[index]).toBeLessThanOrEqual(wait);
      expect(gaps(at)[index]).toBeGreaterThan(wait - 2);
    }
  });

  test('by default up to a second at first; the wait is random from nothing', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { at, options } = noting();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await using server = await breaking(cut);
    await using session = await chatClient(server.url, options).connect();
    await session.turn('x').final();
    expect(timers.mock.calls.filter(([, ms]) => ms! <= 1_000)).toEqual([]);
    expect(at).toHaveLength(2);

    vi.spyOn(Math, 'random').mockReturnValue(0.3);
    const later = noting();
    await using other = await breaking(cut);
    await using patient = await chatClient(other.url, later.options).connect();
    await patient.turn('x').final();
    expect(gaps(later.at)[0]).toBeGreaterThan(298);
  });

  test('not while no turn wants one', async () => {
    const { at, options, closed } = noting();
    await using server = await scriptedSockets(({ socket, say }, turn) => {
      say(doneOf(turn));
      socket.terminate();
    });
    await using session = await chatClient(server.url, options).connect(fast);
    await session.turn('x').final();
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(at).toHaveLength(1);
  });
});
