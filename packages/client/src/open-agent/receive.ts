import { type Answer, mediaTypeOf } from '../call.ts';
import { MalformedResponseError, type Unread } from '../errors.ts';
import { eventBatches } from '../event-stream.ts';
import type { Lifetime } from '../lifetime.ts';
import { keepResponse } from '../response-info.ts';
import { type Asked, answerTo, type OpenAgentCall, readJson, SSE_TYPE } from './call.ts';

/** How far a stream has come; its source and its reader tell each other. */
export interface Progress {
  /** What was passed over because it could not be read. */
  unread: Unread;
  /** The server has begun to answer. */
  answered: boolean;
  /** The end has come: the server has little time to close. */
  done: boolean;
  /** `[DONE]` has come. */
  sentinel: boolean;
  /** What the answer is kept with (`responseOf`). */
  owner: object;
}

/** What the events of one kind of stream are. */
export interface Format<Event> {
  /** The event in the data of a server-sent event, which may be `named` beside; undefined: it was passed over. */
  read(data: string, named: string | undefined, progress: Progress): Event | undefined;
  /** The events that say the same as an answer that is JSON; undefined: it is none that is expected. */
  whole(json: unknown): Event[] | undefined;
  /** What a whole answer is, for messages. */
  expected: string;
}

/** How long a server has to close a stream that has ended, so that its connection can be used again. */
const LINGER_MS = 250;

/** The sentinel of OpenAI's streams; runs just close. */
const DONE = '[DONE]';

/** Sends a request for a stream and gives its events, in the lists in which they came. */
export async function* receive<Event>(
  call: OpenAgentCall,
  asked: Asked,
  format: Format<Event>,
  life: Lifetime,
  progress: Progress,
): AsyncGenerator<Event[], void, undefined> {
  const answer = await answerTo(call, asked, life, async (opened) => opened);
  progress.answered = true;
  keepResponse(progress.owner, answer.info);
  try {
    yield* readAnswer(answer, call, format, progress);
  } finally {
    answer.life.close();
  }
}

async function* readAnswer<Event>(
  answer: Answer,
  call: OpenAgentCall,
  format: Format<Event>,
  progress: Progress,
): AsyncGenerator<Event[], void, undefined> {
  const { response, where } = answer;
  const type = mediaTypeOf(response);
  if (type === 'text/html') throw new MalformedResponseError(SSE_TYPE, where, type, { got: type });
  if (type !== SSE_TYPE) call.report('stream-content-type', `${where}: expected ${SSE_TYPE}, got ${type || 'none'}`);
  if (!type.endsWith('json')) {
    yield* eventBatches(answer, call, intake(where, call, format, progress), LINGER_MS);
    return;
  }
  const json = await readJson(answer, call);
  const events = format.whole(json);
  if (!events) throw new MalformedResponseError(format.expected, where, call.redact(JSON.stringify(json) ?? ''));
  progress.sentinel = true;
  yield events;
}

function intake<Event>(where: string, { report }: OpenAgentCall, format: Format<Event>, progress: Progress) {
  let batch: Event[] = [];
  return {
    take({ data, event: named }: { data: string; event?: string | undefined }) {
      if (data === DONE) {
        progress.done = progress.sentinel = true;
        return;
      }
      const event = format.read(data, named, progress);
      if (event !== undefined) batch.push(event);
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
