import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';

/** Answers in the shapes of 0.3: objects that say their kind, with states and roles in small letters. */

const KINDS: readonly unknown[] = ['task', 'message', 'status-update', 'artifact-update'];

export function isOlder(value: unknown): boolean {
  if (!isRecord(value) || !KINDS.includes(value.kind)) return false;
  const state = isRecord(value.status) ? value.status.state : undefined;
  return ![state, value.role].some((word) => typeof word === 'string' && /^(TASK_STATE|ROLE)_/.test(word));
}

/** What the answer, or an event of it, says in the shapes of 0.3; undefined where it does not. */
export function olderIn({ binding, response, frames }: Exchange): unknown {
  const bare = (json: unknown) => (binding === 'JSONRPC' && isRecord(json) ? json.result : json);
  const all = [response?.json, ...frames.flatMap((frame) => (frame.kind === 'sse' ? [frame.json] : []))].map(bare);
  return all.find(isOlder);
}
