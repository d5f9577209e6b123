import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import { DONE, EVENT_STREAM_MEDIA_TYPE } from '@agentproto/protocol/responses/openai';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { StreamAnswer, StreamItem as Item } from '../answer.ts';
import { Batches, batchesOf } from '../batches.ts';
import type { Call, StreamItem } from './call.ts';
import type { ResponsesContext } from './context.ts';

/** Events as the answer that shows them (Streaming HTTP Responses). */
export function sseAnswer(
  ctx: ResponsesContext,
  call: Call,
  items: AsyncIterable<StreamItem>,
  { obfuscate }: { obfuscate: boolean },
): StreamAnswer {
  const { impl } = ctx;
  const filled = obfuscate ? obfuscated(ctx, items) : items;
  // Of the error that a stream may end with.
  let next = 0;
  const frameOf = (item: StreamItem) => {
    if ('fault' in item) return item;
    if ('sequence_number' in item.event) next = Number(item.event.sequence_number) + 1;
    return { text: impl.frameText(ctx, impl.sseEvent(ctx, item.event)) };
  };
  return {
    status: 200,
    headers: impl.streamHeaders(ctx),
    frames: frames(ctx, impl.shownEvents(ctx, call, filled), frameOf),
    chunks: (text) => impl.chunks(ctx, text),
    broken: () => impl.frameText(ctx, { event: 'response.output_text.delta', data: '{"broken":' }),
    failure: (error) => impl.frameText(ctx, impl.sseEvent(ctx, impl.errorEvent(ctx, error, next))),
    keepAlive: encodeSseComment('keep-alive'),
    signal: call.signal,
  };
}

async function* frames(
  ctx: ResponsesContext,
  items: AsyncIterable<StreamItem>,
  frameOf: (item: StreamItem) => Item<{ text: string }>,
): StreamAnswer['frames'] {
  const { impl } = ctx;
  for await (const batch of batchesOf(items)) yield batch.map(frameOf);
  if (impl.endsWithDone(ctx)) yield [{ text: impl.frameText(ctx, { data: DONE }) }];
}

/** Stands in front of what is shown: the place for whoever would show it otherwise. */
export const shownEvents = (
  _ctx: ResponsesContext,
  _call: Call,
  items: AsyncIterable<StreamItem>,
): AsyncIterable<StreamItem> => items;

function obfuscated(ctx: ResponsesContext, items: AsyncIterable<StreamItem>): AsyncIterable<StreamItem> {
  const filled = (item: StreamItem): StreamItem => {
    const obfuscation = 'fault' in item ? undefined : ctx.impl.obfuscation(ctx, item.event);
    return obfuscation === undefined || 'fault' in item
      ? item
      : { event: { ...item.event, obfuscation } as AnyStreamEvent };
  };
  async function* batches() {
    for await (const batch of batchesOf(items)) yield batch.map(filled);
  }
  return new Batches(batches());
}

const FILLER = 'Xq3vB8nLr0ZtYw5K';

/** Filler that makes every delta as long as a multiple of 16; the same for the same delta (stream_options). */
export function obfuscation(_ctx: ResponsesContext, event: AnyStreamEvent): string | undefined {
  if (!('delta' in event) || typeof event.delta !== 'string') return undefined;
  return FILLER.slice(0, 16 - (event.delta.length % 16));
}

/** Open Responses ends its streams so; OpenAI does not. */
export const endsWithDone = (_ctx: ResponsesContext): boolean => true;

export const streamHeaders = (_ctx: ResponsesContext): Record<string, string> => ({
  'content-type': EVENT_STREAM_MEDIA_TYPE,
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back.
  'x-accel-buffering': 'no',
});

/** The name of an event is its type, and it has no id (Streaming HTTP Responses). */
export const sseEvent = (_ctx: ResponsesContext, event: AnyStreamEvent): OutgoingSseEvent => ({
  event: event.type,
  data: JSON.stringify(event),
});

export const frameText = (_ctx: ResponsesContext, event: OutgoingSseEvent): string => encodeSseEvent(event);

/** The pieces in which a frame is written. */
export const chunks = (_ctx: ResponsesContext, text: string): Iterable<string | Uint8Array> => [text];
