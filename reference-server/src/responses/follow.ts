import { Batches } from '../batches.ts';
import { HttpError } from '../http-error.ts';
import { foldAt } from '../run-fold.ts';
import type { Viewing } from '../run-fold.ts';
import { endsTurn } from '../store/run-event.ts';
import type { Run } from '../store/store.ts';
import type { StreamItem } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { newFold } from './encode.ts';
import type { ResponseFold } from './response-start.ts';
import { notFound } from './responses-error.ts';

/** The events of a response as they come, those after one number. Throws an HttpError when the server closes. */
export const runEvents = (
  ctx: ResponsesContext,
  signal: AbortSignal,
  run: Run,
  { after = -1 }: { after?: number } = {},
): AsyncIterable<StreamItem> => new Batches(runBatches(ctx, signal, run, after));

async function* runBatches(
  ctx: ResponsesContext,
  signal: AbortSignal,
  run: Run,
  after: number,
): AsyncGenerator<readonly StreamItem[]> {
  const fold = newFold(run.id);
  for await (const batch of ctx.store.logs.read(run.id, { signal })) {
    const items: StreamItem[] = [];
    for (const entry of batch) {
      if (entry.event.type === 'wire') items.push({ fault: entry.event.fault });
      for (const event of ctx.impl.encode(ctx, fold, entry)) if (numberOf(event) > after) items.push({ event });
      if (fold.over || endsTurn(entry.event)) return yield items;
    }
    if (items.length > 0) yield items;
  }
  throw new HttpError('UNAVAILABLE', 'The server is closing.');
}

const numberOf = (event: object): number => ('sequence_number' in event ? Number(event.sequence_number) : Infinity);

/** How a response is folded from its run's log. */
export const viewingOf = (ctx: ResponsesContext): Viewing<ResponseFold> => ({
  empty: ({ id }) => newFold(id),
  takeIn: (fold, entry) => ctx.impl.encode(ctx, fold, entry).length,
  copy: ({ open, ...fold }) => ({
    ...fold,
    output: [...fold.output],
    ...(open && { open: { ...open, chunks: [...open.chunks] } }),
  }),
  size: ({ output, open }) => output.length + (open?.chunks.length ?? 0) + 1,
});

/** The response as far as its log goes now. Throws a ResponsesError, 404, when it has been dropped in the meantime. */
export async function folded(ctx: ResponsesContext, run: Run): Promise<ResponseFold> {
  const fold = await foldAt(ctx.store, run, run.seq, viewingOf(ctx));
  if (!fold) throw notFound(`Response with id '${run.id}' not found.`, { param: 'response_id' });
  return fold.view;
}
