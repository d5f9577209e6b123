import { randomUUID } from 'node:crypto';
import type { Message, Part, SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import { ScriptError } from '@agentproto/script';
import type { Carrier, Json, PartSpec, TurnInput } from '@agentproto/script';
import { changedEvents } from '../agent-events.ts';
import { perform, storyIn } from '../agent.ts';
import type { AgentRequest, Performance } from '../agent.ts';
import { LateAbort } from '../late-abort.ts';
import type { RunFold } from '../run-fold.ts';
import type { AgentEvents, TurnStart } from '../runs.ts';
import { ConflictError } from '../store/store.ts';
import type { Run } from '../store/store.ts';
import { essence, goneOn, takes } from './accept.ts';
import { carrierOf, inputOf } from './agent-input.ts';
import type { A2AContext } from './context.ts';
import type { Call, Turn } from './call.ts';
import type { TaskFold } from './fold.ts';
import { invalidParams } from './a2a-error.ts';
import { copyTask } from './task-fold.ts';
import { emptyLog, logAt, viewingOf } from './task-log.ts';

/** Takes a message and sets the agent to work. The run stands right after the message; the answer comes in its log. */
export async function beginTurn(ctx: A2AContext, call: Call, request: SendMessageRequest): Promise<Turn> {
  const { impl, runs } = ctx;
  const { message } = request;
  impl.checkMessage(ctx, request);
  const following = impl.followed(ctx, call, message);
  const before = following && (await following);
  if (before) impl.checkFollowUp(ctx, before, message);
  const head = {
    id: before?.id ?? impl.newTaskId(ctx, message),
    contextId: before?.contextId ?? (message.contextId || impl.newId(ctx)),
  };

  const abort = new LateAbort();
  const fold = before ? await logAt(ctx, before, before.seq) : emptyLog(ctx, head);
  if (!fold) throw goneOn(before!);
  const past = before && copyTask(fold.view);
  const performing = performed(ctx, call, request, head, abort, fold);
  const performance = performing instanceof Promise ? await performing : performing;
  const turn: TurnStart<TaskFold> = {
    // Came as JSON, and was validated.
    input: { ...message, taskId: head.id, contextId: head.contextId } as unknown as Json,
    script: performance.script,
    events: impl.agentEvents(ctx, request, performance.events),
    abort,
    fold,
    viewing: viewingOf(ctx),
    openAfterMs: mayReply(performance) ? ctx.settings.directReplyMs : 0,
  };
  const webhook = request.configuration?.taskPushNotificationConfig;
  if (before) {
    if (webhook) await impl.keepPushConfig(ctx, before, webhook);
    const run = await runs.follow(before, turn).catch((error: unknown) => {
      throw error instanceof ConflictError ? goneOn(before) : error;
    });
    await impl.feedWebhooks(ctx, run, run.seq - 1, call.testId);
    return past ? { ...run, before: past } : run;
  }
  const { owner, tenant } = call;
  const run = await runs.start(
    {
      ...head,
      family: 'a2a',
      revision: ctx.revision,
      owner,
      ...(tenant !== undefined && { tenant }),
      createdAt: ctx.clock.now(),
    },
    turn,
  );
  if (webhook) impl.feedWebhook(ctx, run, await impl.keepPushConfig(ctx, run, webhook), run.seq - 1, call.testId);
  return run;
}

type Named = Pick<Run, 'id'> & { contextId: string };

/** What the agent is asked. A class, because an accessor in an object literal is made anew for each. */
class Asked implements AgentRequest {
  readonly protocol: string;
  readonly runId: string;
  readonly owner: string;
  readonly testId: string | undefined;
  readonly tenant: string | undefined;
  readonly contextId: string;
  readonly turn: number;
  readonly input: TurnInput;
  readonly carrier: Carrier;
  readonly message: Json;
  readonly #abort: LateAbort;

  constructor(
    ctx: A2AContext,
    call: Call,
    request: SendMessageRequest,
    { id, contextId }: Named,
    abort: LateAbort,
    turn: number,
  ) {
    this.protocol = `a2a@${ctx.revision}`;
    this.runId = id;
    this.owner = call.owner;
    this.testId = call.testId;
    this.tenant = call.tenant;
    this.contextId = contextId;
    this.turn = turn;
    this.input = inputOf(request.message, call.seen);
    this.carrier = carrierOf(request);
    // Came as JSON.
    this.message = request.message as unknown as Json;
    this.#abort = abort;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
}

/** At once where nobody has to be waited for. */
function performed(
  ctx: A2AContext,
  call: Call,
  request: SendMessageRequest,
  head: Named,
  abort: LateAbort,
  fold: RunFold,
): Performance | Promise<Performance> {
  try {
    const asked = new Asked(ctx, call, request, head, abort, fold.turns);
    const performance = perform(ctx, asked, storyIn(fold), abort);
    return performance instanceof Promise
      ? performance.then((one) => playable(ctx, one)).catch(asInvalid)
      : playable(ctx, performance);
  } catch (error) {
    return asInvalid(error);
  }
}

function playable(ctx: A2AContext, performance: Performance): Performance {
  if (performance.script) ctx.impl.checkScript(ctx, performance.script);
  return performance;
}

/** A script that cannot be read is the caller's fault. */
function asInvalid(error: unknown): never {
  if (!(error instanceof ScriptError)) throw error;
  throw invalidParams([{ field: 'message', description: error.message }], error.code);
}

/** Steps can be looked at; what an agent of somebody's own will do cannot be known. */
const mayReply = ({ steps }: Performance): boolean => steps?.some((step) => 'reply' in step) ?? true;

/** Stands around the agent: what it does, as the caller wants it (`acceptedOutputModes`, §3.2.2). */
export function agentEvents(ctx: A2AContext, { configuration }: SendMessageRequest, events: AgentEvents): AgentEvents {
  const modes = configuration?.acceptedOutputModes?.map(essence) ?? [];
  if (modes.length === 0) return events;
  return changedEvents(events, (event) => {
    if (event.type !== 'artifact') return [event];
    const { artifact } = event;
    return [{ ...event, artifact: { ...artifact, parts: ctx.impl.acceptedParts(ctx, artifact.parts, modes) } }];
  });
}

/** Those parts that the caller can take; all, when it could take none, for an artifact without parts says nothing. */
export function acceptedParts(_ctx: A2AContext, parts: readonly PartSpec[], modes: readonly string[]): PartSpec[] {
  const accepted = parts.filter((part) => {
    const mode = modeOf(part);
    return mode === undefined || takes(modes, mode);
  });
  return accepted.length > 0 ? accepted : [...parts];
}

function modeOf({ mediaType, text, data }: Part | PartSpec): string | undefined {
  if (mediaType) return essence(mediaType);
  return text !== undefined ? 'text/plain' : data !== undefined ? 'application/json' : undefined;
}

/** The task that a message is for; undefined where it begins one. */
export const followed = (ctx: A2AContext, call: Call, { taskId }: Message): Promise<Run> | undefined =>
  taskId ? ctx.impl.findTask(ctx, call, taskId) : undefined;

/** Of a task that a message begins: the server's (§3.4.2). */
export const newTaskId = (ctx: A2AContext): string => ctx.impl.newId(ctx);

/** Of tasks, contexts and direct messages. */
export function newId(_ctx: A2AContext): string {
  return joined(randomUUID());
}

/** Node puts it together of twenty pieces, which stay with it until somebody looks inside. */
const joined = (text: string): string => (text.charCodeAt(0) === 0 ? '' : text);
