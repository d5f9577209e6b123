import { VirtualClock } from '@agentproto/script';
import { expect, test } from 'vitest';
import { KeepAlive, Silent } from './keep-alive.ts';
import { timerOn } from './timer.ts';

class Stream extends Silent {
  readonly #spoken: string[];
  readonly #name: string;

  constructor(name: string, spoken: string[]) {
    super();
    this.#name = name;
    this.#spoken = spoken;
  }

  speak(): void {
    this.#spoken.push(this.#name);
  }
}

test('each speaks after its own silence, with one timer for all of them', async () => {
  const clock = new VirtualClock();
  const keepAlive = new KeepAlive(10, clock, timerOn(clock));
  const spoken: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Stream(name, spoken)) as [Stream, Stream, Stream];
  keepAlive.add(a);
  await clock.advance(4);
  keepAlive.add(b);
  keepAlive.add(c);
  expect(clock.pending).toBe(1);
  await clock.advance(6);
  expect(spoken).toEqual(['a']);
  keepAlive.remove(c);
  await clock.advance(4);
  expect(spoken).toEqual(['a', 'b']);
  keepAlive.remove(b);
  await clock.advance(6);
  expect(spoken).toEqual(['a', 'b', 'a']);
  keepAlive.remove(a);
  await clock.advance(30);
  expect([spoken.length, clock.pending]).toEqual([3, 0]);
});

test('once stopped it has no timer', () => {
  const clock = new VirtualClock();
  const keepAlive = new KeepAlive(10, clock, timerOn(clock));
  keepAlive.add(new Stream('a', []));
  keepAlive.stop();
  expect(clock.pending).toBe(0);
});
