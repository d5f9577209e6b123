import { VirtualClock } from '@agentproto/script';
import { expect, test } from 'vitest';
import { Due, DueQueue } from './due-queue.ts';
import { timerOn } from './timer.ts';

/** Falls due again and again, as a silent stream does, or once. */
class Item extends Due {
  readonly #fallen: string[];
  readonly #name: string;
  readonly #again: DueQueue | undefined;

  constructor(name: string, fallen: string[], again?: DueQueue) {
    super();
    this.#name = name;
    this.#fallen = fallen;
    this.#again = again;
  }

  fallDue(): void {
    this.#again?.add(this);
    this.#fallen.push(this.#name);
  }
}

test('each falls due after its own time, and again when it is added again, with one timer for all of them', async () => {
  const clock = new VirtualClock();
  const queue = new DueQueue(10, clock, timerOn(clock));
  const fallen: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Item(name, fallen, queue)) as [Item, Item, Item];
  queue.add(a);
  await clock.advance(4);
  queue.add(b);
  queue.add(c);
  expect(clock.pending).toBe(1);
  await clock.advance(6);
  expect(fallen).toEqual(['a']);
  queue.remove(c);
  await clock.advance(4);
  expect(fallen).toEqual(['a', 'b']);
  queue.remove(b);
  await clock.advance(6);
  expect(fallen).toEqual(['a', 'b', 'a']);
  queue.remove(a);
  await clock.advance(30);
  expect([fallen.length, clock.pending]).toEqual([3, 0]);
});

test('what falls due once is gone; what stands behind it comes in its own time', async () => {
  const clock = new VirtualClock();
  const queue = new DueQueue(10, clock, timerOn(clock));
  const fallen: string[] = [];
  queue.add(new Item('a', fallen));
  await clock.advance(3);
  queue.add(new Item('again', fallen, queue));
  queue.add(new Item('b', fallen));
  await clock.advance(10);
  expect(fallen).toEqual(['a', 'again', 'b']);
  expect(clock.pending).toBe(1);
  await clock.advance(10);
  expect(fallen).toEqual(['a', 'again', 'b', 'again']);
  queue.stop();
  expect(clock.pending).toBe(0);
});

test('with the last of them its timer goes, and comes again with the next', () => {
  const clock = new VirtualClock();
  const queue = new DueQueue(10, clock, timerOn(clock));
  const [a, b] = [new Item('a', []), new Item('b', [])];
  queue.add(a);
  queue.add(b);
  queue.remove(a);
  expect(clock.pending).toBe(1);
  queue.remove(b);
  expect(clock.pending).toBe(0);
  queue.add(a);
  expect(clock.pending).toBe(1);
});

test('once stopped it has no timer', () => {
  const clock = new VirtualClock();
  const queue = new DueQueue(10, clock, timerOn(clock));
  queue.add(new Item('a', []));
  queue.stop();
  expect(clock.pending).toBe(0);
});
