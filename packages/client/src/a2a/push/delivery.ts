import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';

/** What is known of one call of the webhook besides its event. */
export interface Delivery {
  /** Undefined for a direct answer, which belongs to no task (§3.1.1). */
  taskId: string | undefined;
  contextId: string | undefined;
  /** Those of the call, credentials included. */
  headers: Headers;
}

/**
 * `duplicate`: it came before, and was taken; `stale`: something later of the task came before it; `after-end`: the task had ended
 * (ask for the task, where what came late matters); `unknown-event`: of a kind that A2A 1.0 does not know.
 */
export type DropReason = 'duplicate' | 'stale' | 'after-end' | 'unknown-event';

/** An event that was not handed out. Its sender is told that all is well: it has nothing to send again. */
export interface Dropped {
  reason: DropReason;
  taskId: string | undefined;
  /** Undefined for `unknown-event`. */
  event: StreamResponse | undefined;
}

/** The task and the context that an event belongs to. */
export function placeOf({ task, message, statusUpdate, artifactUpdate }: StreamResponse): {
  taskId: string | undefined;
  contextId: string | undefined;
} {
  const { taskId, contextId } = statusUpdate ??
    artifactUpdate ??
    message ?? { taskId: task!.id, contextId: task!.contextId };
  return { taskId, contextId };
}
