import type { Exchange, Frame } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { nextFrame } from './next-frame.ts';
import { Patience } from './patience.ts';

const late = {
  exchange: {} as Exchange,
  frame: async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { index: 0 } as Frame;
  },
};

test('a frame that does not come in time is waited for in vain', async () => {
  expect(await nextFrame(late, 0, new Patience(20), 'JSONRPC')).toBeUndefined();
});

test('a silence that was asked for is not held against the target', async () => {
  expect(await nextFrame(late, 0, new Patience(20), 'JSONRPC', { askedMs: 10_000 })).toEqual({ index: 0 });
});
