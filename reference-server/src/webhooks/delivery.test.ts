import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createDelivery } from './delivery.ts';
import type { DeliveryAttempt, DeliveryOptions, MadeCall } from './delivery.ts';
import { startReceiver, status } from './receiver.test.kit.ts';
import { targetGuard } from './target.ts';
import type { Resolve } from './target.ts';

/** Timers fire at once, and are written down. */
function delivery(options: DeliveryOptions = {}, target: { loopback?: boolean; resolve?: Resolve } = {}) {
  const attempts: DeliveryAttempt[] = [];
  const waits: number[] = [];
  const { loopback = true, resolve } = target;
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deliver = createDelivery(
    {
      guard: targetGuard({ loopback }, resolve),
      random: () => 0,
      onAttempt: (attempt) => void attempts.push(attempt),
      setTimer(ms, fire) {
        const timer = ms === timeoutMs ? setTimeout(fire, ms) : setImmediate(fire);
        if (ms !== timeoutMs) waits.push(ms);
        return () =>
          ms === timeoutMs ? clearTimeout(timer as NodeJS.Timeout) : clearImmediate(timer as NodeJS.Immediate);
      },
    },
    options,
  );
  const call = (url: string, body = '{}', signal = new AbortController().signal) =>
    deliver({ url, headers: { 'content-type': 'application/a2a+json' }, body }, signal);
  return { attempts, waits, call };
}

test('who wants to know is told of each call, whole, and of what became of it', async () => {
  const calls: MadeCall[] = [];
  let failures = 1;
  const { url } = await startReceiver((request, response, body) =>
    status(failures-- > 0 ? 503 : 204)(request, response, body),
  );
  const { call } = delivery({ onCall: (made) => void calls.push(made) });
  expect(await call(url, '{"n":1}')).toBe('delivered');
  expect(await delivery({ attempts: 1, onCall: (made) => void calls.push(made) }).call('http://127.0.0.1:1/')).toBe(
    'given-up',
  );
  expect(calls).toMatchObject([
    { url, body: '{"n":1}', headers: { 'content-type': 'application/a2a+json' }, status: 503 },
    { url, body: '{"n":1}', status: 204, tookMs: expect.any(Number) as number },
    { url: 'http://127.0.0.1:1/', problem: expect.stringContaining('ECONNREFUSED') as string },
  ]);
});

test('a receiver that fails twice gets it the third time, after pauses that double', async () => {
  let failures = 2;
  const { url, received } = await startReceiver((request, response, body) =>
    status(failures-- > 0 ? 503 : 204)(request, response, body),
  );
  const { call, attempts, waits } = delivery({ backoffMs: 100 });
  expect(await call(url, '{"n":1}')).toBe('delivered');
  expect(received.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":1}', '{"n":1}']);
  expect(waits).toEqual([100, 200]);
  expect(attempts.map(({ status: code, outcome }) => [code, outcome])).toEqual([
    [503, 'retry'],
    [503, 'retry'],
    [204, 'delivered'],
  ]);
});

test('Retry-After lengthens a pause, within the longest one', async () => {
  const answers = [status(429, { 'retry-after': '3' }), status(503, { 'retry-after': '999' }), status(200)];
  const { url } = await startReceiver((request, response, body) => answers.shift()!(request, response, body));
  const { call, waits } = delivery({ backoffMs: 100, maxBackoffMs: 5_000 });
  expect(await call(url)).toBe('delivered');
  expect(waits).toEqual([3_000, 5_000]);
});

test.each([
  [400, 'refused'],
  [404, 'refused'],
  [410, 'gone'],
  // Where it points to is never asked.
  [307, 'refused'],
] as const)('%s is final: %s', async (code, outcome) => {
  const { url, received } = await startReceiver(status(code, { location: 'http://169.254.169.254/latest/meta-data/' }));
  const { call } = delivery();
  expect(await call(url)).toBe(outcome);
  expect(received).toHaveLength(1);
});

test('a receiver that never answers is given up', async () => {
  const { url, received } = await startReceiver(() => {});
  const { call, attempts } = delivery({ timeoutMs: 60, attempts: 2 });
  expect(await call(url)).toBe('given-up');
  expect(received).toHaveLength(2);
  expect(attempts[0]!.problem).toBe('no answer within 60 milliseconds');
});

test('nobody who listens is tried again, and given up', async () => {
  // Port 1 is nobody's.
  const url = 'http://127.0.0.1:1/hook';
  const { call, attempts } = delivery({ attempts: 3 });
  expect(await call(url)).toBe('given-up');
  expect(attempts).toHaveLength(3);
});

test('a name that has become a private address is not dialled, and not tried again', async () => {
  const { url, received } = await startReceiver(status(200));
  const { port } = new URL(url);
  const resolve: Resolve = (_host, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  const { call, attempts } = delivery({}, { loopback: false, resolve });
  expect(await call(`http://rebinding.example:${port}/`)).toBe('refused');
  expect(attempts).toHaveLength(1);
  expect(attempts[0]!.problem).toMatch(/rebinding\.example is loopback/);
  expect(received).toHaveLength(0);
});

test('what is under way stops at once', async () => {
  const stop = new AbortController();
  const { url } = await startReceiver(() => stop.abort());
  const { call } = delivery();
  expect(await call(url, '{}', stop.signal)).toBe('stopped');
  expect(await call(url, '{}', stop.signal)).toBe('stopped');
});

test('a host that hangs leaves places for the others', async () => {
  const stuck = await startReceiver(() => {});
  const well = await startReceiver();
  const stop = new AbortController();
  const { call } = delivery({ concurrency: 3, perHost: 2 });
  const hanging = Array.from({ length: 5 }, () => call(stuck.url, '{}', stop.signal));
  await stuck.has(2);
  expect(await call(well.url)).toBe('delivered');
  expect(stuck.received).toHaveLength(2);
  stop.abort();
  expect(await Promise.all(hanging)).toEqual(Array(5).fill('stopped'));
});

test('no more calls are under way at once than allowed', async () => {
  const open: ServerResponse[] = [];
  let most = 0;
  const { url } = await startReceiver((_request, response) => {
    open.push(response);
    most = Math.max(most, open.length);
    setImmediate(() => open.shift()!.end());
  });
  const { call } = delivery({ concurrency: 2 });
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => call(url)));
  expect(outcomes).toEqual(Array(8).fill('delivered'));
  expect(most).toBeLessThanOrEqual(2);
});
