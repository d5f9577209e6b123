import type { JobEvent } from '@agentproto/protocol/chat/docs';
import { request } from '../call.ts';
import { InvalidInputError, MalformedResponseError, StreamTruncatedError } from '../errors.ts';
import { eventBatches } from '../event-stream.ts';
import type { Lifetime } from '../lifetime.ts';
import { backoffMs, retryAfterMs, retrying } from '../retry.ts';
import { isPassing } from '../socket-dialer.ts';
import type { JobCall } from './call.ts';
import { chatErrorOf } from './error.ts';

/** How long a server has to close a stream that has ended. */
const LINGER_MS = 1_000;
const LAST = ['done', 'error'];

/**
 * The events of a job after the one whose number is `after`, to its last (job-queue: Streaming events). A stream that
 * breaks is gone on with where it broke, as often as the retry policy allows; what comes twice is given once.
 */
export async function* followJob(
  call: JobCall,
  after: number | undefined,
  begin: () => Lifetime,
): AsyncGenerator<JobEvent, void, undefined> {
  if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0))
    throw new InvalidInputError('after: expected the number of an event');
  const life = begin();
  const { attempts = 3 } = call.retry || { attempts: 1 };
  let seen = after ?? -1;
  try {
    for (let failures = 0; ;) {
      try {
        for await (const event of eventsAfter(call, seen, life)) {
          if (event.seq <= seen) continue;
          seen = event.seq;
          failures = 0;
          yield event;
          if (LAST.includes(event.event_type)) return;
        }
        throw new StreamTruncatedError(`${call.where}: the last event of the job`, { events: seen + 1 });
      } catch (error) {
        const mayGoOn = isPassing(error) || error instanceof StreamTruncatedError;
        if (!mayGoOn || ++failures >= attempts || life.aborted) throw error;
        await life.sleep(backoffMs(failures, call.retry || {}));
      }
    }
  } finally {
    life.close();
  }
}

async function* eventsAfter(call: JobCall, seen: number, life: Lifetime): AsyncGenerator<JobEvent, void, undefined> {
  const url = new URL(call.url);
  if (seen >= 0) url.searchParams.set('after', String(seen));
  const envelope = { method: 'GET', url: url.href, mediaType: '' };
  const answer = await retrying(call, life, (attempt) =>
    request(call, envelope, attempt, life.child(), ({ response, where }, text) =>
      chatErrorOf(where, response.status, text, retryAfterMs(response.headers.get('retry-after')), call.redact),
    ),
  );
  let batch: JobEvent[] = [];
  let isOver = false;
  const intake = {
    take({ data }: { data: string }) {
      const event = readJobEvent(data, answer.where, call.redact);
      isOver ||= LAST.includes(event.event_type);
      batch.push(event);
    },
    flush() {
      const taken = batch;
      batch = [];
      return taken.length > 0 ? taken : undefined;
    },
    done: () => isOver,
    unfinished() {},
  };
  try {
    for await (const events of eventBatches(answer, call, intake, LINGER_MS)) yield* events;
  } finally {
    answer.life.close();
  }
}

function readJobEvent(data: string, where: string, redact: (text: string) => string): JobEvent {
  let event: Partial<JobEvent> | null;
  try {
    event = JSON.parse(data) as Partial<JobEvent> | null;
  } catch {
    event = null;
  }
  if (typeof event?.event_type === 'string' && Number.isSafeInteger(event.seq)) return event as JobEvent;
  throw new MalformedResponseError('an event of a job, with `seq` and `event_type`', where, redact(data.slice(0, 200)));
}
