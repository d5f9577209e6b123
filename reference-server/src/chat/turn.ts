import { randomUUID } from 'node:crypto';
import type { ChatRequest, JsonObject, Message, PlatformContext } from '@agentproto/protocol/chat/docs';
import type { AgentEvent, Json, RequestInfo } from '@agentproto/script';
import { perform } from '../agent.ts';
import type { AgentRequest, Performance } from '../agent.ts';
import type { FrameCounter } from '../log-writer.ts';
import { isInterrupted } from '../store/run-event.ts';
import type { Run } from '../store/store.ts';
import { answered } from './answered.ts';
import type { ChatContext } from './context.ts';
import type { Call } from './call.ts';
import { carrierOf, inputAt, storyIn, turnsOf } from './conversation.ts';
import type { ChatTurn } from './chat-turn.ts';
import { advance, newFold } from './encode.ts';
import { ChatError } from './chat-error.ts';

/**
 * Sets the agent to work on the last message. The answer comes in the run's log; when nobody waits for it any more,
 * the run is canceled.
 */
export async function beginTurn(ctx: ChatContext, call: Call, request: ChatRequest): Promise<Run> {
  const { impl, runs } = ctx;
  const turn = impl.readTurn(ctx, call, request);
  const input = loggable(turn);
  const abort = new AbortController();
  const id = randomUUID();
  const performance = await performed(ctx, call, request.messages, { id, turn, signal: abort.signal });
  const head = { id, family: 'chat', revision: ctx.revision, owner: call.owner, createdAt: ctx.clock.now() };
  const run = await runs.start(head, {
    input,
    script: performance.script,
    events: impl.agentEvents(
      ctx,
      turn,
      wholeTurn(performance.steps ? answered(turn, performance.events) : performance.events),
    ),
    abort,
    counter: frameCounter(ctx),
    openAfterMs: 0,
  });
  impl.cancelWhenLeft(ctx, call, abort);
  return run;
}

/** Only closing the connection stops a turn (streaming: Enable Cancellation). */
export function cancelWhenLeft(_ctx: ChatContext, { signal }: Call, abort: AbortController): void {
  if (signal.aborted) abort.abort();
  else signal.addEventListener('abort', () => abort.abort(), { once: true });
}

/** The turn as JSON, which it is; what cannot be written again is refused while that can still be said. */
function loggable(turn: ChatTurn): Json {
  try {
    JSON.stringify(turn, finite);
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new ChatError(400, 'The request is nested too deep.');
  }
  return turn as unknown as Json;
}

/** `1e999` is JSON, and read as a number that is not. */
function finite(member: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new ChatError(400, `${member}: expected a number within the range of a double, got ${value}`);
}

async function performed(
  ctx: ChatContext,
  call: Call,
  messages: readonly Message[],
  { id, turn, signal }: { id: string; turn: ChatTurn; signal: AbortSignal },
): Promise<Performance> {
  const request = requestInfo(call, turn.context, messages);
  const requests = turnsOf(messages).map((at): AgentRequest => {
    const message = messages[at]!;
    return {
      protocol: `chat@${ctx.revision}`,
      runId: id,
      owner: call.owner,
      input: { ...inputAt(ctx, messages, at), request },
      carrier: carrierOf(message),
      // Came as JSON.
      message: message as unknown as Json,
      signal,
    };
  });
  const performance = await perform(ctx, requests.at(-1)!, await storyIn(ctx, requests));
  if (performance.script) ctx.impl.checkScript(ctx, performance.script);
  return performance;
}

/** What `echo` answers with: the request, and the context that the agent works in (messages: Platform Context). */
function requestInfo({ seen }: Call, context: JsonObject, messages: readonly Message[]): RequestInfo {
  // Came as JSON.
  return { ...seen, messages: messages.length, context: { ...context, ...platformContext(messages) } as Json };
}

/** That of the last user message which has one. */
function platformContext(messages: readonly Message[]): PlatformContext {
  const all = messages.flatMap((message) =>
    message.role === 'user' && message.platform_context ? [message.platform_context] : [],
  );
  return all.findLast((one) => Object.keys(one).length > 0) ?? {};
}

/** Counts what `encode` makes of a run's log. */
function frameCounter(ctx: ChatContext): FrameCounter {
  const fold = newFold();
  return (entry) => {
    const count = ctx.impl.encode(ctx, fold, entry).length;
    advance(fold, entry);
    return count;
  };
}

/** Stands around the agent. */
export const agentEvents = (
  _ctx: ChatContext,
  _turn: ChatTurn,
  events: AsyncIterable<AgentEvent>,
): AsyncIterable<AgentEvent> => events;

/** What waits for the caller is the conversation, in its next request: this run is over. */
async function* wholeTurn(events: AsyncIterable<AgentEvent>): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    yield event.type === 'end' && isInterrupted(event.state) ? { ...event, state: 'completed' } : event;
  }
}
