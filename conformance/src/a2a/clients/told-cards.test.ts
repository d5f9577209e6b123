import { expect, test, vi } from 'vitest';
import { exchange } from './exchange.test.data.ts';
import { lastCards } from './told-cards.ts';

test('the last of each kind that came before, of a recording that is looked through once', () => {
  const fetches = [0, 1, 2, 3].map((at) => exchange(at, 'GET', 'https://agent.example.com', undefined));
  const toldIn = vi.fn<Parameters<typeof lastCards>[0]>(() =>
    fetches.map((one, index) => ({ exchange: one, isExtended: index === 2, card: { index } })),
  );
  const cards = lastCards(toldIn);
  const before = (at: number) => cards(fetches, ({ request }) => request.atMs < at * 1_000);
  expect([0, 1, 3, 4].map(before)).toEqual([
    [],
    [{ index: 0 }],
    [{ index: 1 }, { index: 2 }],
    [{ index: 3 }, { index: 2 }],
  ]);
  expect(toldIn).toHaveBeenCalledTimes(1);
});
