import { createHash } from 'node:crypto';
import type { ListTasksRequest, ListTasksResponse, Task } from '@agentproto/protocol/a2a/1.0';
import type { RunPlace } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import type { Call, TaskQuery } from './call.ts';
import { invalidParams } from './a2a-error.ts';
import { runStateOf } from './task-state.ts';

const PAGE_SIZE = 50;

/**
 * §3.1.4: the newest status first; a page's token is the place of its last task, so that new tasks shift nothing. A task
 * whose status changes while its list is walked is the newest then: before the pages that are still to come.
 */
export async function ListTasks(ctx: A2AContext, call: Call, request: ListTasksRequest): Promise<ListTasksResponse> {
  const { pageSize = PAGE_SIZE, pageToken, historyLength, includeArtifacts = false } = request;
  const query = ctx.impl.taskQuery(ctx, call, request);
  // Which tokens belong to it is a question of its own.
  const after = pageToken
    ? ctx.impl.readPageToken(ctx, pageToken, query ?? { family: 'a2a', owner: call.owner })
    : undefined;
  if (!query) return { tasks: [], nextPageToken: '', pageSize, totalSize: 0 };
  const { runs, total } = await ctx.store.runs.list({ ...query, after, limit: pageSize + 1 });
  const page = runs.slice(0, pageSize);
  const last = page.at(-1);
  const tasks: Task[] = [];
  for (const run of page) {
    const task = await ctx.impl.currentTask(ctx, run, { historyLength, includeArtifacts });
    if (task) tasks.push(task);
  }
  return {
    tasks,
    nextPageToken: last && runs.length > pageSize ? ctx.impl.writePageToken(ctx, last, query) : '',
    pageSize,
    totalSize: total,
  };
}

/** The filters, all of which must fit; undefined where no task can: nobody is ever in that state. */
export function taskQuery(
  _ctx: A2AContext,
  { owner, tenant }: Call,
  { contextId, status, statusTimestampAfter }: ListTasksRequest,
): TaskQuery | undefined {
  const state = status && runStateOf(status);
  if (status && !state) return undefined;
  return {
    family: 'a2a',
    owner,
    tenant,
    contextId: contextId || undefined,
    state,
    statusSince: statusTimestampAfter === undefined ? undefined : firstMs(statusTimestampAfter),
  };
}

/** The first whole millisecond that is not before the timestamp: states have no finer time (§5.6.1). */
function firstMs(timestamp: string): number {
  const [, beyond = ''] = /\.\d{3}(\d+)/.exec(timestamp) ?? [];
  // A leap second, which the format allows, is the second after it here.
  const [leap] = /:60(?=[.Z])/.exec(timestamp) ?? [];
  const ms = Date.parse(leap ? timestamp.replace(leap, ':59') : timestamp);
  return ms + (leap ? 1_000 : 0) + (/[1-9]/.test(beyond) ? 1 : 0);
}

/** Where a page ends, with what it is a page of. */
export function writePageToken(_ctx: A2AContext, place: RunPlace, query: TaskQuery): string {
  const { statusAt, id } = place;
  return Buffer.from(`${statusAt} ${digest(query, place)} ${id}`).toString('base64url');
}

/** Throws for a token that this server has not made, or has made for another list. */
export function readPageToken(_ctx: A2AContext, token: string, query: TaskQuery): RunPlace {
  const bytes = Buffer.from(token, 'base64url');
  const [, at, made, id] = /^(\d{1,15}) ([\w-]{11}) (\S{1,200})$/.exec(bytes.toString()) ?? [];
  const place = at !== undefined && id !== undefined && { statusAt: Number(at), id };
  // What decodes to the same, and is written in another way, is another text.
  if (place && bytes.toString('base64url') === token && made === digest(query, place)) return place;
  const description = 'pageToken: expected a nextPageToken of a list with these filters, got another text';
  throw invalidParams([{ field: 'pageToken', description }]);
}

/** Eight bytes of it; no secret is in them, and nothing is gained by finding others that have the same. */
const digest = ({ owner, tenant, contextId, state, statusSince }: TaskQuery, { statusAt, id }: RunPlace): string =>
  createHash('sha256')
    .update(JSON.stringify([owner, tenant ?? '', contextId ?? '', state ?? '', statusSince ?? '', statusAt, id]))
    .digest()
    .subarray(0, 8)
    .toString('base64url');
