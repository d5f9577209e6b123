import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import type { WireFault } from '@agentproto/script';
import { aborted, cut, splitUtf8 } from '../faults.ts';
import { sendFragments } from '../send-fragments.ts';
import type { ChatContext } from './context.ts';
import type { StreamItem, ChatSocket } from './call.ts';

/** One event as the text of a frame. */
export const frame = (_ctx: ChatContext, event: StreamEvent): string => JSON.stringify(event);

/** The fragments in which a frame is sent (RFC 6455, 5.4). */
export const frameChunks = (_ctx: ChatContext, text: string): Iterable<string | Uint8Array> => [text];

/** Sends one message. */
export const sendFrame = (
  ctx: ChatContext,
  { socket }: ChatSocket,
  chunks: Iterable<string | Uint8Array>,
): Promise<void> => sendFragments(ctx, socket, chunks);

/** Sends the events of a turn, with the faults that its script asks for in between. */
export async function sendFrames(
  ctx: ChatContext,
  socket: ChatSocket,
  items: AsyncIterable<StreamItem>,
): Promise<void> {
  const { impl } = ctx;
  const { connection, signal } = socket;
  let last = '';
  let next: WireFault | undefined;
  for await (const item of items) {
    if ('fault' in item) {
      if (item.fault === 'bad-json') await sendFrame(ctx, socket, ['{"broken":']);
      else if (item.fault === 'duplicate-event') await sendFrame(ctx, socket, [last]);
      else if (item.fault === 'truncate' || item.fault === 'split-utf8') next = item.fault;
      else {
        if (item.fault !== 'stall') cut({ socket: connection }, item.fault);
        return await aborted(signal);
      }
      continue;
    }
    last = impl.frame(ctx, item.event);
    if (next === 'truncate') {
      connection.write(halfFrame(last));
      cut({ socket: connection }, 'disconnect');
      return await aborted(signal);
    }
    await sendFrame(ctx, socket, next === 'split-utf8' ? splitUtf8(last) : impl.frameChunks(ctx, last));
    next = undefined;
  }
}

/** The head of a text frame, and half of what it announces (RFC 6455, 5.2). */
function halfFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126 ? Buffer.of(0x81, payload.length) : Buffer.of(0x81, 127, ...lengthBytes(payload.length));
  return Buffer.concat([head, payload.subarray(0, payload.length >> 1)]);
}

function lengthBytes(length: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}
