import { SSE_MEDIA_TYPE, type StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { mediaTypeOf } from '../call.ts';
import { MalformedResponseError, type Unread } from '../errors.ts';
import { eventBatches, type Intake } from '../event-stream.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Place } from '../json.ts';
import { keepResponse } from '../response-info.ts';
import { type Answer, attempts, type Operation, readResult } from './operation.ts';
import { Received } from './received.ts';
import { readStreamResponse } from './shape.ts';

/** What of a stream outlives its connections. */
export interface Progress {
  /** How many events came. */
  events: number;
  /** Those of them that were passed over. */
  unread: Unread;
  /** What is read: its latest answer is kept with it. */
  readonly owner: object;
  /** The server has begun to answer the request at hand. */
  answered: boolean;
  /** The task has come to its end: the server has little time to close. */
  done: boolean;
}

/** How long a server has to close a stream that has ended, and to send a last snapshot (§11.7). */
const LINGER_MS = 1_000;

/**
 * Sends a streaming operation and gives its events, in the lists in which they came, so that there is no promise for each.
 * An answer that is JSON is one event, or the error that came before the stream did.
 */
export async function* receive(
  operation: Operation,
  life: Lifetime,
  progress: Progress,
): AsyncGenerator<Received, void, undefined> {
  progress.answered = false;
  const answer = await attempts(operation, life, async (opened) => opened);
  progress.answered = true;
  keepResponse(progress.owner, answer.info);
  try {
    yield* read(answer, progress);
  } finally {
    answer.life.close();
  }
}

async function* read(answer: Answer, progress: Progress): AsyncGenerator<Received, void, undefined> {
  const { response, where } = answer;
  const { report } = answer.operation;
  const type = mediaTypeOf(response);
  if (type.endsWith('json')) {
    progress.events++;
    const event = known(readStreamResponse(await readResult(answer), where, report), where, answer, progress);
    const received = new Received();
    if (event) received.add(event);
    yield received;
    return;
  }
  if (type === 'text/html') throw new MalformedResponseError(SSE_MEDIA_TYPE, where, type, { got: type });
  if (type !== SSE_MEDIA_TYPE)
    report('stream-content-type', `${where}: expected ${SSE_MEDIA_TYPE}, got ${type || 'none'}`);
  yield* readSse(answer, progress);
}

async function* readSse(answer: Answer, progress: Progress): AsyncGenerator<Received, void, undefined> {
  const { report } = answer.operation;
  const read = eventReader(answer, progress);
  let batch = new Received();
  const intake: Intake<Received> = {
    take(sse) {
      const event = read(sse.data);
      if (event) batch.add(event, sse.id);
    },
    flush() {
      if (batch.length === 0) return undefined;
      const received = batch;
      batch = new Received();
      return received;
    },
    done: () => progress.done,
    unfinished: () => report('unfinished-event', `${answer.where}: expected a blank line after the last event`),
  };
  yield* eventBatches(answer, answer.operation, intake, LINGER_MS);
}

const RECORD_SEPARATOR = '\u001e';

/** Reads the events of one answer. Where they stand is put into words only for an error. */
function eventReader(answer: Answer, progress: Progress): (data: string) => StreamResponse | undefined {
  const { call, where, operation } = answer;
  const { report, redact } = operation;
  const { status } = answer.response;
  const at: Place = { toString: () => `${where}: event ${progress.events}` };
  return (given) => {
    progress.events++;
    // What RFC 7464 has before each JSON text of a sequence, and events of a stream need not.
    const separated = given.startsWith(RECORD_SEPARATOR);
    if (separated) report('event-prefix', `${at}: expected JSON, got a record separator (U+001E) before it`);
    const data = separated ? given.slice(1) : given;
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      if (data.trim() === '') return known('expected JSON, got an event without data', at, answer, progress);
      // Without the cause: its message has a piece of the text in it.
      throw new MalformedResponseError('JSON', String(at), redact(data));
    }
    return known(readStreamResponse(call.result(json, status, at, report), at, report), at, answer, progress);
  };
}

/** An event that cannot be read is passed over, counted, and reported. */
function known(
  event: StreamResponse | string,
  at: Place,
  { operation: { report } }: Answer,
  { unread }: Progress,
): StreamResponse | undefined {
  if (typeof event === 'object') return event;
  const why = `${at}: ${event}`;
  if (unread.count++ === 0) unread.why = why;
  report('unknown-event', why);
  return undefined;
}
