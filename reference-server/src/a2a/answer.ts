import type { ServerResponse } from 'node:http';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { WireFault } from '@agentproto/script';
import { writeFrames } from '@agentproto/wire/frames';
import type { A2AContext } from './context.ts';
import { cut, sendFaulty, splitUtf8, aborted } from './faults.ts';
import type { StreamItem } from './follow.ts';

/** A plain answer, ready to be written. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  fault?: WireFault | undefined;
}

/** An answer that is a stream. */
export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  items: AsyncIterable<StreamItem>;
  /** The data of an event, in the binding's form. */
  data: (event: StreamResponse) => string;
  /** The data of the event that ends a stream which fails. */
  failure: (error: unknown) => string;
  /** Aborts when nobody reads any more. */
  signal: AbortSignal;
}

/** Writes an answer to its end; resolves when nothing is left to do. */
export async function writeAnswer(
  ctx: A2AContext,
  response: ServerResponse,
  answer: Answer | StreamAnswer,
): Promise<void> {
  if ('body' in answer) return writePlain(response, answer);
  const { status, headers, signal } = answer;
  response.writeHead(status, headers);
  // A stream that begins in silence has its head all the same; another spares a write.
  setImmediate(() => response.flushHeaders());
  const frames = frameTexts(ctx, answer, response);
  const keepAlive = { everyMs: ctx.keepAliveMs, frame: ctx.impl.keepAliveText(ctx) };
  const end = await writeFrames(frames, response, { keepAlive, setTimer: ctx.setTimer });
  if (end !== 'complete' && !signal.aborted) cut(response, 'disconnect');
}

async function writePlain(response: ServerResponse, { status, headers, body, fault }: Answer): Promise<void> {
  if (response.destroyed) return;
  const bytes = Buffer.from(body);
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': bytes.length });
  if (fault) return sendFaulty(response, bytes, fault);
  response.end(bytes);
}

async function* frameTexts(
  ctx: A2AContext,
  { items, data, failure, signal }: StreamAnswer,
  response: ServerResponse,
): AsyncGenerator<string | Uint8Array> {
  let last = '';
  let next: WireFault | undefined;
  try {
    for await (const item of items) {
      if ('fault' in item) {
        if (item.fault === 'bad-json') yield* ctx.impl.chunks(ctx, ctx.impl.frameText(ctx, { data: '{"broken":' }));
        else if (item.fault === 'duplicate-event') yield* ctx.impl.chunks(ctx, last);
        else if (item.fault === 'truncate' || item.fault === 'split-utf8') next = item.fault;
        else {
          if (item.fault !== 'stall') cut(response, item.fault);
          return await aborted(signal);
        }
        continue;
      }
      last = ctx.impl.frameText(ctx, { ...(item.id !== undefined && { id: String(item.id) }), data: data(item.event) });
      if (next === 'truncate') {
        yield last.slice(0, last.length >> 1);
        cut(response, 'disconnect');
        return await aborted(signal);
      }
      yield* next === 'split-utf8' ? splitUtf8(last) : ctx.impl.chunks(ctx, last);
      next = undefined;
    }
  } catch (error) {
    if (!signal.aborted || !response.destroyed) yield ctx.impl.frameText(ctx, { data: failure(error) });
  }
}
