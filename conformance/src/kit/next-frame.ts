import type { Exchange, Frame } from '@agentproto/recording';
import type { Patience } from './patience.ts';
import { within } from './within.ts';

/** What frames are read from: a stream, or a socket. */
interface Live {
  readonly exchange: Exchange;
  frame(index: number): Promise<Frame | undefined>;
}

/** What is waited for; its end too. */
const WHAT = 'the next frame of a stream';

/**
 * The frame of that index (see `LiveExchange.frame`); undefined once the exchange has ended without it, or when it is
 * not there in time.
 * @param waits.silenceMs a shorter wait, for what is not owed: it teaches nothing.
 * @param waits.askedMs how long the target was asked to be silent, which comes on top.
 */
export async function nextFrame(
  live: Live,
  index: number,
  patience: Patience,
  binding: string,
  { silenceMs, askedMs = 0 }: { silenceMs?: number | undefined; askedMs?: number } = {},
): Promise<Frame | undefined> {
  const ms = askedMs + patience.msFor(WHAT, binding);
  if (silenceMs !== undefined) return within(live.frame(index), Math.min(silenceMs, ms));
  const began = performance.now();
  const frame = await within(live.frame(index), ms);
  const tookMs = performance.now() - began;
  const { end } = live.exchange;
  // Who cut the stream knows why; it is the silence of an open one that was in vain.
  if (frame || (end && end.kind !== 'timeout')) patience.came(WHAT, binding, tookMs);
  else patience.inVain(WHAT, binding, tookMs);
  return frame;
}
