import type { ChatRequest } from '@agentproto/protocol/chat/docs';
import type { Redact } from '../redact.ts';

/** Takes out of a text what must not be shown. */
export type Mask = Redact;

const MASKED = '[platform_context]';
/** Shorter texts are no secrets, and stand in every other sentence. */
const SHORTEST = 6;
/** A word of this length, in a kubeconfig for instance, is a token or a key. */
const SHORTEST_WORD = 16;

/**
 * Servers say back what they could not digest, and `platform_context` holds live credentials: none of its texts may
 * come out in an error. They are looked for when there is an error only.
 */
export function maskOf({ messages }: ChatRequest): Mask {
  return (text) => {
    const secrets = messages.flatMap((message) =>
      'platform_context' in message ? texts(message.platform_context) : [],
    );
    return secrets
      .sort((one, other) => other.length - one.length)
      .reduce((rest, secret) => rest.replaceAll(secret, MASKED), text);
  };
}

/** All texts in a value, as they are, as JSON writes them, and their long words. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') {
    const words = value.split(/[\s"'{},]+/).filter((word) => word.length >= SHORTEST_WORD);
    return [value, JSON.stringify(value).slice(1, -1), ...words].filter((text) => text.length >= SHORTEST);
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
