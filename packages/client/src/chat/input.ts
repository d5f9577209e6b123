import type { ChatRequest, Message } from '@agentproto/protocol/chat/docs';
import { InvalidInputError } from '../errors.ts';

/**
 * What to send: a text, the messages (the last one is the current turn, those before it the history), or the whole
 * request with its request fields (`thread_id`, `source` …).
 */
export type ChatInput = string | readonly Message[] | ChatRequest;

export function chatRequest(input: ChatInput): ChatRequest {
  const request = requestOf(input);
  if (!Array.isArray(request?.messages) || request.messages.length === 0) {
    throw new InvalidInputError('input: expected a text, a list of at least one message, or { messages }');
  }
  for (const [index, message] of request.messages.entries()) {
    if (message?.role !== 'user' && message?.role !== 'assistant') {
      throw new InvalidInputError(`messages[${index}].role: expected 'user' or 'assistant'`);
    }
  }
  return request;
}

function requestOf(input: ChatInput): ChatRequest {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] };
  return isMessages(input) ? { messages: [...input] } : input;
}

function isMessages(input: ChatInput): input is readonly Message[] {
  return Array.isArray(input);
}

/**
 * Whether the request approves or rejects something. A server runs what is approved each time that it is told to, so
 * such a request is never sent twice. Decisions count in the last message or, by the documents, in the one before it
 * (server: Approving Tool Calls); those further back are history.
 */
export function carriesDecision({ messages }: ChatRequest): boolean {
  return messages
    .slice(-2)
    .some(({ data }) =>
      [data?.tool_calls, data?.approvals, data?.cmds].some((items) =>
        items?.some(({ execute, rejection_reason }) => execute || rejection_reason),
      ),
    );
}
