import type { AnyStreamEvent, ResponseResource } from '@agentproto/protocol/responses/openai';
import { type Answer, mediaTypeOf } from '../call.ts';
import { MalformedResponseError } from '../errors.ts';
import { eventBatches } from '../event-stream.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import { keepResponse } from '../response-info.ts';
import { type Asked, answerTo, isResponse, readJson, type ResponsesCall, SSE_TYPE } from './call.ts';
import { readEvent } from './event.ts';
import { type Listener, type Progress, ResponseReading } from './reading.ts';

/** How long a server has to close a stream that has ended, so that its connection can be used again. */
const LINGER_MS = 250;

/** The sentinel that ends a stream of Open Responses; the end of a response is an event before it. */
const DONE = '[DONE]';

export interface Following {
  call: ResponsesCall;
  asked: Asked;
  /** Asks for the events of a response in the background after the one of that number. */
  rejoining(id: string, startingAfter: number): { call: ResponsesCall; asked: Asked };
  options: { resume?: { attempts: number }; expectCompleted?: boolean };
  id?: string;
  startingAfter?: number | undefined;
}

/** Follows the response to a request. */
export function followResponse(
  { call, asked, rejoining, options, ...from }: Following,
  life: Lifetime,
  owner: object,
  listeners: readonly Listener[],
): ResponseReading {
  const source = {
    ...from,
    where: place({ operation: call.name, url: asked.url }),
    report: call.report,
    redact: call.redact,
    open: (progress: Progress) => receive(call, asked, life, progress),
    reopen(id: string, startingAfter: number, progress: Progress) {
      const again = rejoining(id, startingAfter);
      return receive(again.call, again.asked, life, progress);
    },
    resumeAttempts: options.resume?.attempts ?? 0,
    backoff: call.retry || {},
    expectCompleted: options.expectCompleted ?? false,
  };
  return new ResponseReading(source, life, owner, listeners);
}

/**
 * Sends a streaming request and gives its events, in the lists in which they came. An answer that is JSON is the whole
 * response, as the event that ends it.
 */
async function* receive(
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
