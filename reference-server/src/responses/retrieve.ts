import type { Answer, StreamAnswer } from '../answer.ts';
import type { Run } from '../store/store.ts';
import type { Call, HttpRequest } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { json } from './errors.ts';
import { folded, runEvents, viewingOf } from './follow.ts';
import { emptyFold, foldAt } from '../run-fold.ts';
import { markDeleted, storedRun } from './history.ts';
import { page } from './page.ts';
import { flag, number } from './query.ts';
import { invalid } from './responses-error.ts';
import { sseAnswer } from './sse.ts';

/** How long a cancel waits for the agent, in milliseconds of the clock. */
const CANCEL_MS = 1_000;

/** Get a response; of one in the background, its events after `starting_after`. */
export async function retrieveResponse(
  ctx: ResponsesContext,
  call: Call,
  http: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const run = await storedRun(ctx, call.owner, http.params['response_id']!);
  const fold = await folded(ctx, run);
  const after = number(http.query, 'starting_after', { min: 0 });
  if (flag(http.query, 'stream') !== true) {
    if (after !== undefined)
      throw invalid('starting_after: expected with stream=true alone', { param: 'starting_after' });
    return json(ctx, ctx.impl.response(ctx, fold));
  }
  const { background, stream } = fold.start.request;
  if (!background || !stream)
    throw invalid('stream: expected a response that was created with background and stream', { param: 'stream' });
  const obfuscate = flag(http.query, 'include_obfuscation') !== false;
  return sseAnswer(ctx, call, runEvents(ctx, call.signal, run, { ...(after !== undefined && { after }) }), {
    obfuscate,
  });
}

export async function deleteResponse(ctx: ResponsesContext, call: Call, { params }: HttpRequest): Promise<Answer> {
  const run = await storedRun(ctx, call.owner, params['response_id']!);
  await markDeleted(ctx, run);
  return json(ctx, { id: run.id, object: 'response', deleted: true });
}

/** Only a response in the background can be canceled; one that has ended is answered as it is. */
export async function cancelResponse(ctx: ResponsesContext, call: Call, { params }: HttpRequest): Promise<Answer> {
  const run = await storedRun(ctx, call.owner, params['response_id']!);
  const fold = await folded(ctx, run);
  if (!fold.start.request.background) throw invalid('Cannot cancel a synchronous response.', { param: 'response_id' });
  const viewing = viewingOf(ctx);
  // Asked where nobody works on it any more.
  const folding = async () => ({
    viewing,
    fold: (await foldAt(ctx.store, run, run.seq, viewing)) ?? emptyFold(run, viewing),
  });
  if (!fold.over) await ctx.runs.cancel(run, folding, CANCEL_MS);
  const now = (await ctx.store.runs.get(run.id)) ?? run;
  return json(ctx, ctx.impl.response(ctx, await folded(ctx, now)));
}

/** What a response was asked for with: its own input, and what went before it. */
export async function listInputItems(
  ctx: ResponsesContext,
  call: Call,
  { params, query }: HttpRequest,
): Promise<Answer> {
  const run = await storedRun(ctx, call.owner, params['response_id']!);
  const { start } = await folded(ctx, run);
  const previous = start.request.previous_response_id;
  const past =
    previous == null ? [] : await ctx.impl.chainTo(ctx, { ...call, remembered: new Set([previous]) }, previous);
  return json(ctx, page([...past.flatMap(({ items }) => items), ...start.input], query));
}

/** Unless `store` is false. */
export const isStored = async (ctx: ResponsesContext, run: Run): Promise<boolean> =>
  (await folded(ctx, run)).start.request.store !== false;
