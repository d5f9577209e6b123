import type { JsonObject, Message } from '@agentproto/protocol/chat/docs';

/** The ways in which a caller decides about what it was asked (messages: Unified Approval Flow). */
export type DecisionCarrier = 'tool_calls' | 'cmds' | 'approvals';

/** What a caller said about one call or command. */
export interface Decision {
  carrier: DecisionCarrier;
  /** A command has none of its own: it is known by its text. */
  id: string;
  name: string;
  input: JsonObject;
  /** Of an approval. */
  kind?: string;
  approved: boolean;
  reason?: string;
}

/** What a request asks of this turn; the log of its run begins with it. */
export interface ChatTurn {
  /** The last message: the current turn. */
  message: Message;
  decisions: Decision[];
  /** Every member of the request but `messages`, to be given back. */
  context: JsonObject;
}

/** What the encoder knows of a run before an entry of its log. */
export interface TurnFold {
  turn: ChatTurn;
  /** The caller was asked something. */
  asked: boolean;
}
