import type { ItemField } from '@agentproto/protocol/responses/openai';

/** What is in front of a compaction's content, so that a foreign one is known as such. */
const MARK = 'agentproto:';

/** Items as one opaque text. */
export const compacted = (items: readonly ItemField[]): string =>
  Buffer.from(MARK + JSON.stringify(items)).toString('base64');

/** What a compaction stands for; nothing where it is not one of ours. */
export function decompacted(content: string): ItemField[] {
  const text = Buffer.from(content, 'base64').toString();
  if (!text.startsWith(MARK)) return [];
  try {
    // Written by `compacted`.
    return JSON.parse(text.slice(MARK.length)) as ItemField[];
  } catch {
    return [];
  }
}
