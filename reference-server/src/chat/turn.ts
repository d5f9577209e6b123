import { randomUUID } from 'node:crypto';
import type { ChatRequest, JsonObject, Message, PlatformContext } from '@agentproto/protocol/chat/docs';
import type { Json, RequestInfo } from '@agentproto/script';
import { changedEvents } from '../agent-events.ts';
import { perform } from '../agent.ts';
import type { Agent, AgentRequest, Performance } from '../agent.ts';
import { LateAbort } from '../late-abort.ts';
import { emptyFold } from '../run-fold.ts';
import type { Viewing } from '../run-fold.ts';
import type { AgentEvents } from '../runs.ts';
import { isInterrupted } from '../store/run-event.ts';
import type { Run } from '../store/store.ts';
import { answered, refusedFirst } from './answered.ts';
import type { ChatContext } from './context.ts';
import type { Call } from './call.ts';
import { carrierOf, inputAt, storyIn, turnsOf } from './conversation.ts';
import type { ChatTurn, Decision, TurnFold } from './chat-turn.ts';
import { advance, newFold } from './encode.ts';
import { ChatError } from './chat-error.ts';

/**
 * Sets the agent to work on the last message. The answer comes in the run's log; when nobody waits for it any more,
 * the run is canceled.
 */
export async function beginTurn(ctx: ChatContext, call: Call, request: ChatRequest): Promise<Run> {
  const { impl, runs } = ctx;
  const turn = impl.readTurn(ctx, call, request);
  const { input, size } = loggable(turn);
  const abort = new LateAbort();
  const id = randomUUID();
  const refused = impl.refusedDecisions(ctx, call, turn);
  const performance = await performed(ctx, call, request.messages, { id, turn, abort, refused });
  const viewing = viewingOf(ctx);
  const head = { id, family: 'chat', revision: ctx.revision, owner: call.owner, createdAt: ctx.clock.now() };
  const run = await runs.start(head, {
    input,
    script: performance.script,
    events: impl.agentEvents(
      ctx,
      turn,
      wholeTurn(
        performance.steps
          ? answered(turn, performance.events)
          : refusedFirst(refused, ctx.guarded ? watched(ctx, call, performance.events) : performance.events),
      ),
    ),
    abort,
    fold: emptyFold(head, viewing),
    viewing,
    openAfterMs: 0,
  });
  impl.cancelWhenLeft(ctx, call, abort);
  await ctx.past.add(id, size);
  return run;
}

/**
 * Decisions about calls that this server did not ask the caller about, or that were decided before: an agent of the
 * owner's own never hears of them. A script knows by itself what it asked.
 */
export function refusedDecisions(
  { guarded, issued }: ChatContext,
  { owner }: Call,
  { decisions }: ChatTurn,
): readonly Decision[] {
  if (!guarded) return [];
  return decisions.filter(({ carrier, id }) => carrier !== 'cmds' && !issued.settle(owner, id));
}

/** An agent of the owner's own that does not hear of some decisions. A script that it leaves the turn to does. */
const deaf =
  (agent: Agent, strangers: ReadonlySet<string>): Agent =>
  (request) => {
    const { decisions = [] } = request.input;
    return agent({
      ...request,
      input: { ...request.input, decisions: decisions.filter(({ id }) => !strangers.has(id)) },
    });
  };

/** Remembers what is asked. */
const watched = ({ issued }: ChatContext, { owner }: Call, events: AgentEvents): AgentEvents =>
  changedEvents(events, (event) => {
    if (event.type === 'tool-request' && event.by === 'approval')
      for (const { id } of event.calls) issued.ask(owner, id);
    return [event];
  });

/** Only closing the connection stops a turn (streaming: Enable Cancellation). */
export function cancelWhenLeft(_ctx: ChatContext, { signal }: Call, abort: LateAbort): void {
  if (signal.aborted) abort.abort();
  else signal.addEventListener('abort', () => abort.abort(), { once: true });
}

/** The turn as JSON, which it is; what cannot be written again is refused while that can still be said. */
function loggable(turn: ChatTurn): { input: Json; size: number } {
  try {
    return { input: turn as unknown as Json, size: JSON.stringify(turn, finite).length };
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new ChatError(400, 'The request is nested too deep.');
  }
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
  { id, turn, abort, refused }: { id: string; turn: ChatTurn; abort: LateAbort; refused: readonly Decision[] },
): Promise<Performance> {
  const strangers = new Set(refused.map((decision) => decision.id));
  // Came as JSON.
  const context = ctx.impl.agentContext(ctx, turn.context, messages) as Json;
  const request: RequestInfo = { ...call.seen, messages: messages.length, context };
  const requests = turnsOf(messages).map((at, index): AgentRequest => {
    const message = messages[at]!;
    return {
      protocol: `chat@${ctx.revision}`,
      runId: id,
      owner: call.owner,
      testId: call.testId,
      turn: index,
      input: { ...inputAt(ctx, messages, at), request },
      carrier: carrierOf(message),
      // Came as JSON.
      message: message as unknown as Json,
      get signal() {
        return abort.signal;
      },
    };
  });
  const stage = strangers.size > 0 && ctx.agent ? { ...ctx, agent: deaf(ctx.agent, strangers) } : ctx;
  const performance = await perform(stage, requests.at(-1)!, await storyIn(ctx, requests));
  if (performance.script) ctx.impl.checkScript(ctx, performance.script);
  return performance;
}

/** The context that the agent works in, which `echo` answers with (messages: Platform Context). */
export const agentContext = (_ctx: ChatContext, fields: JsonObject, messages: readonly Message[]): JsonObject => ({
  ...fields,
  ...platformContext(messages),
});

/** That of the last user message which has one. */
function platformContext(messages: readonly Message[]): PlatformContext {
  const all = messages.flatMap((message) =>
    message.role === 'user' && message.platform_context ? [message.platform_context] : [],
  );
  return all.findLast((one) => Object.keys(one).length > 0) ?? {};
}

const viewingOf = (ctx: ChatContext): Viewing<TurnFold> => ({
  empty: newFold,
  takeIn(fold, entry) {
    const count = ctx.impl.encode(ctx, fold, entry).length;
    advance(fold, entry);
    return count;
  },
  copy: (fold) => ({ ...fold }),
  size: () => 1,
});

/** Stands around the agent. */
export const agentEvents = (_ctx: ChatContext, _turn: ChatTurn, events: AgentEvents): AgentEvents => events;

/** What waits for the caller is the conversation, in its next request: this run is over. */
const wholeTurn = (events: AgentEvents): AgentEvents =>
  changedEvents(events, (event) => [
    event.type === 'end' && isInterrupted(event.state) ? { ...event, state: 'completed' } : event,
  ]);
