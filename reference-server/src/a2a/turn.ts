import { randomUUID } from 'node:crypto';
import type { Part, SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import { ScriptError } from '@agentproto/script';
import type { AgentEvent, Json, PartSpec } from '@agentproto/script';
import { perform, storyOf } from '../agent.ts';
import type { Performance, Story } from '../agent.ts';
import type { FrameCounter } from '../log-writer.ts';
import type { TurnStart } from '../runs.ts';
import { ConflictError } from '../store/store.ts';
import type { Run } from '../store/store.ts';
import { essence, goneOn } from './accept.ts';
import { carrierOf, inputOf } from './agent-input.ts';
import type { A2AContext } from './context.ts';
import type { Call } from './call.ts';
import { invalidParams } from './a2a-error.ts';
import { newFold } from './task-fold.ts';

/** Takes a message and sets the agent to work. The run stands right after the message; the answer comes in its log. */
export async function beginTurn(ctx: A2AContext, call: Call, request: SendMessageRequest): Promise<Run> {
  const { impl, runs, store } = ctx;
  const { message } = request;
  impl.checkMessage(ctx, request);
  const before = message.taskId ? await impl.findTask(ctx, call, message.taskId) : undefined;
  if (before) impl.checkFollowUp(ctx, before, message);
  const head = {
    id: before?.id ?? impl.newId(ctx),
    contextId: before?.contextId ?? (message.contextId || impl.newId(ctx)),
  };

  const abort = new AbortController();
  const story = before && (await storyOf(store, before));
  const performance = await performed(ctx, call, request, head, abort.signal, story);
  const turn: TurnStart = {
    // Came as JSON, and was validated.
    input: { ...message, taskId: head.id, contextId: head.contextId } as unknown as Json,
    script: performance.script,
    events: impl.agentEvents(ctx, request, performance.events),
    abort,
    counter: frameCounter(ctx, head),
    openAfterMs: mayReply(performance) ? ctx.settings.directReplyMs : 0,
  };
  const webhook = request.configuration?.taskPushNotificationConfig;
  if (before) {
    if (webhook) await impl.keepPushConfig(ctx, before, webhook);
    const run = await runs.follow(before, turn).catch((error: unknown) => {
      throw error instanceof ConflictError ? goneOn(before) : error;
    });
    await impl.feedWebhooks(ctx, run, run.seq - 1);
    return run;
  }
  const { owner, tenant } = call;
  const run = await runs.start(
    {
      ...head,
      family: 'a2a',
      revision: '1.0',
      owner,
      ...(tenant !== undefined && { tenant }),
      createdAt: ctx.clock.now(),
    },
    turn,
  );
  if (webhook) impl.feedWebhook(ctx, run, await impl.keepPushConfig(ctx, run, webhook), run.seq - 1);
  return run;
}

async function performed(
  ctx: A2AContext,
  { owner, tenant, seen }: Call,
  request: SendMessageRequest,
  { id, contextId }: Pick<Run, 'id'> & { contextId: string },
  signal: AbortSignal,
  story: Story | undefined,
): Promise<Performance> {
  const { message } = request;
  const carrier = carrierOf(request);
  // Came as JSON.
  const agentRequest = {
    protocol: 'a2a@1.0',
    runId: id,
    owner,
    tenant,
    contextId,
    input: inputOf(message, seen),
    carrier,
    message: message as unknown as Json,
    signal,
  };
  try {
    const performance = await perform(ctx, agentRequest, story);
    if (performance.script) ctx.impl.checkScript(ctx, performance.script);
    return performance;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw invalidParams([{ field: 'message', description: error.message }], error.code);
  }
}

/** Steps can be looked at; what an agent of somebody's own will do cannot be known. */
const mayReply = ({ steps }: Performance): boolean => steps?.some((step) => 'reply' in step) ?? true;

/** Counts what `encode` makes of a run's log. */
export function frameCounter(ctx: A2AContext, head: Pick<Run, 'id' | 'contextId'>): FrameCounter {
  const fold = newFold(head);
  return (entry) => {
    const count = ctx.impl.encode(ctx, fold, entry).length;
    ctx.impl.advance(ctx, fold, entry);
    return count;
  };
}

/** Stands around the agent: what it does, as the caller wants it (`acceptedOutputModes`, §3.2.2). */
export function agentEvents(
  ctx: A2AContext,
  { configuration }: SendMessageRequest,
  events: AsyncIterable<AgentEvent>,
): AsyncIterable<AgentEvent> {
  const modes = configuration?.acceptedOutputModes?.map(essence) ?? [];
  return modes.length === 0 ? events : tailored(ctx, modes, events);
}

async function* tailored(
  ctx: A2AContext,
  modes: readonly string[],
  events: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    if (event.type !== 'artifact') yield event;
    else
      yield {
        ...event,
        artifact: { ...event.artifact, parts: ctx.impl.acceptedParts(ctx, event.artifact.parts, modes) },
      };
  }
}

/** Those parts that the caller can take; all, when it could take none, for an artifact without parts says nothing. */
export function acceptedParts(_ctx: A2AContext, parts: readonly PartSpec[], modes: readonly string[]): PartSpec[] {
  const accepted = parts.filter((part) => {
    const mode = modeOf(part);
    return (
      mode === undefined ||
      modes.some((one) => one === mode || one === '*/*' || (one.endsWith('/*') && mode.startsWith(one.slice(0, -1))))
    );
  });
  return accepted.length > 0 ? accepted : [...parts];
}

function modeOf({ mediaType, text, data }: Part | PartSpec): string | undefined {
  if (mediaType) return essence(mediaType);
  return text !== undefined ? 'text/plain' : data !== undefined ? 'application/json' : undefined;
}

/** Of tasks, contexts and direct messages. */
export function newId(_ctx: A2AContext): string {
  return randomUUID();
}
