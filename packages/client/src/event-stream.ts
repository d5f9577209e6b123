import { createSseDecoder, type SseEvent } from '@agentproto/wire/sse';
import { chunks } from './body.ts';
import type { Answer, Call } from './call.ts';
import { AbortedError, FirstEventTimeoutError } from './errors.ts';
import { isJson, wireFailure } from './wire-failure.ts';

/** Makes batches of the events of an answer, so that there is no promise for each. */
export interface Intake<Batch> {
  take(event: SseEvent): void;
  /** What was taken since the last time; undefined: nothing. */
  flush(): Batch | undefined;
  /** Nothing more is expected: the server has little time to close. */
  done(): boolean;
  /** Many servers forget the last blank line; the event is taken. */
  unfinished(): void;
}

/** Reads an answer that is an event stream, within the limits of its call. */
export async function* eventBatches<Batch>(
  { response, life, where }: Answer,
  { timeouts: { firstEventMs, idleMs }, limits: { eventBytes } }: Pick<Call, 'timeouts' | 'limits'>,
  intake: Intake<Batch>,
  /** How long a server has to close a stream that has ended. */
  lingerMs: number,
): AsyncGenerator<Batch, void, undefined> {
  life.limit(firstEventMs, () => new FirstEventTimeoutError(`${where}: no event`, firstEventMs));
  let begun = false;
  let idling = false;
  let leaving = false;
  const onEvent = (event: SseEvent) => {
    begun = true;
    intake.take(event);
  };
  const decoder = createSseDecoder({ onEvent }, { lineBytes: eventBytes, eventBytes });
  for await (const chunk of chunks(response, life, where)) {
    let failed: { error: unknown } | undefined;
    try {
      decoder.feed(chunk);
    } catch (error) {
      failed = { error };
    }
    if (begun && !idling) {
      idling = true;
      life.idle(idleMs, where);
    }
    const batch = intake.flush();
    if (batch !== undefined) yield batch;
    if (failed) throw wireFailure(failed.error, 'an event within its limit', where);
    if (intake.done() && !leaving) {
      leaving = true;
      life.limit(lingerMs, () => new AbortedError('the server left the stream open'));
    }
  }
  const rest = decoder.end()?.event;
  // An object that was cut cannot be JSON.
  if (!rest || !isJson(rest.data)) return;
  intake.unfinished();
  intake.take(rest);
  const batch = intake.flush();
  if (batch !== undefined) yield batch;
}
