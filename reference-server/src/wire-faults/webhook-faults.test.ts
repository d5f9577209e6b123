import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, onTestFinished, test } from 'vitest';
import { caller, messageOf, startServer } from '../a2a/caller.test.kit.ts';
import { VirtualClock } from '../index.ts';
import type { Fault, Script, ServerOptions } from '../index.ts';
import { faultKinds } from './fault.ts';

/** What a raw socket saw of one attempt to deliver. */
interface Seen {
  head: string;
  body: Buffer;
  /** `answered`: it was whole. */
  end: 'answered' | 'FIN' | 'RST' | 'open';
  /** What there is of the body has come in so many pieces. */
  pieces: number;
}

const script: Script = { steps: [{ text: 'one' }, { text: 'zwölf' }] };

/** Takes connections on loopback, one attempt each, and answers what is whole. */
async function sink(): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    const one: Seen = { head: '', body: Buffer.alloc(0), end: 'open', pieces: 0 };
    let bytes = Buffer.alloc(0);
    seen.push(one);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const at = bytes.indexOf('\r\n\r\n');
      if (at < 0) return;
      one.head = bytes.subarray(0, at).toString('latin1');
      one.body = bytes.subarray(at + 4);
      if (one.body.length > 0) one.pieces += 1;
      if (one.body.length < lengthIn(one)) return;
      one.end = 'answered';
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    const over = (end: Seen['end']) => {
      if (one.end === 'open') one.end = end;
      socket.end();
    };
    socket.on('end', () => over('FIN'));
    socket.on('error', () => over('RST'));
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, seen };
}

const headerIn = ({ head }: Seen, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
const lengthIn = (one: Seen): number => Number(headerIn(one, 'content-length'));

/** In few words: what a whole delivery tells. */
function told({ body, end }: Seen): string {
  if (end !== 'answered') return end;
  let event: StreamResponse;
  try {
    event = JSON.parse(body.toString()) as StreamResponse;
  } catch {
    return 'no JSON';
  }
  const text = event.artifactUpdate?.artifact.parts[0]?.text;
  return text ?? event.statusUpdate?.status.state ?? Object.keys(event)[0]!;
}

const SOUND = ['task', 'one', 'zwölf', 'TASK_STATE_COMPLETED'];

const pushing = (options: ServerOptions = {}): ServerOptions => ({
  a2a: { capabilities: { streaming: true, pushNotifications: true } },
  webhooks: { loopback: true, backoffMs: 1 },
  ...options,
});

async function start(options: ServerOptions = {}) {
  const server = await startServer(pushing(options));
  const hook = await sink();
  const config = { url: hook.url, token: 'tok', authentication: { scheme: 'Bearer', credentials: 'secret' } };
  /** Begins a turn of which the webhook is told. */
  const turn = (path = '', headers: Record<string, string> = {}) =>
    caller(server, 'JSONRPC').call(
      'SendMessage',
      {
        message: messageOf(script),
        configuration: { taskPushNotificationConfig: { ...config, url: hook.url + path } },
      },
      { headers },
    );
  const has = (count: number) => expect.poll(() => hook.seen.filter(({ end }) => end !== 'open').length).toBe(count);
  return { server, turn, has, seen: hook.seen, told: () => hook.seen.map(told) };
}

/** Kinds that a test has seen. */
const observed = new Set<string>();

/** One turn with a fault, seen until so many attempts are over. */
async function damaged(fault: Fault, count: number, options: ServerOptions = {}) {
  observed.add(fault.kind);
  const one = await start(options);
  const set = one.server.fault(fault);
  await one.turn();
  await one.has(count);
  await expect.poll(() => set.applied).toBe(1);
  return one;
}

test('without a fault each delivery is whole, and comes once', async () => {
  const { turn, has, seen, told } = await start();
  await turn();
  await has(4);
  expect(told()).toEqual(SOUND);
  expect(headerIn(seen[0]!, 'authorization')).toBe('Bearer secret');
  expect(headerIn(seen[0]!, 'x-a2a-notification-token')).toBe('tok');
});

describe('what happens to deliveries', () => {
  test.each<[Fault, string[]]>([
    [{ on: 'webhook', kind: 'duplicate', event: 1 }, ['task', 'one', 'one', 'zwölf', 'TASK_STATE_COMPLETED']],
    [{ on: 'webhook', kind: 'drop', event: 1 }, ['task', 'zwölf', 'TASK_STATE_COMPLETED']],
    [{ on: 'webhook', kind: 'reorder', event: 1 }, ['task', 'zwölf', 'one', 'TASK_STATE_COMPLETED']],
    [{ on: 'webhook', kind: 'truncate', event: 1 }, ['task', 'no JSON', 'zwölf', 'TASK_STATE_COMPLETED']],
  ])('%j', async (fault, expected) => {
    const { told, seen } = await damaged(fault, expected.length);
    expect(told()).toEqual(expected);
    for (const one of seen) expect(one.body.length).toBe(lengthIn(one));
  });

  test('one that is held and has no other after it comes at the end, and the fault has not come about', async () => {
    const { server, turn, has, told } = await start();
    const set = server.fault({ on: 'webhook', kind: 'reorder', event: 3 });
    await turn();
    await has(4);
    expect(told()).toEqual(SOUND);
    await expect.poll(() => set.left).toBe(1);
    expect(set.applied).toBe(0);
  });
});

describe('a connection that ends: what is tried again is whole', () => {
  test.each(['close', 'reset', 'half-close'] as const)('%s in the middle of a delivery', async (how) => {
    const { seen, told } = await damaged({ on: 'webhook', kind: 'cut', at: { inside: 1 }, how }, 5);
    expect(told()).toEqual(['task', how === 'reset' ? 'RST' : 'FIN', ...SOUND.slice(1)]);
    expect(seen[1]!.body.length).toBe(lengthIn(seen[1]!) >> 1);
    expect(seen[2]!.body.subarray(0, seen[1]!.body.length).equals(seen[1]!.body)).toBe(true);
  });

  test('before a delivery, after N bytes, inside a character', async () => {
    const before = await damaged({ on: 'webhook', kind: 'cut', at: { event: 2 } }, 5);
    expect(before.told()).toEqual(['task', 'one', 'FIN', 'zwölf', 'TASK_STATE_COMPLETED']);
    expect(before.seen[2]!.body).toHaveLength(0);
    const bytes = await damaged({ on: 'webhook', kind: 'cut', at: { bytes: 7 } }, 5);
    expect(bytes.seen[0]!.body).toHaveLength(7);
    const character = await damaged({ on: 'webhook', kind: 'cut', at: { codePoint: true } }, 5);
    const cut = character.seen.findIndex(({ end }) => end === 'FIN');
    expect(character.seen[cut]!.body.at(-1)).toBe(0xc3);
    expect(character.told()[cut + 1]).toMatch(/^zwölf|^task/);
  });

  test('a stall ends when the sender has waited long enough', async () => {
    const clock = new VirtualClock(0);
    const { server, turn, seen, told } = await start({
      clock,
      webhooks: { loopback: true, backoffMs: 1, timeoutMs: 60_000 },
    });
    observed.add('stall');
    const set = server.fault({ on: 'webhook', kind: 'stall', at: { inside: 0 } });
    await turn();
    await expect.poll(() => seen[0] && seen[0].body.length === lengthIn(seen[0]) >> 1).toBe(true);
    await clock.advance(60_000);
    while (set.applied === 0 || told().length < 5 || told().includes('open')) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1);
    }
    expect(told().slice(1)).toEqual(SOUND);
    expect(seen[0]!.body.length).toBe(lengthIn(seen[0]!) >> 1);
  });
});

describe('what a delivery says of itself', () => {
  test('another content type', async () => {
    const { seen, told } = await damaged({ on: 'webhook', kind: 'content-type', value: 'text/html' }, 4);
    expect(seen.map((one) => headerIn(one, 'content-type'))).toEqual(Array.from({ length: 4 }, () => 'text/html'));
    expect(told()).toEqual(SOUND);
  });

  test('no credentials, or others; for one delivery or for all', async () => {
    const shown = (seen: readonly Seen[]) =>
      seen.map((one) => [headerIn(one, 'authorization'), headerIn(one, 'x-a2a-notification-token')]);
    const right = ['Bearer secret', 'tok'];
    const none = [undefined, undefined];
    const wrong = ['Bearer wrong', 'wrong'];
    const unsigned = await damaged({ on: 'webhook', kind: 'unsigned' }, 4);
    expect(shown(unsigned.seen)).toEqual([none, none, none, none]);
    const once = await damaged({ on: 'webhook', kind: 'unsigned', event: 1 }, 4);
    expect(shown(once.seen)).toEqual([right, none, right, right]);
    const other = await damaged({ on: 'webhook', kind: 'wrong-token', event: 0 }, 4);
    expect(shown(other.seen)).toEqual([wrong, right, right, right]);
  });
});

test('time is that of the clock: late, paced, dripping, late head', async () => {
  for (const [fault, least, most] of [
    [{ on: 'webhook', kind: 'delay', event: 1, ms: 5_000 }, 5_000, 6_000],
    [{ on: 'webhook', kind: 'late-head', ms: 2_000 }, 8_000, 9_000],
    [{ on: 'webhook', kind: 'pace', firstMs: 1_000, perSecond: 1 }, 4_000, 5_000],
    [{ on: 'webhook', kind: 'drip', bytes: 40, everyMs: 100 }, 1_500, 9_000],
  ] satisfies [Fault, number, number][]) {
    const clock = new VirtualClock(0);
    const { server, turn, seen, told } = await start({ clock });
    server.fault(fault);
    observed.add(fault.kind);
    await turn();
    while (told().length < SOUND.length || told().includes('open')) {
      await new Promise((resolve) => setImmediate(resolve));
      // Time goes on only where it is waited for.
      if (clock.now() > 60_000) throw new Error('it never ended');
      await clock.advance(20);
    }
    expect(told(), fault.kind).toEqual(SOUND);
    expect(clock.now(), fault.kind).toBeGreaterThanOrEqual(least);
    expect(clock.now(), fault.kind).toBeLessThan(most);
    if (fault.kind === 'drip') for (const one of seen) expect(one.pieces).toBeGreaterThan(1);
  }
});

test('no kind of fault is without an observation', () => {
  expect([...observed].toSorted()).toEqual(faultKinds('webhook').toSorted());
});

describe('whose deliveries', () => {
  test('one turn unless it is said; then those that fit, by path, by test, by rate', async () => {
    const { server, turn, has, told, seen } = await start();
    const mine = server.scope('mine');
    const set = mine.fault({ on: 'webhook', kind: 'drop', event: 0, match: '/hook/a' });
    await turn('/a', { 'x-test-id': 'other' });
    await turn('/b', { 'x-test-id': 'mine' });
    await has(8);
    expect(set.applied).toBe(0);
    await turn('/a', { 'x-test-id': 'mine' });
    await has(11);
    await expect.poll(() => set.left).toBe(0);
    await turn('/a', { 'x-test-id': 'mine' });
    await has(15);
    expect(told().filter((one) => one === 'task')).toHaveLength(3);
    expect(seen.at(-1)!.head).toMatch(/^POST \/hook\/a HTTP\/1\.1/);
  });

  test('the seed reproduces a run', async () => {
    const run = async (seed: number) => {
      const { server, turn, has, told } = await start({ seed });
      const set = server.fault({ on: 'webhook', kind: 'drop', event: 0, rate: 0.5 });
      let whole = 0;
      const dropped: boolean[] = [];
      for (let index = 0; index < 12; index++) {
        const before = set.applied;
        await turn();
        await expect.poll(() => told().filter((one) => one === 'TASK_STATE_COMPLETED').length).toBe(index + 1);
        // What is counted is so when the turn is over.
        await expect.poll(() => told().filter((one) => one === 'task').length - whole + set.applied - before).toBe(1);
        whole = told().filter((one) => one === 'task').length;
        dropped.push(set.applied > before);
      }
      await has(told().length);
      return dropped;
    };
    const first = await run(7);
    expect(first).toEqual(await run(7));
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(first).not.toEqual(await run(8));
  });

  test('answers and webhooks have each their own', async () => {
    const { server, turn, has, told } = await start();
    const answers = server.fault({ kind: 'content-type', value: 'text/html', match: '/hook' });
    await turn();
    await has(4);
    expect([told(), answers.left]).toEqual([SOUND, 1]);
  });
});

test('from other languages: the control plane sets them, tells them, and has a sink', async () => {
  const server = await startServer(pushing({ control: true }));
  const control = async (method: string, path: string, body?: object) =>
    (
      await fetch(`${server.url}/__agentproto${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
    ).json() as Promise<Record<string, unknown>>;
  const fault = { on: 'webhook', kind: 'duplicate', event: 0 };
  expect(await control('POST', '/faults', { ...fault, match: '/sink/mine' })).toMatchObject({ id: 1, left: 1 });
  await caller(server, 'HTTP+JSON').send(script, {
    taskPushNotificationConfig: { url: `${server.url}/__agentproto/sink/mine` },
  });
  const came = async () => ((await control('GET', '/sink/mine'))['requests'] as { json: StreamResponse }[]).length;
  await expect.poll(came).toBe(5);
  await expect
    .poll(async () => (await control('GET', '/faults'))['faults'])
    .toMatchObject([{ fault, left: 0, applied: 1 }]);
});

test.each([
  [{ on: 'mail', kind: 'drop', event: 0 }, /^fault\.on: expected answer, webhook; got "mail"$/],
  [{ kind: 'unsigned' }, /^fault\.kind: expected cut, .*, content-type \(with on: "webhook" .*; got "unsigned"$/],
  [{ on: 'webhook', kind: 'drop' }, /^fault\.event: expected a whole number from 0; got undefined$/],
  [{ on: 'webhook', kind: 'unsigned', event: -1 }, /^fault\.event: expected a whole number from 0; got -1$/],
  [{ on: 'webhook', kind: 'unsigned', value: 'x' }, /^fault\.value: there is no such option/],
])('%j is refused', async (fault, message) => {
  const server = await startServer();
  expect(() => server.fault(fault as Fault)).toThrow(message);
});
