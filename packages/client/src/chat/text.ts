import type { Message, StreamEvent } from '@agentproto/protocol/chat/docs';
import type { ChatReply } from './reply.ts';

/** The text in a reply, a message or an event; empty where there is none. An `intermittent_update` is not of the answer. */
export function textOf(said: ChatReply | Message | StreamEvent): string {
  if (!('type' in said)) return said.content ?? '';
  return said.type === 'text_delta' ? said.text : '';
}
