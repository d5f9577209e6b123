import { SSE_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { StreamAnswer } from '../answer.ts';
import { changedBatches } from '../batches.ts';
import type { A2AContext } from './context.ts';
import type { HttpRequest, StreamFrame, StreamItem } from './call.ts';

/** A stream of one of the bindings, as an answer: a class, because each that is held is one. */
export abstract class SseAnswer implements StreamAnswer {
  readonly status = 200;
  readonly headers: Record<string, string>;
  readonly frames: StreamAnswer['frames'];
  readonly keepAlive: string;
  protected readonly ctx: A2AContext;
  readonly #left: HttpRequest['left'];

  /** `headers` come beside those of every stream. */
  constructor(
    ctx: A2AContext,
    { left, headers, items }: { left: HttpRequest['left']; headers: object; items: AsyncIterable<StreamItem> },
  ) {
    this.ctx = ctx;
    this.#left = left;
    this.headers = { ...ctx.impl.streamHeaders(ctx), ...headers };
    this.keepAlive = ctx.impl.keepAliveText(ctx);
    this.frames = changedBatches(items, (item) => ('fault' in item ? item : { text: this.#frameOf(item) }));
  }

  /** The data of an event, in the binding's form. */
  protected abstract data(event: StreamResponse): string;

  /** The data of the event that ends a stream which fails. */
  protected abstract failureData(error: unknown): string;

  chunks(text: string): Iterable<string | Uint8Array> {
    return this.ctx.impl.chunks(this.ctx, text);
  }

  broken(): string {
    return this.ctx.impl.frameText(this.ctx, { data: '{"broken":' });
  }

  failure(error: unknown): string {
    return this.ctx.impl.frameText(this.ctx, { data: this.failureData(error) });
  }

  get signal(): AbortSignal {
    return this.#left.signal;
  }

  #frameOf({ id, event }: StreamFrame): string {
    const data = this.data(event);
    return this.ctx.impl.frameText(this.ctx, id === undefined ? { data } : { id: String(id), data });
  }
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
export const keepAliveText = (_ctx: A2AContext): string => KEEP_ALIVE;

const KEEP_ALIVE = encodeSseComment('keep-alive');

/** The pieces in which an event is written. */
export const chunks = (_ctx: A2AContext, frame: string): Iterable<string | Uint8Array> => [frame];
