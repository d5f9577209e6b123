import { SSE_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { StreamAnswer } from '../answer.ts';
import { batchesOf } from '../batches.ts';
import type { A2AContext } from './context.ts';
import type { StreamItem } from './call.ts';

/** A stream of one of the bindings. */
export interface SseStream {
  /** Beside those of every stream. */
  headers: Record<string, string>;
  items: AsyncIterable<StreamItem>;
  /** The data of an event, in the binding's form. */
  data: (event: StreamResponse) => string;
  /** The data of the event that ends a stream which fails. */
  failure: (error: unknown) => string;
  /** Aborts when nobody reads any more. */
  readonly signal: AbortSignal;
}

/** The stream as an answer. */
export function sseAnswer(ctx: A2AContext, stream: SseStream): StreamAnswer {
  const { impl, keepAliveMs } = ctx;
  const { headers, items, data, failure } = stream;
  return {
    status: 200,
    headers: { ...impl.streamHeaders(ctx), ...headers },
    frames: frames(ctx, items, data),
    chunks: (text) => impl.chunks(ctx, text),
    broken: () => impl.frameText(ctx, { data: '{"broken":' }),
    failure: (error) => impl.frameText(ctx, { data: failure(error) }),
    keepAlive: { everyMs: keepAliveMs, frame: impl.keepAliveText(ctx) },
    get signal() {
      return stream.signal;
    },
  };
}

async function* frames(ctx: A2AContext, items: SseStream['items'], data: SseStream['data']): StreamAnswer['frames'] {
  const frameOf = (item: StreamItem) => {
    if ('fault' in item) return item;
    const { id, event } = item;
    return {
      text: ctx.impl.frameText(ctx, id === undefined ? { data: data(event) } : { id: String(id), data: data(event) }),
    };
  };
  for await (const batch of batchesOf(items)) yield batch.map(frameOf);
}

export const streamHeaders = (_ctx: A2AContext): Record<string, string> => ({
  'content-type': SSE_MEDIA_TYPE,
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back.
  'x-accel-buffering': 'no',
});

/** One event, as text. */
export const frameText = (_ctx: A2AContext, event: OutgoingSseEvent): string => encodeSseEvent(event);

/** What is sent in a silence. */
export const keepAliveText = (_ctx: A2AContext): string => encodeSseComment('keep-alive');

/** The pieces in which an event is written. */
export const chunks = (_ctx: A2AContext, frame: string): Iterable<string | Uint8Array> => [frame];
