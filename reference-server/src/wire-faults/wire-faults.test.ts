import { expect, onTestFinished, test } from 'vitest';
import { createReferenceServer, VirtualClock } from '../index.ts';
import type { Fault, ReferenceServer, ServerOptions } from '../index.ts';
import { body, events, framesOf, isWhole, lines, plain, raw, upgrade } from './raw.test.kit.ts';
import type { Seen } from './raw.test.kit.ts';

async function start(options: ServerOptions = {}): Promise<ReferenceServer> {
  const server = await createReferenceServer(options);
  onTestFinished(() => server.close());
  return server;
}

const linesOf = (seen: Seen): string[] => body(seen).toString().split('\n');
const eventsOf = (seen: Seen): string[] => body(seen).toString().split('\n\n');

/** What comes without a fault, to compare with. */
async function sound(request: string): Promise<Seen> {
  const seen = await raw(await start(), request);
  expect(isWhole(seen)).toBe(true);
  return seen;
}

async function damaged(request: string | Buffer, fault: Fault, enough?: (text: string) => boolean): Promise<Seen> {
  const server = await start();
  const set = server.fault(fault);
  const seen = await raw(server, request, enough);
  expect(set.applied).toBe(1);
  return seen;
}

test('cut between events: with a FIN, with a RST, or in one direction', async () => {
  const all = linesOf(await sound(lines));
  for (const how of ['close', 'reset', 'half-close'] as const) {
    const seen = await damaged(lines, { kind: 'cut', at: { event: 2 }, how });
    expect(linesOf(seen)).toEqual([...all.slice(0, 2), '']);
    expect([isWhole(seen), seen.end]).toEqual([false, how === 'reset' ? 'RST' : 'FIN']);
  }
  const before = await damaged(lines, { kind: 'cut', at: { event: 0 } });
  expect([body(before).length, before.end]).toEqual([0, 'FIN']);
});

test('cut inside an event, inside a character, after N bytes', async () => {
  const all = body(await sound(lines));
  const [first, second] = all.toString().split('\n') as [string, string];
  const inside = await damaged(lines, { kind: 'cut', at: { inside: 1 } });
  const begun = Buffer.byteLength(`${first}\n`);
  expect(body(inside).length).toBe(begun + (Buffer.byteLength(`${second}\n`) >> 1));

  const character = body(await damaged(lines, { kind: 'cut', at: { codePoint: true } }));
  expect(character.equals(all.subarray(0, character.length))).toBe(true);
  expect(character.at(-1)).toBe(0xc3);

  for (const bytes of [1, 7, 100])
    expect(body(await damaged(lines, { kind: 'cut', at: { bytes } })).toString('latin1')).toBe(
      all.subarray(0, bytes).toString('latin1'),
    );
});

test('event streams are cut where their events are', async () => {
  const strip = (all: string[]) => all.map((one) => /^event: (.*)$/m.exec(one)?.[1]);
  const all = strip(eventsOf(await sound(events)));
  const seen = await damaged(events, { kind: 'cut', at: { event: 3 } });
  expect(strip(eventsOf(seen))).toEqual([...all.slice(0, 3), undefined]);
  const twice = await damaged(events, { kind: 'duplicate', event: 1 });
  expect(strip(eventsOf(twice))).toEqual([...all.slice(0, 2), all[1], ...all.slice(2)]);
});

test('twice, not at all, out of order, and half: the answer itself ends as it should', async () => {
  const [a, b, c, ...rest] = linesOf(await sound(lines)) as [string, string, string];
  for (const [fault, expected] of [
    [{ kind: 'duplicate', event: 1 }, [a, b, b, c, ...rest]],
    [{ kind: 'drop', event: 0 }, [b, c, ...rest]],
    [{ kind: 'reorder', event: 0 }, [b, a, c, ...rest]],
    [
      { kind: 'truncate', event: 1 },
      [
        a,
        Buffer.from(`${b}\n`)
          .subarray(0, Buffer.byteLength(`${b}\n`) >> 1)
          .toString(),
      ],
    ],
  ] as [Fault, string[]][]) {
    const seen = await damaged(lines, fault);
    expect(linesOf(seen)).toEqual(expected);
    expect([isWhole(seen), seen.end]).toEqual([true, 'FIN']);
  }
});

test('a plain answer: half of its JSON, another type, cut', async () => {
  const all = body(await raw(await start(), plain));
  const truncated = await damaged(plain, { kind: 'truncate' });
  expect(body(truncated).toString()).toBe(all.subarray(0, all.length >> 1).toString());
  expect(isWhole(truncated)).toBe(true);
  const typed = await damaged(plain, { kind: 'content-type', value: 'text/html' });
  expect(typed.text).toMatch(/^content-type: text\/html\r$/im);
  expect(typed.text.match(/content-type/gi)).toHaveLength(1);
  const cut = await damaged(plain, { kind: 'cut', at: { bytes: 5 } });
  expect(cut.text.slice(cut.text.indexOf('\r\n\r\n') + 4)).toBe(all.subarray(0, 5).toString());
});

test('a stall leaves the connection open, and the server closes all the same', async () => {
  const [first] = linesOf(await sound(lines));
  const seen = await damaged(lines, { kind: 'stall', at: { event: 1 } }, (text) => text.includes(first!));
  expect(seen.end).toBe('open');
});

test('time is that of the clock: late, paced, dripping, late head', async () => {
  const clock = new VirtualClock(0);
  const server = await start({ clock });
  const takes = async (fault: Fault): Promise<{ ms: number; seen: Seen }> => {
    server.fault(fault);
    const from = clock.now();
    let over = false;
    const answered = raw(server, lines).finally(() => (over = true));
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(over ? 0 : 5);
      if (clock.now() - from > 600_000) throw new Error('it never ended');
    }
    return { ms: clock.now() - from, seen: await answered };
  };
  const all = linesOf(await sound(lines));
  const long = { least: 9_900, most: 12_000 };
  for (const fault of [
    { kind: 'delay', event: 1, ms: 10_000 },
    { kind: 'late-head', ms: 10_000 },
    { kind: 'pace', firstMs: 10_000 - 1_000 * (all.length - 2), perSecond: 1 },
  ] as Fault[]) {
    const { ms, seen } = await takes(fault);
    expect(linesOf(seen)).toEqual(all);
    expect(ms).toBeGreaterThanOrEqual(long.least);
  }
  const { seen } = await takes({ kind: 'drip', bytes: 50, everyMs: 100 });
  expect(linesOf(seen)).toEqual(all);
});

/** Whether each of a dozen answers is whole, of which the server's chance has every second one truncated. */
async function drawn(server: ReferenceServer, between: () => unknown = () => {}): Promise<boolean[]> {
  server.fault({ kind: 'truncate', rate: 0.5, match: /chat$/ });
  const outcomes: boolean[] = [];
  for (let i = 0; i < 12; i += 1) {
    outcomes.push(
      body(await raw(server, plain))
        .toString()
        .endsWith('}'),
    );
    await between();
  }
  return outcomes;
}

test('chance comes from the seed: the same seed brings the same run', async () => {
  const first = await drawn(await start({ seed: 7 }));
  expect(await drawn(await start({ seed: 7 }))).toEqual(first);
  expect(new Set(first).size).toBe(2);
  expect(await drawn(await start({ seed: 8 }))).not.toEqual(first);
});

test('reset begins the seed anew, whatever draws from it still', async () => {
  const clock = new VirtualClock();
  const server = await start({ seed: 7, clock });
  const first = await drawn(server);
  server.fault({ kind: 'pace', perSecond: 1, jitterMs: 100, match: '/api/chat-stream' });
  const stream = raw(server, lines);
  await clock.sleeping(1);
  server.reset();
  expect(await drawn(server, () => clock.advance(2_000))).toEqual(first);
  expect(isWhole(await stream)).toBe(true);
  server.reset();
  server.fail({ status: 503, rate: 0.5 });
  const failed = async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await fetch(`${server.url}/health`)).status);
    return statuses;
  };
  const before = await failed();
  expect(new Set(before).size).toBe(2);
  server.reset();
  server.fail({ status: 503, rate: 0.5 });
  expect(await failed()).toEqual(before);
});

test('one answer each, those that fit; and what does not come about is still due', async () => {
  const server = await start();
  const set = server.fault({ kind: 'cut', at: { event: 5_000 }, match: '/api/chat-stream' });
  expect(isWhole(await raw(server, lines))).toBe(true);
  set.remove();
  server.fault({ kind: 'truncate', match: /chat$/, times: 2 });
  expect(isWhole(await raw(server, lines))).toBe(true);
  const whole = async () =>
    body(await raw(server, plain))
      .toString()
      .endsWith('}');
  expect([await whole(), await whole(), await whole()]).toEqual([false, false, true]);
});

test('on a WebSocket a message is an event', async () => {
  const done = (text: string) => text.includes('"done"');
  const all = framesOf(await raw(await start(), upgrade, done)).whole;
  expect(all.length).toBeGreaterThan(4);
  const cut = await damaged(upgrade, { kind: 'cut', at: { event: 2 }, match: '/api/chat-ws' });
  expect([framesOf(cut).whole, framesOf(cut).rest]).toEqual([all.slice(0, 2), 0]);
  const inside = await damaged(upgrade, { kind: 'cut', at: { inside: 1 } });
  expect(framesOf(inside)).toMatchObject({ whole: all.slice(0, 1) });
  expect(framesOf(inside).rest).toBe(2 + (Buffer.byteLength(all[1]!) >> 1));
  const server = await start();
  server.fault({ kind: 'reorder', event: 0 });
  expect(framesOf(await raw(server, upgrade, done)).whole).toEqual([all[1], all[0], ...all.slice(2)]);
});

test('a socket that is refused leaves the fault to the next one', async () => {
  const server = await start({ apiKey: 'k' });
  const set = server.fault({ kind: 'cut', at: { event: 0 }, match: '/api/chat-ws' });
  expect((await raw(server, upgrade)).text).toMatch(/^HTTP\/1.1 401 /);
  const shown = Buffer.from(upgrade.toString('latin1').replace('Host: x', 'Host: x\r\nX-API-Key: k'), 'latin1');
  const seen = await raw(server, shown, (text) => text.includes('"done"'));
  expect([framesOf(seen).whole, seen.end]).toEqual([[], 'FIN']);
  await expect.poll(() => set.applied).toBe(1);
});

test.each([
  [{ kind: 'cut' }, 'fault.at: expected { event: N }'],
  [{ kind: 'cut', at: { event: -1 } }, 'fault.at.event: expected a whole number from 0; got -1'],
  [{ kind: 'cut', at: { event: 1, inside: 2 } }, 'fault.at: expected { event: N }'],
  [{ kind: 'cut', at: { event: 1 }, how: 'gently' }, 'fault.how: expected close, reset, half-close; got "gently"'],
  [{ kind: 'explode' }, 'fault.kind: expected cut, stall'],
  [{ kind: 'drop' }, 'fault.event: expected a whole number from 0'],
  [{ kind: 'drop', event: 1, ms: 3 }, 'fault.ms: there is no such option'],
  [{ kind: 'drip', bytes: 0, everyMs: 1 }, 'fault.bytes: expected a whole number from 1; got 0'],
  [{ kind: 'pace' }, 'fault: expected firstMs, perSecond or jitterMs of a pace; got none of them'],
  ['cut', 'fault: expected an object such as { kind: \'cut\', at: { event: 2 } }; got "cut"'],
  [{ kind: 'pace', perSecond: 0 }, 'fault.perSecond: expected a number from 0.001; got 0'],
  [{ kind: 'truncate', rate: 2 }, 'fault.rate: expected a number from 0 to 1; got 2'],
])('%j cannot be', async (fault, message) => {
  await expect(createReferenceServer({ listen: false, faults: [fault as never] })).rejects.toThrow(message);
});
