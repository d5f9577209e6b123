import { Batches } from '../batches.ts';
import { HttpError } from '../http-error.ts';
import { endsTurn as isLast } from '../store/run-event.ts';
import type { Entry, Run } from '../store/store.ts';
import type { ChatContext } from './context.ts';
import type { Call, StreamItem } from './call.ts';
import { advance, newFold } from './encode.ts';

/** The events of a turn as they come, whatever the way in. Throws an HttpError when the server closes. */
export const turnEvents = (ctx: ChatContext, call: Call, run: Run): AsyncIterable<StreamItem> =>
  new Batches(turnBatches(ctx, call, run));

async function* turnBatches(ctx: ChatContext, { signal }: Call, run: Run): AsyncGenerator<readonly StreamItem[]> {
  const fold = newFold();
  for await (const batch of ctx.store.logs.read(run.id, { signal })) {
    const items: StreamItem[] = [];
    for (const entry of batch) {
      if (entry.event.type === 'wire') items.push({ fault: entry.event.fault });
      for (const event of ctx.impl.encode(ctx, fold, entry)) items.push({ event });
      advance(fold, entry);
      if (ctx.impl.endsTurn(ctx, entry)) return yield items;
    }
    if (items.length > 0) yield items;
  }
  throw new HttpError('UNAVAILABLE', 'The server is closing.');
}

export const endsTurn = (_ctx: ChatContext, { event }: Entry): boolean => isLast(event);

/** The events as a stream or a socket shows them. */
export const shownEvents = (ctx: ChatContext, call: Call, run: Run): AsyncIterable<StreamItem> =>
  ctx.impl.turnEvents(ctx, call, run);
