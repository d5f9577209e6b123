import type { AnyStreamEvent, ResponseResource } from '@agentproto/protocol/responses/openai';
import { type Answer, mediaTypeOf } from '../call.ts';
import { MalformedResponseError, type Unread } from '../errors.ts';
import { eventBatches } from '../event-stream.ts';
import type { Lifetime } from '../lifetime.ts';
import { keepResponse } from '../response-info.ts';
import { type Asked, answerTo, isResponse, readJson, type ResponsesCall, SSE_TYPE } from './call.ts';
import { readEvent } from './event.ts';

/** What of a stream outlives its connections. */
export interface Progress {
  /** What was passed over because it could not be read. */
  unread: Unread;
  /** The server has begun to answer the request at hand. */
  answered: boolean;
  /** The end or an error has come: the server has little time to close. */
  done: boolean;
  /** What the server calls the latest request. */
  requestId: string | undefined;
  /** What the latest answer is kept with (`responseOf`). */
  owner: object;
}

/** How long a server has to close a stream that has ended, so that its connection can be used again. */
const LINGER_MS = 250;

/** The sentinel that ends a stream of Open Responses; the end of a response is an event before it. */
const DONE = '[DONE]';

/**
 * Sends a streaming request and gives its events, in the lists in which they came. An answer that is JSON is the whole
 * response, as the event that ends it.
 */
export async function* receive(
  call: ResponsesCall,
  asked: Asked,
  life: Lifetime,
  progress: Progress,
): AsyncGenerator<AnyStreamEvent[], void, undefined> {
  progress.answered = false;
  const answer = await answerTo(call, asked, life, async (opened) => opened);
  progress.answered = true;
  progress.requestId = answer.info.requestId;
  keepResponse(progress.owner, answer.info);
  try {
    yield* read(answer, call, progress);
  } finally {
    answer.life.close();
  }
}

async function* read(
  answer: Answer,
  call: ResponsesCall,
  progress: Progress,
): AsyncGenerator<AnyStreamEvent[], void, undefined> {
  const { response, where } = answer;
  const type = mediaTypeOf(response);
  if (type === 'text/html') throw new MalformedResponseError(SSE_TYPE, where, type, { got: type });
  if (type !== SSE_TYPE) {
    call.report('stream-content-type', `${where}: expected ${SSE_TYPE}, got ${type || 'none'}`);
  }
  if (!type.endsWith('json')) {
    yield* eventBatches(answer, call, eventReader(where, call, progress), LINGER_MS);
    return;
  }
  const whole = await readJson(answer, call);
  if (!isResponse(whole)) {
    throw new MalformedResponseError('a response', where, call.redact(JSON.stringify(whole) ?? ''));
  }
  yield [endOf(whole as ResponseResource)];
}

/** The event that says all of a response that came in one piece. */
function endOf(response: ResponseResource): AnyStreamEvent {
  const { status } = response;
  const type = status === 'failed' || status === 'incomplete' ? (`response.${status}` as const) : 'response.completed';
  return { type, sequence_number: 0, response };
}

function eventReader(where: string, { report }: ResponsesCall, progress: Progress) {
  let batch: AnyStreamEvent[] = [];
  return {
    take({ data, event: named }: { data: string; event?: string | undefined }) {
      if (data === DONE) return;
      const event = readEvent(data, named, where, report, progress.unread);
      if (event) batch.push(event);
    },
    flush() {
      if (batch.length === 0) return undefined;
      const flushed = batch;
      batch = [];
      return flushed;
    },
    done: () => progress.done,
    unfinished: () => report('unfinished-event', `${where}: expected a blank line after the last event`),
  };
}
