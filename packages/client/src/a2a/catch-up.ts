import type { Artifact, Part, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { MalformedResponseError } from '../errors.ts';
import { Received } from './received.ts';

/**
 * The events that lead from what a consumer has seen to the snapshot with which a new subscription begins (§3.1.6),
 * so that nothing is missing and nothing comes twice. Where the snapshot does not continue what was seen, the
 * snapshot itself: a `task` event replaces all before it.
 */
export function catchUp(seen: Task, now: Task): StreamResponse[] {
  const ids = { taskId: now.id, contextId: now.contextId ?? seen.contextId ?? '' };
  const before = new Map((seen.artifacts ?? []).map((artifact) => [artifact.artifactId, artifact]));
  const events: StreamResponse[] = [];
  for (const artifact of now.artifacts ?? []) {
    const known = before.get(artifact.artifactId);
    before.delete(artifact.artifactId);
    const missing = known ? continuation(known, artifact) : artifact.parts;
    if (!missing) return [{ task: now }];
    if (!known || missing.length > 0) {
      events.push({
        artifactUpdate: { ...ids, artifact: { ...artifact, parts: missing }, ...(known && { append: true }) },
      });
    }
  }
  if (before.size > 0) return [{ task: now }];
  if (!same(seen.status, now.status)) events.push({ statusUpdate: { ...ids, status: now.status } });
  return events;
}

/** The first events of a new subscription, as the continuation of what the consumer has seen. */
export function continued(seen: Task, { events: [first, ...rest], ids }: Received): Received {
  if (!first?.task)
    throw new MalformedResponseError('the task first (§3.1.6)', 'SubscribeToTask', JSON.stringify(first));
  const received = new Received();
  for (const event of catchUp(seen, first.task)) received.add(event, ids?.[0]);
  rest.forEach((event, index) => received.add(event, ids?.[index + 1]));
  return received;
}

/** The parts of `now` that `known` lacks; undefined when `now` does not begin with what `known` has. */
function continuation(known: Artifact, now: Artifact): Part[] | undefined {
  const seen = known.parts;
  if (seen.every((part, index) => same(part, now.parts[index]))) return now.parts.slice(seen.length);
  // A server may store appended texts as one part.
  const [before, after] = [plainText(seen), plainText(now.parts)];
  if (before === undefined || !after?.startsWith(before)) return undefined;
  return after === before ? [] : [{ text: after.slice(before.length) }];
}

function plainText(parts: readonly Part[]): string | undefined {
  return parts.every((part) => typeof part.text === 'string' && Object.keys(part).length === 1)
    ? parts.map((part) => part.text).join('')
    : undefined;
}

function same(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return Object.is(one, other);
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key as never], other[key as never]))
  );
}
