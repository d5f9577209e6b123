import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from './event.ts';
import { parseScript } from './parse.ts';
import { run, type RunContext } from './run.ts';
import type { Script } from './script.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a run ends before its script does: by a cancel, or because its consumer leaves. */

const play = (script: unknown, context?: RunContext): Promise<AgentEvent[]> =>
  Array.fromAsync(run(parseScript(script), context));

const COMPLETED: AgentEvent = { type: 'end', state: 'completed' };
const CANCELED: AgentEvent = { type: 'end', state: 'canceled' };

const slow = (onCancel: Script['onCancel']): unknown => ({
  onCancel,
  steps: [{ status: 's' }, { sleep: 1_000 }, { text: 'done' }, { end: 'completed' }],
});

/** Plays a script and asks for its cancel `afterMs` after it began. */
async function canceled(script: unknown, afterMs: number): Promise<{ events: AgentEvent[]; at: number }> {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const done = play(script, { clock, signal: abort.signal }).then((events) => ({ events, at: clock.now() }));
  await clock.sleeping();
  await clock.advance(afterMs);
  abort.abort();
  await clock.advance(60_000);
  const result = await done;
  expect(clock.pending).toBe(0);
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  return result;
}

describe('cancel', () => {
  test('cooperate: at once, in the middle of a sleep', async () => {
    expect(await canceled(slow('cooperate'), 300)).toEqual({
      events: [{ type: 'status', text: 's' }, CANCELED],
      at: 300,
    });
    expect(await canceled(slow(undefined), 300)).toEqual({
      events: [{ type: 'status', text: 's' }, CANCELED],
      at: 300,
    });
  });

  test('ignore: the script runs to its end', async () => {
    const events = [{ type: 'status', text: 's' }, { type: 'text', text: 'done' }, COMPLETED];
    expect(await canceled(slow('ignore'), 300)).toEqual({ events, at: 1_000 });
  });

  test('late: 200 ms later than asked, unless the script ends before', async () => {
    expect(await canceled(slow('late'), 300)).toEqual({ events: [{ type: 'status', text: 's' }, CANCELED], at: 500 });
    expect((await canceled(slow('late'), 900)).events.at(-1)).toEqual(COMPLETED);
  });

  test.each([
    ['cooperate', 300, CANCELED],
    ['ignore', 300, COMPLETED],
    ['late', 500, CANCELED],
  ])('hold until cancel ends when it is asked: %s', async (onCancel, at, end) => {
    const script = { onCancel, steps: [{ hold: { until: 'cancel' } }] };
    expect(await canceled(script, 300)).toEqual({ events: [end], at });
  });

  test('hold until signal, with a wait that rejects when it is aborted, before the clock has heard of it', async () => {
    const asked = new AbortController();
    const clock = new VirtualClock();
    const events = play([{ hold: { until: 'signal', signal: 'go' } }], {
      signal: asked.signal,
      clock: {
        now: () => clock.now(),
        async sleep(ms, signal) {
          await clock.sleep(ms, signal);
          await clock.advance(0);
        },
      },
      waitForSignal: (_name, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    });
    await clock.sleeping();
    asked.abort();
    expect(await events).toEqual([CANCELED]);
  });

  test('asked before it began', async () => {
    const signal = AbortSignal.abort();
    expect(await play([{ text: 'a' }, { throw: 'x' }], { signal })).toEqual([CANCELED]);
    expect(await play({ steps: [{ text: 'a' }], onCancel: 'ignore' }, { signal })).toEqual([
      { type: 'text', text: 'a' },
      COMPLETED,
    ]);
    const clock = new VirtualClock();
    const late = play({ steps: [{ text: 'a' }, { sleep: 500 }], onCancel: 'late' }, { signal, clock });
    await clock.sleeping(2);
    await clock.advance(200);
    expect(await late).toEqual([{ type: 'text', text: 'a' }, CANCELED]);
  });

  test('between two events, chunks of a pad too; and not after the end', async () => {
    const abort = new AbortController();
    const seen: AgentEvent[] = [];
    for await (const event of run({ steps: [{ pad: { bytes: 100, chunks: 100 } }] }, { signal: abort.signal })) {
      seen.push(event);
      if (seen.length === 3) abort.abort();
    }
    expect(seen).toHaveLength(4);
    expect(seen.at(-1)).toEqual(CANCELED);

    const after = new AbortController();
    const ended: AgentEvent[] = [];
    for await (const event of run({ steps: [] }, { signal: after.signal })) {
      ended.push(event);
      after.abort();
    }
    expect(ended).toEqual([COMPLETED]);
  });
});

test.each(['cooperate', 'late'])('a turn that nobody canceled leaves nothing behind: %s', async (onCancel) => {
  const asked = new AbortController();
  const clock = new VirtualClock();
  const events = play(
    { onCancel, steps: [{ sleep: 1 }, { hold: { until: 'cancel', maxMs: 1 } }] },
    { clock, signal: asked.signal },
  );
  await clock.advance(2);
  expect(await events).toEqual([COMPLETED]);
  expect(getEventListeners(asked.signal, 'abort')).toHaveLength(0);
});

describe('a consumer that leaves', () => {
  test.each([
    ['sleep', { sleep: 60_000 }],
    ['hold until cancel', { hold: { until: 'cancel' } }],
    ['hold until signal', { hold: { until: 'signal', signal: 'go' } }],
  ])('ends a %s at once, and nothing is left behind', async (_what, step) => {
    const clock = new VirtualClock();
    const asked = new AbortController();
    const events = run(parseScript({ onCancel: 'late', steps: [step, { text: 'never' }] }), {
      clock,
      signal: asked.signal,
    });
    const next = events.next();
    await clock.sleeping();
    const left = events.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await left).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
    expect(getEventListeners(asked.signal, 'abort')).toHaveLength(0);
  });

  test('also between events, while a late cancel is under way', async () => {
    const clock = new VirtualClock();
    const asked = new AbortController();
    for await (const event of run({ steps: [{ text: 'a' }], onCancel: 'late' }, { clock, signal: asked.signal })) {
      expect(event).toEqual({ type: 'text', text: 'a' });
      asked.abort();
      expect(clock.pending).toBe(1);
      break;
    }
    expect(clock.pending).toBe(0);
  });
});
