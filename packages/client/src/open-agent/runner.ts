import { type CallOptions, lifeOf } from '../call.ts';
import { isObject, type Json } from '../json.ts';
import { type Connection, openAgentCall, type Operation, urlOf } from './call.ts';
import { RunNotCompletedError } from './error.ts';
import type { RunEvent } from './event.ts';
import type { RunInput } from './input.ts';
import { emptyRun, type Run, runOf } from './run-result.ts';
import { EventStream, following } from './stream.ts';

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
  return new EventStream(
    () => lifeOf(call),
    async (life, owner) =>
      (await following()).followRun({ call, asked }, options.expectCompleted ?? false, life, owner),
    () => emptyRun('running'),
  );
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
