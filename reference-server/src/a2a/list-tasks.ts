import type { ListTasksRequest, ListTasksResponse, Task } from '@agentproto/protocol/a2a/1.0';
import type { RunPlace } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import type { Call } from './call.ts';
import { invalidParams } from './a2a-error.ts';
import { runStateOf } from './task-state.ts';

const PAGE_SIZE = 50;

/** §3.1.4: the newest status first; a page's token is the place of its last task, so that new tasks shift nothing. */
export async function ListTasks(ctx: A2AContext, call: Call, request: ListTasksRequest): Promise<ListTasksResponse> {
  const {
    contextId,
    status,
    pageSize = PAGE_SIZE,
    pageToken,
    historyLength,
    statusTimestampAfter,
    includeArtifacts = false,
  } = request;
  const after = pageToken ? ctx.impl.readPageToken(ctx, pageToken) : undefined;
  const state = status && runStateOf(status);
  if (status && !state) return { tasks: [], nextPageToken: '', pageSize, totalSize: 0 };
  const { runs, total } = await ctx.store.runs.list({
    family: 'a2a',
    owner: call.owner,
    tenant: call.tenant,
    contextId: contextId || undefined,
    state,
    statusSince: statusTimestampAfter === undefined ? undefined : Date.parse(statusTimestampAfter),
    after,
    limit: pageSize + 1,
  });
  const page = runs.slice(0, pageSize);
  const last = page.at(-1);
  const tasks: Task[] = [];
  for (const run of page) {
    const task = await ctx.impl.currentTask(ctx, run, { historyLength, includeArtifacts });
    if (task) tasks.push(task);
  }
  return {
    tasks,
    nextPageToken: last && runs.length > pageSize ? ctx.impl.writePageToken(ctx, last) : '',
    pageSize,
    totalSize: total,
  };
}

export function writePageToken(_ctx: A2AContext, { statusAt, id }: RunPlace): string {
  return Buffer.from(`${statusAt} ${id}`).toString('base64url');
}

/** Throws for a token that this server has not made. */
export function readPageToken(_ctx: A2AContext, token: string): RunPlace {
  const [, at, id] = /^(\d{1,15}) (\S{1,200})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (at !== undefined && id !== undefined) return { statusAt: Number(at), id };
  throw invalidParams([
    { field: 'pageToken', description: 'pageToken: expected a nextPageToken of this server, got another text' },
  ]);
}
