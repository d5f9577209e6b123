import type { Message, Part, SendMessageResponse, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';

/** Whatever an agent says something in. */
export type Said = SendMessageResponse | StreamResponse | Task | Message;

/**
 * The text in what an agent says: of a message or an update its parts, of a task its artifacts, each on a line of its own,
 * or, where it has none, the message of its status. Empty where there is no text.
 */
export function textOf(said: Said): string {
  const texts = contentsOf(said).map((parts) => parts.map(({ text }) => text ?? '').join(''));
  return (
    texts.filter(Boolean).join('\n') ||
    statusParts(said)
      .map(({ text }) => text ?? '')
      .join('')
  );
}

/** The values of the data parts, taken from where `textOf` takes texts. `mediaType`: only of parts that say so. */
export function dataOf(said: Said, mediaType?: string): unknown[] {
  return partsOf(said).flatMap((part) =>
    part.data !== undefined && (mediaType === undefined || part.mediaType === mediaType) ? [part.data] : [],
  );
}

/** All parts: of a message or an update its own, of a task those of its artifacts, or else of the message of its status. */
export function partsOf(said: Said): Part[] {
  const parts = contentsOf(said).flat();
  return parts.length > 0 ? parts : [...statusParts(said)];
}

/** The lists of parts that are the answer. */
function contentsOf(said: Said): (readonly Part[])[] {
  if ('parts' in said) return [said.parts];
  if ('status' in said) return (said.artifacts ?? []).map(({ parts }) => parts);
  const { task, message, artifactUpdate }: StreamResponse = said;
  if (artifactUpdate) return [artifactUpdate.artifact.parts];
  return task || message ? contentsOf((task ?? message)!) : [];
}

function statusParts(said: Said): readonly Part[] {
  const { status } =
    'status' in said ? said : ((said as StreamResponse).task ?? (said as StreamResponse).statusUpdate ?? {});
  return status?.message?.parts ?? [];
}
