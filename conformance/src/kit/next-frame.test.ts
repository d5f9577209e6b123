import type { Exchange, Frame } from '@agentproto/recording';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nextFrame } from './next-frame.ts';
import { Patience } from './patience.ts';

function late() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const frame = () => new Promise<Frame>((resolve) => setTimeout(resolve, 200, { index: 0 }));
  return { exchange: {} as Exchange, frame };
}

test('a frame that does not come in time is waited for in vain', async () => {
  const next = nextFrame(late(), 0, new Patience(20), 'JSONRPC');
  await vi.advanceTimersByTimeAsync(200);
  expect(await next).toBeUndefined();
});

test('a silence that was asked for is not held against the target', async () => {
  const next = nextFrame(late(), 0, new Patience(20), 'JSONRPC', { askedMs: 10_000 });
  await vi.advanceTimersByTimeAsync(200);
  expect(await next).toEqual({ index: 0 });
});
