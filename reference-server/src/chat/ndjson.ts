import { NDJSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import type { ChatRequest, StreamEvent } from '@agentproto/protocol/chat/docs';
import { encodeNdjsonLine } from '@agentproto/wire/ndjson';
import type { StreamAnswer } from '../answer.ts';
import { changedBatches } from '../batches.ts';
import type { ChatContext } from './context.ts';
import type { Call, StreamItem } from './call.ts';

/** One turn, answered event by event, one a line (server: Streaming). */
export async function stream(ctx: ChatContext, call: Call, request: ChatRequest): Promise<StreamAnswer> {
  const { impl } = ctx;
  const silenced = impl.isSilenced(ctx, call, request);
  if (silenced !== false && (await silenced)) return impl.silentLines(ctx, call);
  const run = await impl.beginTurn(ctx, call, request);
  return lines(ctx, call, impl.shownEvents(ctx, call, run));
}

/** Events as the answer that shows them. */
export function lines(ctx: ChatContext, call: Call, items: AsyncIterable<StreamItem>): StreamAnswer {
  const { impl } = ctx;
  return {
    status: 200,
    headers: impl.streamHeaders(ctx),
    frames: changedBatches(items, (item) => ('fault' in item ? item : { text: impl.line(ctx, item.event) })),
    chunks: (text) => impl.lineChunks(ctx, text),
    broken: () => '{"broken":\n',
    failure: (error) => impl.line(ctx, impl.errorEvent(ctx, error)),
    get signal() {
      return call.signal;
    },
  };
}

export const streamHeaders = (_ctx: ChatContext): Record<string, string> => ({
  'content-type': NDJSON_MEDIA_TYPE,
  'cache-control': 'no-cache, no-transform',
  // Proxies of the nginx kind would hold lines back.
  'x-accel-buffering': 'no',
});

export const line = (_ctx: ChatContext, event: StreamEvent): string => encodeNdjsonLine(event);

/** The pieces in which a line is written. */
export const lineChunks = (_ctx: ChatContext, text: string): Iterable<string | Uint8Array> => [text];
