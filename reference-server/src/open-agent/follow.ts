import { Batches } from '../batches.ts';
import { HttpError } from '../http-error.ts';
import type { Viewing } from '../run-fold.ts';
import { endsTurn } from '../store/run-event.ts';
import type { Entry, Run } from '../store/store.ts';
import type { OpenAgentContext } from './context.ts';
import { newFold } from './encode.ts';
import type { RunFold, RunItem } from './run-start.ts';

/** The log of a run, up to the end of its only turn. Throws an HttpError when the server closes. */
export async function* entriesOf(
  { store }: OpenAgentContext,
  signal: AbortSignal,
  run: Run,
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of store.logs.read(run.id, { signal })) {
    const end = batch.findIndex(({ event }) => endsTurn(event));
    if (end >= 0) return yield batch.slice(0, end + 1);
    yield batch;
  }
  throw new HttpError('UNAVAILABLE', 'The server is closing.');
}

/** The events of a run as they come. */
export const runEvents = (ctx: OpenAgentContext, signal: AbortSignal, run: Run): AsyncIterable<RunItem> =>
  new Batches(eventBatches(ctx, signal, run));

async function* eventBatches(ctx: OpenAgentContext, signal: AbortSignal, run: Run): AsyncGenerator<readonly RunItem[]> {
  const fold = newFold(run.id);
  for await (const batch of entriesOf(ctx, signal, run)) {
    const items = batch.flatMap((entry): RunItem[] => [
      ...(entry.event.type === 'wire' ? [{ fault: entry.event.fault }] : []),
      ...ctx.impl.encode(ctx, fold, entry).map((event) => ({ event })),
    ]);
    if (items.length > 0) yield items;
  }
}

/** How a run is folded from its log. */
export const viewingOf = (ctx: OpenAgentContext): Viewing<RunFold> => ({
  empty: ({ id }) => newFold(id),
  takeIn: (fold, entry) => ctx.impl.encode(ctx, fold, entry).length,
  copy: (fold) => ({ ...fold, content: [...fold.content], messages: [...fold.messages] }),
  size: ({ content, messages }) => content.length + messages.length + 1,
});
