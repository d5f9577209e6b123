import type { CallOptions } from '../call.ts';
import { isObject, type Json } from '../json.ts';
import { place } from '../middleware.ts';
import { brokenOff, type Connection, openAgentCall, type Operation, urlOf } from './call.ts';
import { RunNotCompletedError } from './error.ts';
import { readRunEvent, type RunEvent } from './event.ts';
import type { RunInput } from './input.ts';
import type { Format } from './receive.ts';
import { RunFold, runOf } from './run-fold.ts';
import type { Run } from './run-result.ts';
import { EventStream } from './stream.ts';

export interface RunOptions extends CallOptions {
  /** A run that has failed or was canceled is a `RunNotCompletedError`; of a stream, in `final`. */
  expectCompleted?: boolean;
}

/** The events of one run; `final()` gives what they amount to, also where the run halts for a tool. */
export type RunStream = EventStream<RunEvent, Run>;

/** An agent or a team that can be asked. */
export interface Runner {
  /** Waits for the whole answer. Tools of the client cannot be requested this way. */
  run(input: RunInput, options?: RunOptions): Promise<Run>;
  stream(input: RunInput, options?: RunOptions): RunStream;
}

/** Asks for a run as a stream of events. */
export function streamRun(
  connection: Connection,
  name: Operation,
  path: string,
  body: object,
  options: RunOptions,
): RunStream {
  const call = openAgentCall(connection, { name, safe: false, streams: true, blocking: false }, options);
  const asked = { method: 'POST', url: urlOf(connection.url, path), body: JSON.stringify(body) };
  const where = place({ operation: name, url: asked.url });
  const { report } = call;
  let whole = false;
  const fold = new RunFold({
    first: (first) => whole || report('first-event', `${where}: expected RunStarted, got ${first}`),
    failure: (event, partial) => brokenOff(where, event, partial, call),
  });
  const format: Format<RunEvent> = {
    expected: 'a run',
    read: (data, named, { unread }) => readRunEvent(data, named, where, report, unread),
    whole(json) {
      if (!isRun(json)) return undefined;
      whole = true;
      const { content, message } = runOf(json);
      return [{ ...json, event: 'RunCompleted', content, message } as unknown as RunEvent];
    },
  };
  return new EventStream({
    call,
    asked,
    format,
    fold,
    ...(options.expectCompleted && { finish: expectCompleted }),
  });
}

export function expectCompleted(run: Run): Run {
  if (run.status === 'failed' || run.status === 'canceled') throw new RunNotCompletedError(run);
  return run;
}

/** An answer in one piece: `{ messages, cost }`, or `{ message, finish_reason, usage }` (X05). */
export function isRun(json: unknown): json is Json {
  return isObject(json) && (isObject(json['message']) || Array.isArray(json['messages']));
}

/** How a run is asked for in one piece. */
export const RUN = { expected: 'a run', is: isRun, take: runOf, blocking: true };
