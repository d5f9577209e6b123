import { METHODS } from '@agentproto/protocol/a2a/1.0';
import type {
  AgentCard,
  CancelTaskRequest,
  GetTaskRequest,
  MethodName,
  SendMessageRequest,
  SendMessageResponse,
  SubscribeToTaskRequest,
  Task,
} from '@agentproto/protocol/a2a/1.0';
import { begun } from '../batches.ts';
import { isFinished, isInterrupted } from '../store/run-event.ts';
import { ConflictError } from '../store/store.ts';
import type { Run } from '../store/store.ts';
import { taskNotFound } from './accept.ts';
import type { A2AContext } from './context.ts';
import type { Call, StreamItem } from './call.ts';
import { A2AError } from './a2a-error.ts';
import { logAt, viewingOf } from './task-log.ts';

/** §3.1.1 */
export async function SendMessage(
  ctx: A2AContext,
  call: Call,
  request: SendMessageRequest,
): Promise<SendMessageResponse> {
  const turn = await ctx.impl.takeMessage(ctx, call, request);
  return await ctx.impl.awaitAnswer(ctx, call, turn, request.configuration ?? {});
}

/** §3.1.2 */
export async function SendStreamingMessage(
  ctx: A2AContext,
  call: Call,
  request: SendMessageRequest,
): Promise<AsyncIterable<StreamItem>> {
  const turn = await ctx.impl.takeMessage(ctx, call, request);
  return await begun(ctx.impl.turnEvents(ctx, call, turn, request.configuration?.historyLength));
}

/** §3.1.3 */
export async function GetTask(ctx: A2AContext, call: Call, { id, historyLength }: GetTaskRequest): Promise<Task> {
  const run = await ctx.impl.findTask(ctx, call, id);
  return (await ctx.impl.currentTask(ctx, run, { historyLength })) ?? taskNotFound(id);
}

/** §3.1.5. Also while the task is still at work: then the agent has not stopped yet. */
export async function CancelTask(ctx: A2AContext, call: Call, { id }: CancelTaskRequest): Promise<Task> {
  const run = await ctx.impl.findTask(ctx, call, id);
  ctx.impl.checkCancelable(ctx, run);
  await ctx.impl.stopAgent(ctx, run);
  // Nobody was at work whose end is followed: this is the end.
  if (isInterrupted(run.state)) await ctx.impl.feedWebhooks(ctx, run, run.seq, call.testId);
  const after = await ctx.impl.findTask(ctx, call, id);
  // It came to another end before the agent heard of it.
  if (isFinished(after.state) && after.state !== 'canceled') throw notCancelable(after);
  return (await ctx.impl.currentTask(ctx, after)) ?? taskNotFound(id);
}

/** A second cancel finds a task that is finished already (§3.1.5; §3.3.1 would let it pass). */
export function checkCancelable(_ctx: A2AContext, run: Run): void {
  if (isFinished(run.state)) throw notCancelable(run);
}

const notCancelable = ({ id, state }: Run) =>
  new A2AError('TaskNotCancelableError', `The task is ${state} and cannot be canceled.`, { metadata: { taskId: id } });

export async function stopAgent(ctx: A2AContext, run: Run): Promise<void> {
  try {
    const folding = async () => ({
      fold: (await logAt(ctx, run, run.seq)) ?? taskNotFound(run.id),
      viewing: viewingOf(ctx),
    });
    await ctx.runs.cancel(run, folding, ctx.settings.cancelWaitMs, ctx.settings.forceCancelMs);
  } catch (error) {
    // Somebody else wrote first; what the task is now is looked at next.
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** §3.1.6 */
export async function SubscribeToTask(
  ctx: A2AContext,
  call: Call,
  { id }: SubscribeToTaskRequest,
): Promise<AsyncIterable<StreamItem>> {
  const run = await ctx.impl.findTask(ctx, call, id);
  ctx.impl.checkSubscribable(ctx, run);
  return ctx.impl.taskEvents(ctx, call, run);
}

export function checkSubscribable(_ctx: A2AContext, run: Run): void {
  if (!isFinished(run.state)) return;
  throw new A2AError(
    'UnsupportedOperationError',
    `The task is ${run.state}: nothing more will come. GetTask has its last state.`,
    {
      metadata: { taskId: run.id },
    },
  );
}

/** §3.1.11. Only for callers that show who they are (§13.3): where nobody has to, there is no such card. */
export async function GetExtendedAgentCard(ctx: A2AContext, call: Call): Promise<AgentCard> {
  const card = await ctx.impl.extendedCard(ctx, call.owner);
  if (!card) throw new A2AError('ExtendedAgentCardNotConfiguredError', 'This agent has no extended card.');
  call.headers = ctx.impl.extendedCardHeaders(ctx, card);
  return card;
}

const noPush = () => new A2AError('PushNotificationNotSupportedError', 'This agent sends no push notifications.');

/** Throws when an operation needs what the card does not declare; whatever its parameters are (§3.3.4). */
export function checkCapability({ settings: { capabilities } }: A2AContext, method: MethodName): void {
  const row = METHODS[method];
  if (!('capability' in row) || capabilities[row.capability]) return;
  if (row.capability === 'pushNotifications') throw noPush();
  throw new A2AError(
    'UnsupportedOperationError',
    `${method}: the agent does not declare the capability ${row.capability}.`,
  );
}
