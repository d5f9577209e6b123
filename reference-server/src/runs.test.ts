import { VirtualClock } from '@agentproto/script';
import type { AgentEvent } from '@agentproto/script';
import { expect, test } from 'vitest';
import { LateAbort } from './late-abort.ts';
import { emptyFold, foldAt } from './run-fold.ts';
import type { Viewing } from './run-fold.ts';
import { createRuns } from './runs.ts';
import type { TurnStart } from './runs.ts';
import { memoryStore } from './store/memory.ts';
import { endsTurn } from './store/run-event.ts';
import { ConflictError } from './store/store.ts';
import type { Run, Store } from './store/store.ts';
import { timerOn } from './timer.ts';

const HEAD = { id: 'r', family: 'f', revision: '1', owner: 'me', createdAt: 0 };

function begin(options: Partial<Parameters<typeof createRuns>[0]> = {}) {
  const store = memoryStore();
  const clock = new VirtualClock();
  const crashes: unknown[] = [];
  const runs = createRuns({
    store,
    clock,
    setTimer: timerOn(clock),
    turnMs: 60_000,
    onCrash: (_id, error) => crashes.push(error),
    ...options,
  });
  return { store, clock, crashes, runs };
}

/** Each entry makes one frame. */
const VIEWING: Viewing<undefined> = { empty: () => undefined, takeIn: () => 1, copy: () => undefined, size: () => 0 };

const foldOf = async (store: Store, run: Run) => ({
  fold: (await foldAt(store, run, run.seq, VIEWING))!,
  viewing: VIEWING,
});

const turn = (events: AsyncIterable<AgentEvent>, change: Partial<TurnStart> = {}): TurnStart => ({
  input: 'hello',
  events,
  abort: new LateAbort(),
  fold: emptyFold(HEAD, VIEWING),
  viewing: VIEWING,
  openAfterMs: 0,
  ...change,
});

/** The log in few words, up to the end of a turn. */
async function log(store: Store, after = -1): Promise<string[]> {
  const words: string[] = [];
  for await (const batch of store.logs.read('r', { after })) {
    for (const { event, frames } of batch) {
      const detail = 'text' in event ? event.text : 'state' in event ? event.state : 'turn' in event ? event.turn : '';
      words.push(`${frames} ${event.type} ${detail}`.trim());
      if (endsTurn(event)) return words;
    }
  }
  return words;
}

test('writes what the agent does, opens the run with its first event, and ends it', async () => {
  const { store, runs } = begin();
  const run = await runs.start(
    HEAD,
    turn(
      (async function* () {
        yield { type: 'text', text: 'a' };
      })(),
    ),
  );
  expect(run).toMatchObject({ id: 'r', seq: 0, state: 'working', open: false });
  expect(await log(store)).toEqual(['1 turn 0', '2 open', '3 text a', '4 end completed']);
});

test('a reply, and a crash, leave the run unknown', async () => {
  const reply = begin();
  await reply.runs.start(
    HEAD,
    turn(
      (async function* () {
        yield { type: 'reply', parts: [{ text: 'pong' }] };
      })(),
    ),
  );
  expect(await log(reply.store)).toEqual(['1 turn 0', '2 reply']);
  const crash = begin();
  await crash.runs.start(
    HEAD,
    turn({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('inside')) }) }),
  );
  expect(await log(crash.store)).toEqual(['1 turn 0', '2 crash']);
  expect(crash.crashes).toEqual([new Error('inside')]);
});

test('a silent agent opens its run in time; what comes after the end is not heard', async () => {
  const { store, runs, clock } = begin();
  await runs.start(
    HEAD,
    turn(
      (async function* (): AsyncGenerator<AgentEvent> {
        await clock.sleep(500);
        yield { type: 'end', state: 'input-required', text: 'Well?' };
        yield { type: 'text', text: 'too late' };
      })(),
      { openAfterMs: 100 },
    ),
  );
  await clock.sleeping(3);
  await clock.advance(500);
  expect(await log(store)).toEqual(['1 turn 0', '2 open', '3 end Well?']);
  expect(await store.runs.get('r')).toMatchObject({ state: 'input-required', seq: 2 });
});

test('a follow-up counts turns and frames on, and is refused when the run has gone on', async () => {
  const { store, runs } = begin();
  const events = async function* (): AsyncGenerator<AgentEvent> {
    yield { type: 'end', state: 'input-required' };
  };
  await runs.start(HEAD, turn(events()));
  await log(store);
  const asked = await store.runs.get('r');
  await runs.follow(asked!, turn(events(), await foldOf(store, asked!)));
  expect(await log(store, 2)).toEqual(['4 turn 1', '5 end input-required']);
  await expect(runs.follow(asked!, turn(events(), await foldOf(store, asked!)))).rejects.toThrow(ConflictError);
});

test('a cancel waits for the agent, but not for ever; without an agent it is done at once', async () => {
  const { store, runs, clock } = begin();
  const abort = new LateAbort();
  const run = await runs.start(
    HEAD,
    turn(
      (async function* (): AsyncGenerator<AgentEvent> {
        yield { type: 'text', text: 'a' };
        await clock.sleep(1_000);
        yield { type: 'end', state: 'input-required' };
      })(),
      { abort },
    ),
  );
  const canceled = runs.cancel(run, () => foldOf(store, run), 50);
  expect(abort.signal.aborted).toBe(true);
  // The turn's limit, the agent, and the cancel.
  await clock.sleeping(3);
  await clock.advance(50);
  await canceled;
  expect((await store.runs.get('r'))?.state).toBe('working');
  await clock.advance(1_000);
  const left = (await store.runs.get('r'))!;
  await runs.cancel(left, () => foldOf(store, left), 50);
  expect(await store.runs.get('r')).toMatchObject({ state: 'canceled', seq: 4 });
});

test('somebody else may end a run: its agent is not heard any more', async () => {
  const { store, runs, clock, crashes } = begin();
  const run = await runs.start(
    HEAD,
    turn(
      (async function* (): AsyncGenerator<AgentEvent> {
        await clock.sleep(10);
        yield { type: 'text', text: 'a' };
      })(),
    ),
  );
  await expect.poll(async () => (await store.runs.get(run.id))?.open).toBe(true);
  await store.logs.append('r', [{ at: 0, event: { type: 'end', state: 'canceled' }, frames: 0 }], { expectSeq: 1 });
  await clock.advance(10);
  expect((await store.runs.get('r'))?.seq).toBe(2);
  expect(crashes).toEqual([]);
});

test('closing stops agents and leaves nothing asleep', async () => {
  const { store, runs, clock } = begin();
  const abort = new LateAbort();
  await runs.start(
    HEAD,
    turn(
      (async function* (): AsyncGenerator<AgentEvent> {
        await clock.sleep(1_000, abort.signal);
        yield { type: 'text', text: 'a' };
      })(),
      { abort, openAfterMs: 100 },
    ),
  );
  await clock.sleeping(3);
  runs.close();
  expect(clock.pending).toBe(0);
  expect(await store.runs.get('r')).toMatchObject({ seq: 0, state: 'working' });
});
