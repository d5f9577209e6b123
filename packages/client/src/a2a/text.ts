import type { Message, Part, SendMessageResponse, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';

/**
 * The text in what an agent says: of a message or an update its parts, of a task its artifacts, each on a line of its own,
 * or, where it has none, the message of its status. Empty where there is no text.
 */
export function textOf(said: SendMessageResponse | StreamResponse | Task | Message): string {
  if ('parts' in said) return joined(said.parts);
  if ('status' in said) {
    const texts = (said.artifacts ?? []).map(({ parts }) => joined(parts)).filter(Boolean);
    return texts.join('\n') || joined(said.status.message?.parts);
  }
  const { task, message, statusUpdate, artifactUpdate }: StreamResponse = said;
  const inner = task ?? message;
  return inner ? textOf(inner) : joined((artifactUpdate?.artifact ?? statusUpdate?.status.message)?.parts);
}

function joined(parts: readonly Part[] = []): string {
  return parts.map(({ text }) => text ?? '').join('');
}
