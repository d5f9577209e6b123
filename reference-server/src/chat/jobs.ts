import type { ChatRequest, JobEvent, StreamEvent } from '@agentproto/protocol/chat/docs';
import { EVENT_STREAM_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { Answer, StreamAnswer, StreamItem as Item } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import type { Entry, Run } from '../store/store.ts';
import type { Call, HttpRequest } from './call.ts';
import { ChatError } from './chat-error.ts';
import type { ChatContext } from './context.ts';
import { advance, newFold } from './encode.ts';

/** Whether a job is asked for, and can be had; over streams and sockets `queue` is a request field as any other. */
export const isJob = ({ settings }: ChatContext, { queue }: ChatRequest): boolean => settings.queue && Boolean(queue);

/** Sets the agent to work, and answers with where that can be followed (job-queue: Submitting a job). */
export async function enqueue(ctx: ChatContext, call: Call, request: ChatRequest): Promise<Answer> {
  const { queue: _asked, ...turn } = request;
  // Nobody has to stay for it. A signal of its own, so that nothing of it stays with any other.
  const run = await ctx.impl.beginTurn(ctx, { ...call, signal: new AbortController().signal }, turn as ChatRequest);
  const body = JSON.stringify(ctx.impl.jobAccepted(ctx, run.id));
  return { status: 200, headers: ctx.impl.jsonHeaders(ctx), body };
}

export const jobAccepted = (_ctx: ChatContext, id: string): object => ({ job_id: id, status: 'queued' });

/** The events of a job, as server-sent events (job-queue: Streaming events). Throws a ChatError, 404. */
export async function followJob(ctx: ChatContext, owner: string, request: HttpRequest): Promise<StreamAnswer> {
  const { impl } = ctx;
  const run = await ctx.store.runs.get(request.params['job_id'] ?? '');
  if (!run || run.family !== 'chat' || run.revision !== ctx.revision || run.owner !== owner)
    return impl.noSuchJob(ctx, request);
  return jobAnswer(ctx, request, impl.jobEvents(ctx, run, impl.firstSeq(ctx, request), request.signal));
}

export function noSuchJob(_ctx: ChatContext, _request: HttpRequest): StreamAnswer {
  throw new ChatError(404, 'Job not found');
}

/** Server-sent events as an answer. */
export function jobAnswer(
  ctx: ChatContext,
  request: HttpRequest,
  frames: AsyncIterable<readonly Item<{ text: string }>[]>,
): StreamAnswer {
  return {
    status: 200,
    headers: { ...ctx.impl.streamHeaders(ctx), 'content-type': EVENT_STREAM_MEDIA_TYPE },
    frames,
    chunks: (text) => [text],
    broken: () => 'data: {"broken":\n\n',
    failure: () => encodeSseComment('the server is closing'),
    keepAlive: encodeSseComment('keepalive'),
    get signal() {
      return request.signal;
    },
  };
}

/** The first event that the caller has not seen: the one after `after` or Last-Event-ID (job-queue: Resuming). */
export function firstSeq(_ctx: ChatContext, { query, headers }: HttpRequest): number {
  const { 'last-event-id': lastId } = headers;
  const seen = [query['after'], typeof lastId === 'string' ? lastId : undefined].flatMap((text) => {
    if (text === undefined || text === '') return [];
    if (!/^\d{1,15}$/.test(text)) throw new ChatError(422, `after: expected a number, got ${JSON.stringify(text)}`);
    return [Number(text)];
  });
  return seen.length === 0 ? 0 : Math.max(...seen) + 1;
}

/** The log of a job from the event `first` on, to its end. */
export async function* jobEvents(
  ctx: ChatContext,
  run: Run,
  first: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Item<{ text: string }>[], void, undefined> {
  const fold = newFold();
  const told: StreamEvent[] = [];
  let seq = 0;
  for await (const batch of ctx.store.logs.read(run.id, { signal })) {
    const frames: Item<{ text: string }>[] = [];
    let isOver = false;
    for (const entry of batch) {
      const { event, at } = entry;
      if (event.type === 'wire') frames.push({ fault: event.fault });
      const events = happened(ctx, ctx.impl.encode(ctx, fold, entry), entry, told);
      for (const one of events) {
        if (isOver) break;
        const job: JobEvent = { job_id: run.id, seq, ...one, timestamp: new Date(at).toISOString() };
        if (seq++ >= first) frames.push({ text: encodeSseEvent({ id: String(job.seq), data: JSON.stringify(job) }) });
        isOver = one.event_type === 'done' || one.event_type === 'error';
      }
      advance(fold, entry);
      if (isOver || ctx.impl.endsTurn(ctx, entry)) return yield frames;
    }
    if (frames.length > 0) yield frames;
  }
  throw new HttpError('UNAVAILABLE', 'The server is closing.');
}

type Happened = Pick<JobEvent, 'event_type' | 'message' | 'data'>;

/** What an entry of the log means for a job: `log` for what the agent says, and at the end its whole answer. */
function happened(
  ctx: ChatContext,
  events: readonly StreamEvent[],
  { event }: Pick<Entry, 'event'>,
  told: StreamEvent[],
): Happened[] {
  if (event.type === 'turn') return [{ event_type: 'status', message: null, data: { status: 'running' } }];
  return events.map((one): Happened => {
    told.push(one);
    switch (one.type) {
      case 'intermittent_update':
        return { event_type: 'status', message: one.text, data: { status: 'running' } };
      case 'done':
        // Made of JSON.
        return { event_type: 'done', message: null, data: { ...ctx.impl.reply(ctx, told) } };
      case 'error':
        return { event_type: 'error', message: one.error, data: {} };
      default:
        return { event_type: 'log', message: one.type === 'text_delta' ? one.text : null, data: { ...one } };
    }
  });
}
