import type { Unread } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import { type Asked, brokenOff, type OpenAgentCall } from './call.ts';
import { chunkOf, CompletionFold } from './completion-fold.ts';
import type { Report } from './deviation.ts';
import { passOver, readRunEvent, type RunEvent } from './event.ts';
import type { McpStreamEvent } from './mcp.ts';
import { EventReading } from './reading.ts';
import type { Format } from './receive.ts';
import { RunFold } from './run-fold.ts';
import { type Run, runOf } from './run-result.ts';
import { expectCompleted, isRun } from './runner.ts';

/** A request that is answered with a stream. */
interface Asking {
  call: OpenAgentCall;
  asked: Asked;
}

/** Follows a run; `expected`: `final` throws where it has failed or was canceled. */
export function followRun(
  { call, asked }: Asking,
  expected: boolean,
  life: Lifetime,
  owner: object,
): EventReading<RunEvent, Run> {
  const where = place({ operation: call.name, url: asked.url });
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
  return new EventReading({ call, asked, format, fold, ...(expected && { finish: expectCompleted }) }, life, owner);
}

/** Follows a completion, of a chat or of a text. */
export function followCompletion<Chunk, Whole>(
  { call, asked }: Asking,
  expected: string,
  object: 'chat.completion' | 'text_completion',
  life: Lifetime,
  owner: object,
): EventReading<Chunk, Whole> {
  const where = place({ operation: call.name, url: asked.url });
  const format: Format<Chunk> = {
    expected,
    read: (data, _, { unread }) => readChunk(data, where, call.report, unread) as Chunk | undefined,
    whole: (json) => chunkOf(json) && ([chunkOf(json)] as Chunk[]),
  };
  const fold = new CompletionFold<Chunk, Whole>(object, (chunk, partial) => brokenOff(where, chunk, partial, call));
  return new EventReading({ call, asked, format, fold }, life, owner);
}

/** Follows the MCP paths. */
export function followMcp(asking: Asking, life: Lifetime, owner: object): EventReading<McpStreamEvent, void> {
  const fold = { add: () => false, result: () => {}, mayEndHere: () => true, end: 'nothing' };
  return new EventReading({ ...asking, format: FORMAT, fold }, life, owner);
}

const FORMAT = {
  expected: 'an event stream',
  read(data: string, event = 'message'): McpStreamEvent {
    try {
      return { event, data: JSON.parse(data) as unknown };
    } catch {
      return { event, data };
    }
  },
  whole: () => undefined,
};

function readChunk(data: string, where: string, report: Report, unread: Unread): object | undefined {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return passOver('no JSON', where, report, unread);
  }
  return isObject(json) ? json : passOver('another value', where, report, unread);
}
