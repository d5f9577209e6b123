import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type {
  DeleteTaskPushNotificationConfigRequest,
  GetTaskPushNotificationConfigRequest,
  ListTaskPushNotificationConfigsRequest,
  ListTaskPushNotificationConfigsResponse,
  StreamResponse,
  TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { http } from '../node-http.ts';
import { endsTurn } from '../store/run-event.ts';
import type { Run } from '../store/store.ts';
import { webhookLine } from '../webhooks/line.ts';
import { TargetError } from '../webhooks/target.ts';
import { A2AError, invalidParams } from './a2a-error.ts';
import type { FieldViolation } from './a2a-error.ts';
import type { Call, PushConfig } from './call.ts';
import type { A2AContext } from './context.ts';
import { walk } from './follow.ts';
import { logAt } from './task-log.ts';

/** Webhooks that one task may have. */
const MAX_CONFIGS = 100;

const collectionOf = ({ id }: Pick<Run, 'id'>) => `a2a/push/${id}`;
const feedOf = ({ taskId, id }: PushConfig) => JSON.stringify([taskId, id]);

/** §3.1.7. A webhook of the same id is replaced. While the task works, what happens from now on is sent. */
export async function CreateTaskPushNotificationConfig(
  ctx: A2AContext,
  call: Call,
  request: TaskPushNotificationConfig,
): Promise<TaskPushNotificationConfig> {
  const run = await ctx.impl.findTask(ctx, call, request.taskId ?? '');
  ctx.impl.checkWebhook(ctx, request, '');
  const config = await ctx.impl.keepPushConfig(ctx, run, request);
  ctx.webhooks.feeds.stop(feedOf(config));
  if (run.state === 'working') ctx.impl.feedWebhook(ctx, run, config, run.seq, call.testId);
  return config;
}

/** §3.1.8. One that is not there is reported as a task that is not. */
export async function GetTaskPushNotificationConfig(
  ctx: A2AContext,
  call: Call,
  { taskId, id }: GetTaskPushNotificationConfigRequest,
): Promise<TaskPushNotificationConfig> {
  const run = await ctx.impl.findTask(ctx, call, taskId);
  const kept = await ctx.store.records.get(collectionOf(run), run.owner, id);
  if (kept) return kept.value as PushConfig;
  const message = `Push notification configuration not found: ${id}`;
  throw new A2AError('TaskNotFoundError', message, { metadata: { taskId, pushNotificationConfigId: id } });
}

/** §3.1.9. In the order in which they were made. */
export async function ListTaskPushNotificationConfigs(
  ctx: A2AContext,
  call: Call,
  { taskId, pageSize, pageToken }: ListTaskPushNotificationConfigsRequest,
): Promise<ListTaskPushNotificationConfigsResponse> {
  const run = await ctx.impl.findTask(ctx, call, taskId);
  const all = await ctx.impl.pushConfigs(ctx, run);
  const begin = pageToken ? placeOf(pageToken, all) : 0;
  const end = begin + (pageSize || MAX_CONFIGS);
  const last = end < all.length ? all[end - 1] : undefined;
  return { configs: all.slice(begin, end), nextPageToken: last ? Buffer.from(last.id).toString('base64url') : '' };
}

/** After the webhook that the token names. Throws for a token that names none. */
function placeOf(token: string, all: readonly PushConfig[]): number {
  const index = all.findIndex(({ id }) => id === Buffer.from(token, 'base64url').toString());
  if (index >= 0) return index + 1;
  const description = 'pageToken: expected a nextPageToken of this list, got another text';
  throw invalidParams([{ field: 'pageToken', description }]);
}

/** §3.1.10. One that is not there is deleted as well. What is on its way to it stops. */
export async function DeleteTaskPushNotificationConfig(
  ctx: A2AContext,
  call: Call,
  { taskId, id }: DeleteTaskPushNotificationConfigRequest,
): Promise<Record<string, never>> {
  const run = await ctx.impl.findTask(ctx, call, taskId);
  await ctx.impl.dropPushConfig(ctx, run, id);
  return {};
}

export async function dropPushConfig({ store, webhooks }: A2AContext, run: Run, id: string): Promise<void> {
  await store.records.delete(collectionOf(run), run.owner, id);
  webhooks.feeds.stop(feedOf({ url: '', taskId: run.id, id }));
}

/** Throws for a webhook that cannot, or must not, be called (§13.2). `at` is where it stands in the request. */
export function checkWebhook(ctx: A2AContext, config: TaskPushNotificationConfig, at: string): void {
  const violations: FieldViolation[] = [];
  const complain = (field: string, why: string) =>
    void violations.push({ field: at + field, description: `${at}${field}: ${why}` });
  try {
    ctx.webhooks.guard.check(config.url);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    complain('url', error.message);
  }
  const { scheme = '', credentials = '' } = config.authentication ?? {};
  for (const [field, value] of [
    ['token', config.token ?? ''],
    ['authentication.scheme', scheme],
    ['authentication.credentials', credentials],
  ] as const) {
    if (!fitsHeader(value)) complain(field, 'expected a text that a header can carry, got other characters');
  }
  if (violations.length > 0) throw invalidParams(violations);
}

function fitsHeader(value: string): boolean {
  try {
    http.validateHeaderValue('authorization', value);
    return true;
  } catch {
    return false;
  }
}

/** Keeps a webhook with its task for as long as the task is kept. The id is the caller's, or a new one. */
export async function keepPushConfig(
  ctx: A2AContext,
  run: Run,
  given: TaskPushNotificationConfig,
): Promise<PushConfig> {
  const config: PushConfig = { ...given, id: given.id || ctx.impl.newId(ctx), taskId: run.id };
  const { records } = ctx.store;
  const known = await ctx.impl.pushConfigs(ctx, run);
  if (known.length >= MAX_CONFIGS && !known.some(({ id }) => id === config.id)) {
    const description = `taskId: expected a task with less than ${MAX_CONFIGS} webhooks, got one that has as many`;
    throw invalidParams([{ field: 'taskId', description }]);
  }
  await records.put(collectionOf(run), run.owner, config.id, config, { runId: run.id });
  return config;
}

export async function pushConfigs({ store }: A2AContext, run: Run): Promise<PushConfig[]> {
  const records = await store.records.list(collectionOf(run), run.owner);
  return records.map(({ value }) => value as PushConfig);
}

/** Tells all webhooks of a task what happens in it after `after`, up to the end of the turn. */
export async function feedWebhooks(ctx: A2AContext, run: Run, after: number, testId?: string): Promise<void> {
  if (!ctx.settings.capabilities.pushNotifications) return;
  for (const config of await ctx.impl.pushConfigs(ctx, run)) ctx.impl.feedWebhook(ctx, run, config, after, testId);
}

/**
 * Brings the updates of one turn to one webhook, in order (§4.3.3). The log is the queue: a receiver that is slow
 * holds back nobody but itself, and a task that waits for its caller holds nothing at all. `testId`: of who began the turn.
 */
export function feedWebhook(ctx: A2AContext, run: Run, config: PushConfig, after: number, testId?: string): void {
  ctx.webhooks.feeds.add(feedOf(config), async (signal) => {
    const { deliver, faultOf } = ctx.webhooks;
    const line = webhookLine(deliver, ctx.pause, faultOf(config.url, testId));
    try {
      for await (const event of ctx.impl.pushEvents(ctx, run, after, signal)) {
        const outcome = await line.deliver(
          { url: config.url, headers: ctx.impl.pushHeaders(ctx, config), body: ctx.impl.pushBody(ctx, event) },
          signal,
        );
        if (outcome === 'gone') return await ctx.impl.dropPushConfig(ctx, run, config.id);
        if (outcome === 'stopped') return;
      }
    } finally {
      await line.end(signal);
    }
  });
}

/** What a webhook is told of a turn: the task when it begins, or the message that answers it, and each update. */
export async function* pushEvents(
  ctx: A2AContext,
  run: Run,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StreamResponse> {
  let { open } = run;
  const past = await logAt(ctx, run, after);
  if (!past) return;
  for await (const { entry, frames, fold } of walk(ctx, run, past, signal)) {
    const { event } = entry;
    if (!open && event.type === 'reply') return yield { message: ctx.impl.directMessage(ctx, fold, event.parts) };
    if (!open && event.type === 'crash') return;
    if (event.type === 'open') {
      open = true;
      yield { task: ctx.impl.taskView(ctx, fold) };
    } else yield* frames;
    if (endsTurn(event)) return;
  }
}

/** The body of a webhook call (§4.3.3). */
export const pushBody = (_ctx: A2AContext, event: StreamResponse): string => JSON.stringify(event);

/** The headers of a webhook call (§4.3.3). The token has a header in the samples of 1.0.0, and in every SDK. */
export function pushHeaders({ settings }: A2AContext, config: PushConfig): Record<string, string> {
  const { scheme, credentials } = config.authentication ?? {};
  return {
    'content-type': settings.errorTable === '1.0.0' ? JSON_MEDIA_TYPE : A2A_MEDIA_TYPE,
    'user-agent': 'agentproto-reference-server',
    ...(scheme && { authorization: credentials ? `${scheme} ${credentials}` : scheme }),
    ...(config.token && { 'x-a2a-notification-token': config.token }),
  };
}
