import type { ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import { tokensOf } from '../openai/tokens.ts';

/** Characters of an item that a model would read. */
export function charsOf(item: ItemField | ItemParam): number {
  switch (item.type) {
    case undefined:
    case 'message':
      return typeof item.content === 'string' ? item.content.length : partsChars(item.content);
    case 'function_call':
      return item.name.length + item.arguments.length;
    case 'function_call_output':
      return typeof item.output === 'string' ? item.output.length : partsChars(item.output);
    case 'reasoning':
      return partsChars(item.content ?? item.summary);
    default:
      return JSON.stringify(item).length;
  }
}

const partsChars = (parts: readonly object[]): number =>
  parts.reduce((sum, part) => sum + ('text' in part ? String(part.text).length : JSON.stringify(part).length), 0);

export const contextTokens = (
  instructions: string | null | undefined,
  items: readonly (ItemField | ItemParam)[],
): number => tokensOf(items.reduce((sum, item) => sum + charsOf(item), instructions?.length ?? 0));
