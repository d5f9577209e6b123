import { expect, test } from 'vitest';
import type { ResponsesAgent } from './agent.ts';
import type { Answer } from './answer.ts';
import { sharesIds } from './general-faults.ts';

/** Whether a target whose next answer has items of these ids shares them with a first answer. */
const shares = (first: unknown[], next: unknown[]) => {
  const answerOf = (ids: unknown[]) => ({ items: ids.map((id) => ({ id })) }) as unknown as Answer;
  const agent = { turn: async () => answerOf(next) } as unknown as ResponsesAgent;
  return sharesIds(agent, answerOf(first));
};

test('items of two answers share an id, and not that they have none', async () => {
  expect(await shares(['a', 'b'], ['b'])).toEqual({ blockedBy: 'RESP-ITEM-013' });
  expect(await shares(['a', undefined], ['b', undefined])).toEqual({});
});
