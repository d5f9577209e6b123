/** Each fault that there is, as a raw socket sees it on each wire: one that is new and is not in these tables is red. */
import { connect } from 'node:net';
import { WIRE_FAULTS, type WireFault } from '@agentproto/script';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createReferenceServer, VirtualClock } from '../index.ts';
import type { Damage, Fault, FaultPlace, ReferenceServer, ServerOptions } from '../index.ts';
import { ENDS, faultKinds } from './fault.ts';
import { body, events, framesOf, http, isWhole, lines, raw, upgrade } from './raw.test.kit.ts';
import type { Seen } from './raw.test.kit.ts';

interface Wire {
  request: string | Buffer;
  /** All that was said, with what frames it. */
  said(seen: Seen): Buffer;
  /** Its events, each with its frame, and what is left of one that was cut. */
  events(said: Buffer): { whole: Buffer[]; rest: Buffer };
  /** How many bytes come before the content of an event. */
  head(event: Buffer): number;
  /** What of an event is the same in every run. */
  label(event: Buffer): string;
  /** Nothing more comes, though nobody ends the connection. */
  isOver?(text: string): boolean;
}

const upTo = (mark: string) => (said: Buffer) => {
  const whole: Buffer[] = [];
  let rest = said;
  for (let at = rest.indexOf(mark); at >= 0; at = rest.indexOf(mark)) {
    whole.push(rest.subarray(0, at + mark.length));
    rest = rest.subarray(at + mark.length);
  }
  return { whole, rest };
};

const WIRES: Record<string, Wire> = {
  'event stream': {
    request: events,
    said: body,
    events: upTo('\n\n'),
    head: () => 0,
    // Without ids and times.
    label: (event) =>
      [/^event: .*$/m, /"(?:delta|text)":"[^"]*"/].map((one) => one.exec(event.toString())?.[0]).join(' '),
  },
  NDJSON: { request: lines, said: body, events: upTo('\n'), head: () => 0, label: String },
  WebSocket: {
    request: upgrade,
    said: ({ bytes }) => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4),
    events: (said) => {
      const { whole, rest } = framesOf({ bytes: Buffer.concat([Buffer.from('\r\n\r\n'), said]) });
      const frames: Buffer[] = [];
      let from = 0;
      for (const text of whole) {
        const length = Buffer.byteLength(text) + (Buffer.byteLength(text) < 126 ? 2 : 4);
        frames.push(said.subarray(from, from + length));
        from += length;
      }
      return { whole: frames, rest: said.subarray(said.length - rest) };
    },
    head: (frame) => (frame[1]! < 126 ? 2 : 4),
    label: (frame) => frame.subarray(frame[1]! < 126 ? 2 : 4).toString(),
    isOver: (text) => text.includes('"meta_data":{}}'),
  },
};

/** Nobody here answers pings. */
const chat = { pingMs: 2_000_000_000 };

async function start(options: ServerOptions = {}): Promise<ReferenceServer> {
  const server = await createReferenceServer({ clock: new VirtualClock(0), chat, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** One answer, and when it came by a clock that goes on only where it is waited for. */
async function observed(wire: Wire, fault?: Damage, over = wire.isOver) {
  const clock = new VirtualClock(0);
  const server = await start({ clock });
  // What the first request loads takes turns of the event loop, and with them time of this clock.
  await raw(server, wire.request, wire.isOver);
  const set = fault && server.fault(fault as Fault);
  let isOver = false;
  const asked = raw(server, wire.request, over, () => clock.now()).finally(() => (isOver = true));
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.now() > 6_000_000) throw new Error('it never ended');
    await clock.advance(isOver ? 0 : 10);
  }
  const seen = await asked;
  const said = wire.said(seen);
  const { whole, rest } = wire.events(said);
  return { seen, said, whole, rest: rest.length, labels: whole.map(wire.label), set, server };
}

type Sound = Awaited<ReturnType<typeof observed>>;

/** What comes of a fault: these events and no others (by their place in a sound answer), so many bytes of one more. */
interface Expected {
  events: number[];
  rest?: number;
  /** Only half of it came, and yet it ends as if it were whole. */
  isWhole: boolean;
}

/** Which events come before a place, and how many bytes of the next. */
function before(at: FaultPlace, wire: Wire, { said, whole }: Sound): { events: number[]; rest: number } {
  const first = (count: number, rest = 0) => ({ events: Array.from({ length: count }, (_none, index) => index), rest });
  if ('event' in at) return first(at.event);
  if ('inside' in at) {
    const event = whole[at.inside]!;
    const head = wire.head(event);
    return first(at.inside, head + ((event.length - head) >> 1));
  }
  const bytes = 'bytes' in at ? at.bytes : said.indexOf('ö') + 1;
  const { whole: come, rest } = wire.events(said.subarray(0, bytes));
  return first(come.length, rest.length);
}

const PLACES: {
  [Name in FaultPlace extends infer Place ? (Place extends unknown ? keyof Place : never) : never]: FaultPlace;
} = {
  event: { event: 2 },
  inside: { inside: 1 },
  bytes: { bytes: 9 },
  codePoint: { codePoint: true },
};

type Kind = Damage['kind'];
type OfKind<K extends Kind> = Extract<Damage, { kind: K }> extends never ? Damage : Damage & { kind: K };

/** One that moves or takes events, and what is left. */
const ordered: { [K in Kind]?: [fault: OfKind<K>, expected: (sound: Sound, wire: Wire) => Expected] } = {
  duplicate: [
    { kind: 'duplicate', event: 1 },
    ({ whole: [, , ...rest] }) => ({ events: [0, 1, 1, ...rest.map((_none, at) => at + 2)], isWhole: true }),
  ],
  drop: [
    { kind: 'drop', event: 0 },
    ({ whole: [, ...rest] }) => ({ events: [...rest.map((_none, at) => at + 1)], isWhole: true }),
  ],
  reorder: [
    { kind: 'reorder', event: 0 },
    ({ whole: [, , ...rest] }) => ({ events: [1, 0, ...rest.map((_none, at) => at + 2)], isWhole: true }),
  ],
  truncate: [
    { kind: 'truncate', event: 1 },
    (sound, wire) => ({ ...before({ inside: 1 }, wire, sound), isWhole: true }),
  ],
};

/** One that costs time and nothing else, and what is seen of that. */
const timed: { [K in Kind]?: [fault: OfKind<K>, check: (seen: Sound) => void] } = {
  delay: [
    { kind: 'delay', event: 1, ms: 100_000 },
    ({ seen: { came }, whole }) => {
      expect(came[0]!.atMs).toBeLessThan(100_000);
      expect(came.at(-1)!.atMs).toBeGreaterThanOrEqual(100_000);
      const early = came.filter(({ atMs }) => atMs < 100_000).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(early).toBeLessThan(2_000 + whole[0]!.length);
    },
  ],
  pace: [
    { kind: 'pace', firstMs: 3_000, perSecond: 2, jitterMs: 100 },
    ({ seen: { came }, whole }) => {
      expect(came.at(-1)!.atMs).toBeGreaterThanOrEqual(3_000 + 500 * (whole.length - 2));
      const times = new Set(came.filter(({ atMs }) => atMs >= 3_000).map(({ atMs }) => atMs));
      expect(times.size).toBeGreaterThanOrEqual(whole.length - 1);
    },
  ],
  drip: [
    { kind: 'drip', bytes: 40, everyMs: 100 },
    ({ seen: { came }, said }) => {
      // With the chunk's own frame around it; the head is a piece that is longer.
      const longer = came.filter(({ bytes }) => bytes > 40 + 20);
      expect(longer.length).toBeLessThanOrEqual(1);
      expect(came.at(-1)!.atMs).toBeGreaterThanOrEqual(100 * (Math.ceil(said.length / 40) - 2));
    },
  ],
  'late-head': [
    { kind: 'late-head', ms: 100_000 },
    ({ seen: { came } }) => expect(came[0]!.atMs).toBeGreaterThanOrEqual(100_000),
  ],
};

const labelled = (sound: Sound, { events: at }: Pick<Expected, 'events'>) => at.map((index) => sound.labels[index]);

describe.each(Object.entries(WIRES))('%s', (name, wire) => {
  const isSocket = name === 'WebSocket';

  test.each(ENDS.flatMap((how) => Object.values(PLACES).map((at) => ({ at, how }))))(
    'cut $at: $how',
    async ({ at, how }) => {
      const sound = await observed(wire);
      const one = await observed(wire, { kind: 'cut', at, how }, undefined);
      const expected = before(at, wire, sound);
      expect(one.labels).toEqual(labelled(sound, expected));
      expect(one.rest).toBe(expected.rest);
      if ('codePoint' in at) expect(one.said.at(-1)).toBe(0xc3);
      expect([one.seen.end, isWhole(one.seen)]).toEqual([how === 'reset' ? 'RST' : 'FIN', false]);
      expect(one.set!.applied).toBe(1);
    },
  );

  test.each(Object.values(PLACES))('stall %j', async (at) => {
    const sound = await observed(wire);
    const expected = before(at, wire, sound);
    const bytes = expected.events.reduce((sum, index) => sum + sound.whole[index]!.length, 0) + expected.rest;
    const server = await start();
    const set = server.fault({ kind: 'stall', at, times: 1 });
    let text = '';
    let isEnough = false;
    const asked = raw(server, wire.request, (all) => {
      text = all;
      return isEnough;
    });
    const said = () => wire.said({ text, bytes: Buffer.from(text, 'latin1'), end: 'open', came: [] });
    await expect.poll(() => said().length).toBe(bytes);
    // While another is answered to its end.
    await raw(server, lines);
    expect(said().length).toBe(bytes);
    expect(wire.events(said()).whole.map(wire.label)).toEqual(labelled(sound, expected));
    // It has come about, though the answer is not over.
    expect([set.applied, set.left]).toEqual([1, 0]);
    isEnough = true;
    await server.close();
    await asked;
  });

  test.each(Object.entries(ordered))('%s', async (_kind, [fault, expectedOf]) => {
    const sound = await observed(wire);
    const expected = expectedOf(sound, wire);
    const one = await observed(wire, fault);
    expect(one.labels).toEqual(labelled(sound, expected));
    expect(one.rest).toBe(expected.rest ?? 0);
    if (!isSocket) expect([one.seen.end, isWhole(one.seen)]).toEqual(['FIN', true]);
  });

  test.each(Object.entries(timed))('%s', async (_kind, [fault, check]) => {
    const sound = await observed(wire);
    const one = await observed(wire, fault);
    expect(one.labels).toEqual(sound.labels);
    check(one);
    expect(one.set!.applied).toBe(1);
  });

  test('content-type', async () => {
    const one = await observed(wire, { kind: 'content-type', value: 'text/html' });
    expect(one.seen.text.match(/^content-type: .*$/gim)).toEqual(isSocket ? null : ['content-type: text/html']);
  });
});

test('a socket has no type that could be another: the fault waits for an answer that has, while the socket is open, too', async () => {
  const server = await start();
  const set = server.fault({ kind: 'content-type', value: 'text/html' });
  let isEnough = false;
  let text = '';
  const socket = raw(server, upgrade, (all) => {
    text = all;
    return isEnough;
  });
  await expect.poll(() => WIRES['WebSocket']!.isOver!(text)).toBe(true);
  expect([set.applied, set.left]).toEqual([0, 1]);
  expect((await raw(server, lines)).text).toMatch(/^content-type: text\/html\r$/im);
  expect([set.applied, set.left]).toEqual([1, 0]);
  isEnough = true;
  await server.close();
  await socket;
});

test('who leaves before a late handshake leaves nothing behind', async () => {
  const clock = new VirtualClock(0);
  const server = await start({ clock });
  const set = server.fault({ kind: 'late-head', ms: 100_000 });
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
  socket.write(upgrade);
  await clock.sleeping();
  socket.resetAndDestroy();
  await expect.poll(() => clock.pending).toBe(0);
  expect(set.applied).toBe(1);
});

test('no kind of fault is without an observation', () => {
  const shown = ['cut', 'stall', 'content-type', ...Object.keys(ordered), ...Object.keys(timed)];
  expect(shown.toSorted()).toEqual(faultKinds('answer').toSorted());
});

test.each([
  [{ status: 429, retryAfter: 7 }, 429, '7'],
  [{ status: 500 }, 500, undefined],
  [{ status: 503, retryAfter: 1 }, 503, '1'],
])('a failure %j', async (failure, status, retryAfter) => {
  const server = await start();
  server.fail(failure);
  const { text } = await raw(server, lines);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(/^retry-after: (.*)\r$/im.exec(text)?.[1]).toBe(retryAfter);
  expect((await raw(server, lines)).text).toMatch(/^HTTP\/1\.1 200 /);
});

test('a failure that only waits: nothing comes before its time, which is that of the clock', async () => {
  const clock = new VirtualClock(0);
  const server = await start({ clock });
  server.fail({ delayMs: 60_000 });
  const asked = raw(server, lines, undefined, () => clock.now());
  await clock.sleeping();
  await clock.advance(59_999);
  // While another is answered to its end.
  expect((await raw(server, lines)).text).toMatch(/^HTTP\/1\.1 200 /);
  await clock.advance(1);
  const { text, came } = await asked;
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(came[0]!.atMs).toBe(60_000);
});

/** Those that a script asks for, between `one` and `zwölf`. */
const SCRIPTED: Record<WireFault, (seen: Seen, sound: string[]) => void> = {
  disconnect: (seen, [one]) =>
    expect([body(seen).toString(), seen.end, isWhole(seen)]).toEqual([`${one}\n`, 'FIN', false]),
  // What is written in the same moment may be lost with it.
  reset: (seen) => expect([seen.end, isWhole(seen)]).toEqual(['RST', false]),
  stall: (seen, [one]) => expect([body(seen).toString(), seen.end]).toEqual([`${one}\n`, 'open']),
  'bad-json': (seen, [one, ...rest]) => {
    expect(body(seen).toString().split('\n')).toEqual([one, '{"broken":', ...rest]);
    expect(isWhole(seen)).toBe(true);
  },
  truncate: (seen, [one, two]) => {
    const text = body(seen).toString();
    expect(text.startsWith(`${one}\n`) && `${one}\n${two}`.startsWith(text) && text.length > one!.length + 1).toBe(
      true,
    );
    expect([seen.end, isWhole(seen)]).toEqual(['FIN', false]);
  },
  'duplicate-event': (seen, [one, ...rest]) => {
    expect(body(seen).toString().split('\n')).toEqual([one, one, ...rest]);
    expect(isWhole(seen)).toBe(true);
  },
  'split-utf8': (seen, sound) => {
    expect(body(seen).toString().split('\n')).toEqual(sound);
    // A chunk ends inside the character.
    expect(seen.bytes.includes(Buffer.from([0xc3, 0x0d, 0x0a]))).toBe(true);
    expect(isWhole(seen)).toBe(true);
  },
};

test.each(WIRE_FAULTS)('a script asks for %s', async (fault) => {
  const ask = (steps: object[]) =>
    http('/api/chat-stream', {
      messages: [{ role: 'user', content: 'x', meta_data: { 'agentproto/script': { steps } } }],
    });
  const server = await start();
  const sound = body(await raw(server, ask([{ text: 'one' }, { text: 'zwölf' }])))
    .toString()
    .split('\n');
  expect(sound.slice(0, 2).join()).toMatch(/one.*zwölf/);
  const enough = fault === 'stall' ? (text: string) => text.includes('"one"') : undefined;
  SCRIPTED[fault](await raw(server, ask([{ text: 'one' }, { wire: fault }, { text: 'zwölf' }]), enough), sound);
});
