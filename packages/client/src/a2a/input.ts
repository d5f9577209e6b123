import type { Message, Part, SendMessageConfiguration, SendMessageRequest, Struct } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../errors.ts';

/** What of a message a caller may say besides its content. `taskId` goes on with a task, `contextId` with a conversation. */
export type MessageMembers = Partial<Omit<Message, 'parts'>>;

/**
 * What to send: a text, parts, or the whole request of §3.2.1. `messageId` (a random UUID) and `role` (ROLE_USER)
 * are filled in where they are missing.
 */
export type SendInput =
  | string
  | ({ text: string; parts?: never; message?: never } & MessageMembers)
  | ({ parts: Part[]; text?: never; message?: never } & MessageMembers)
  | readonly Part[]
  | {
      message: MessageMembers & { parts: Part[] };
      configuration?: SendMessageConfiguration;
      metadata?: Struct;
      text?: never;
      parts?: never;
    };

export function sendMessageRequest(input: SendInput): SendMessageRequest {
  const { message, ...rest } = requestOf(input);
  if (!Array.isArray(message?.parts) || message.parts.length === 0) {
    throw new InvalidInputError(
      'input: expected a text, { text }, { parts } or { message } with at least one part (A2A §4.1.4)',
    );
  }
  message.parts.forEach(checkPart);
  return {
    message: { ...message, messageId: message.messageId ?? crypto.randomUUID(), role: message.role ?? 'ROLE_USER' },
    ...rest,
  };
}

const CONTENTS = ['text', 'raw', 'url', 'data'] as const;

/** §4.1.6. `data` may be null. */
function checkPart(part: Part, index: number): void {
  let count = 0;
  for (const member of CONTENTS) if (part?.[member] !== undefined) count++;
  if (count === 1) return;
  const given = CONTENTS.filter((member) => part?.[member] !== undefined);
  const got = given.join(' and ') || Object.keys(part ?? {}).join(', ') || 'none';
  throw new InvalidInputError(
    `parts[${index}]: expected exactly one of ${CONTENTS.join(', ')}, got ${got} (A2A §4.1.6)`,
  );
}

function requestOf(
  input: SendInput,
): Omit<SendMessageRequest, 'message'> & { message: MessageMembers & { parts: Part[] } } {
  if (typeof input === 'string') return { message: { parts: [{ text: input }] } };
  if (isParts(input)) return { message: { parts: [...input] } };
  if (input?.message) return input;
  if (typeof input?.text === 'string') {
    const { text, ...members } = input;
    return { message: { ...members, parts: [{ text }] } };
  }
  return { message: input };
}

function isParts(input: SendInput): input is readonly Part[] {
  return Array.isArray(input);
}
