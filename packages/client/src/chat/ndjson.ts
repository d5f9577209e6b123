import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { createNdjsonDecoder, type NdjsonLine } from '@agentproto/wire/ndjson';
import { chunks } from '../body.ts';
import { AbortedError, FirstEventTimeoutError, MalformedResponseError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import { isJson, wireFailure } from '../wire-failure.ts';
import { answerTo, type ChatCall } from './call.ts';
import { type Place, readEvent } from './event.ts';
import { ChatReading, type Progress } from './reading.ts';

/** How long a server has to close a stream that has ended. */
const LINGER_MS = 1_000;

/** Follows a turn that is sent to /api/chat-stream. */
export function followTurn(call: ChatCall, life: Lifetime): ChatReading {
  const { name: operation, url, report, mask } = call;
  const open = (progress: Progress) => receive(call, life, progress);
  return new ChatReading({ open, where: place({ operation, url }), report, mask }, life);
}

/** Sends a turn and gives its events, in the lists in which they came. */
async function* receive(
  call: ChatCall,
  life: Lifetime,
  progress: Progress,
): AsyncGenerator<StreamEvent[], void, undefined> {
  const answer = await answerTo(call, life);
  progress.begun = true;
  const { response, life: ofAnswer, where } = answer;
  const { report, mask, timeouts, limits } = call;
  const { firstEventMs, idleMs } = timeouts;

  let batch: StreamEvent[] = [];
  let lines = 0;
  // Put into words only for an error.
  const at: Place = { toString: () => `${where}: line ${lines}` };
  const take = ({ number, text, unterminated }: NdjsonLine) => {
    lines = number;
    // A cut object cannot be JSON.
    if (unterminated && !isJson(text)) return;
    if (unterminated) report('no-line-feed', `${at}: expected a line feed after the last line`);
    const event = readEvent(text, at, report, mask, progress.unread);
    if (event) batch.push(event);
  };
  const refuse = ({ number, text, unterminated }: NdjsonLine) => {
    if (!unterminated) throw new MalformedResponseError('UTF-8', `${where}: line ${number}`, mask(text));
  };
  const decoder = createNdjsonDecoder({ onLine: take, onBadLine: refuse }, { lineBytes: limits.eventBytes });

  try {
    ofAnswer.limit(firstEventMs, () => new FirstEventTimeoutError(`${where}: no event`, firstEventMs));
    let waiting = true;
    let leaving = false;
    for await (const chunk of chunks(response, ofAnswer, where)) {
      let failed: { error: unknown } | undefined;
      try {
        decoder.feed(chunk);
      } catch (error) {
        failed = { error: wireFailure(error, 'a line within its limit', where) };
      }
      const received = batch;
      batch = [];
      if (waiting && lines > 0) {
        waiting = false;
        ofAnswer.idle(idleMs, where);
      }
      if (received.length > 0) yield received;
      if (failed) throw failed.error;
      if (progress.ended && !leaving) {
        leaving = true;
        ofAnswer.limit(LINGER_MS, () => new AbortedError('the server left the stream open'));
      }
    }
    decoder.end();
    if (batch.length > 0) yield batch;
  } finally {
    ofAnswer.close();
  }
}
