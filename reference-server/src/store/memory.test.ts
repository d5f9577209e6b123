import { describe, expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import type { RunEvent } from './run-event.ts';
import { ConflictError, StoreFullError } from './store.ts';
import type { Entry, RunHead, Store } from './store.ts';

const head = (id: string, change: Partial<RunHead> = {}): RunHead => ({
  id,
  family: 'f',
  revision: '1',
  owner: 'me',
  createdAt: 0,
  ...change,
});
const entry = (event: RunEvent, at = 0) => ({ at, event, frames: 0 });
const text = (value: string, at = 0) => entry({ type: 'text', text: value }, at);
const OPEN = entry({ type: 'open' });
const DONE = entry({ type: 'end', state: 'completed' });

async function begun(store: Store, id: string, ...entries: ReturnType<typeof entry>[]) {
  await store.runs.create(head(id));
  await store.logs.append(id, [OPEN, ...entries], { expectSeq: -1 });
}

async function take(entries: AsyncIterable<readonly Entry[]>, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for await (const batch of entries) {
    seqs.push(...batch.map(({ seq }) => seq));
    if (seqs.length >= count) break;
  }
  return seqs.slice(0, count);
}

describe('logs', () => {
  test('numbers entries, and refuses to write past what the writer has seen', async () => {
    const { runs, logs } = memoryStore();
    await runs.create(head('a'));
    expect(await logs.append('a', [text('1'), text('2')], { expectSeq: -1 })).toBe(1);
    await expect(logs.append('a', [text('3')], { expectSeq: 0 })).rejects.toThrow(ConflictError);
    await expect(logs.append('none', [text('3')], { expectSeq: -1 })).rejects.toThrow(ConflictError);
    expect(await logs.append('a', [text('3')], { expectSeq: 1 })).toBe(2);
    expect(await runs.get('a')).toMatchObject({ seq: 2 });
  });

  test('a reader gets what is there and then what comes, from where it wants', async () => {
    const { runs, logs } = memoryStore();
    await runs.create(head('a'));
    await logs.append('a', [text('0'), text('1')], { expectSeq: -1 });
    const readers = [
      take(logs.read('a'), 5),
      take(logs.read('a', { after: 1 }), 3),
      take(logs.read('a', { after: 3 }), 1),
    ];
    await logs.append('a', [text('2')], { expectSeq: 1 });
    await logs.append('a', [text('3'), text('4')], { expectSeq: 2 });
    expect(await Promise.all(readers)).toEqual([[0, 1, 2, 3, 4], [2, 3, 4], [4]]);
  });

  test('a reader ends when it is told to, waiting or not', async () => {
    const { runs, logs } = memoryStore();
    await runs.create(head('a'));
    const stop = new AbortController();
    const waiting = take(logs.read('a', { signal: stop.signal }), 1);
    stop.abort();
    expect(await waiting).toEqual([]);
    await logs.append('a', [text('0')], { expectSeq: -1 });
    expect(await take(logs.read('a', { signal: stop.signal }), 2)).toEqual([0]);
    expect(await take(logs.read('none'), 1)).toEqual([]);
  });

  test('many entries are read in linear time by many readers', async () => {
    const { runs, logs } = memoryStore();
    await runs.create(head('a'));
    const readers = Array.from({ length: 20 }, () => take(logs.read('a'), 20_000));
    for (let seq = -1; seq < 19_999; seq += 1) await logs.append('a', [text('x')], { expectSeq: seq });
    for (const seqs of await Promise.all(readers)) expect(seqs).toHaveLength(20_000);
  });

  test('a log has a limit', async () => {
    const { runs, logs } = memoryStore({ maxEntries: 2 });
    await runs.create(head('a'));
    await expect(logs.append('a', [text('1'), text('2'), text('3')], { expectSeq: -1 })).rejects.toThrow(
      StoreFullError,
    );
    await logs.append('a', [text('1'), text('2')], { expectSeq: -1 });
    await expect(logs.append('a', [text('3')], { expectSeq: 1 })).rejects.toThrow(StoreFullError);
    // There is always room for an end.
    expect(await logs.append('a', [DONE], { expectSeq: 1 })).toBe(2);
  });
});

describe('runs', () => {
  test('their state is folded from the log', async () => {
    const { runs, logs } = memoryStore();
    const steps: [RunEvent, object][] = [
      [
        { type: 'turn', turn: 0, input: null },
        { state: 'working', open: false, statusAt: 1 },
      ],
      [{ type: 'open' }, { state: 'working', open: true, statusAt: 1 }],
      [{ type: 'status', text: 'x' }, { statusAt: 3 }],
      [{ type: 'text', text: 'x' }, { statusAt: 3 }],
      [
        { type: 'end', state: 'input-required' },
        { state: 'input-required', statusAt: 5 },
      ],
      [
        { type: 'turn', turn: 1, input: null },
        { state: 'working', statusAt: 6 },
      ],
      [
        { type: 'reply', parts: [{ text: 'x' }] },
        { state: 'completed', statusAt: 7 },
      ],
    ];
    await runs.create(head('a'));
    for (const [i, [event, state]] of steps.entries()) {
      await logs.append('a', [entry(event, i + 1)], { expectSeq: i - 1 });
      expect(await runs.get('a')).toMatchObject({ ...state, seq: i });
    }
    await runs.create(head('b'));
    await logs.append('b', [entry({ type: 'crash', message: 'x' }, 1)], { expectSeq: -1 });
    expect(await runs.get('b')).toMatchObject({ state: 'failed', open: false });
    await runs.create(head('c'));
    await logs.append('c', [entry({ type: 'reply', parts: [{ text: 'x' }] }, 1)], { expectSeq: -1 });
    expect(await runs.get('c')).toMatchObject({ state: 'replied' });
    await expect(runs.create(head('a'))).rejects.toThrow(ConflictError);
  });

  test('are listed by their place, those of the caller alone', async () => {
    const store = memoryStore();
    const { runs, logs } = store;
    for (const [id, at] of [
      ['b', 5],
      ['a', 5],
      ['c', 9],
      ['d', 1],
    ] as const)
      await begun(store, id, entry({ type: 'status', text: '' }, at));
    await runs.create(head('unopened'));
    for (const change of [{ owner: 'you' }, { family: 'g' }, { tenant: 't' }]) {
      const id = JSON.stringify(change);
      await runs.create(head(id, change));
      await logs.append(id, [OPEN], { expectSeq: -1 });
    }
    const list = async (query: object) => {
      const { runs: found, total } = await runs.list({ family: 'f', owner: 'me', limit: 10, ...query });
      return [found.map(({ id }) => id).join(''), total];
    };
    expect(await list({})).toEqual(['cabd', 4]);
    expect(await list({ limit: 2 })).toEqual(['ca', 4]);
    expect(await list({ limit: 2, after: { statusAt: 5, id: 'a' } })).toEqual(['bd', 4]);
    expect(await list({ statusSince: 5 })).toEqual(['cab', 3]);
    expect(await list({ tenant: 't' })).toEqual(['{"tenant":"t"}', 1]);
    expect(await list({ state: 'completed' })).toEqual(['', 0]);
  });

  test('at the limit the one that finished first goes, and its readers end', async () => {
    const store = memoryStore({ maxRuns: 2 });
    await begun(store, 'a');
    await begun(store, 'b', DONE);
    const reader = take(store.logs.read('b'), 9);
    await store.logs.append('a', [DONE], { expectSeq: 0 });
    await begun(store, 'c');
    expect([await store.runs.get('a'), await store.runs.get('b')].map((run) => run?.id)).toEqual(['a', undefined]);
    expect(await reader).toEqual([0, 1]);
    await begun(store, 'd');
    await expect(store.runs.create(head('e'))).rejects.toThrow(StoreFullError);
  });
});

describe('records', () => {
  test('of a run go with it', async () => {
    const { runs, logs, records } = memoryStore({ maxRuns: 1, maxRecords: 1 });
    await runs.create(head('a'));
    await records.put('hooks', 'me', 'k', 1, { runId: 'a' });
    await logs.append('a', [DONE], { expectSeq: -1 });
    await runs.create(head('b'));
    expect(await records.get('hooks', 'me', 'k')).toBeUndefined();
    expect(await records.put('hooks', 'me', 'l', 1, { runId: 'b' })).toMatchObject({ version: 1 });
  });

  test('have a version, which a writer may expect', async () => {
    const { records } = memoryStore({ maxRecords: 2 });
    expect(await records.put('keys', 'me', 'k', 1, { expectVersion: 0 })).toEqual({ key: 'k', value: 1, version: 1 });
    expect(await records.put('keys', 'me', 'k', 2, { expectVersion: 1 })).toMatchObject({ version: 2 });
    await expect(records.put('keys', 'me', 'k', 3, { expectVersion: 1 })).rejects.toThrow(ConflictError);
    await records.put('keys', 'you', 'k', 9);
    await expect(records.put('keys', 'me', 'l', 1)).rejects.toThrow(StoreFullError);
    expect(await records.get('keys', 'me', 'k')).toMatchObject({ value: 2 });
    expect(await records.list('keys', 'me')).toHaveLength(1);
    expect(await records.list('other', 'me')).toEqual([]);
    expect([await records.delete('keys', 'me', 'k'), await records.delete('keys', 'me', 'k')]).toEqual([true, false]);
    expect(await records.put('keys', 'me', 'k', 4, { expectVersion: 0 })).toMatchObject({ version: 1 });
  });
});
