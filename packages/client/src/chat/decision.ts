import type { Approval, Command, Data, Message, ToolCall } from '@agentproto/protocol/chat/docs';
import { InvalidInputError } from '../errors.ts';

/** What waits for a decision. */
export type Pending = ToolCall | Approval | Command;

export type Approved<Item extends Pending = Pending> = Item & { execute: true };
export type Rejected<Item extends Pending = Pending> = Item & { execute: false; rejection_reason: string };
export type Decision = Approved | Rejected;

/** Runs the tool or command, with the input as it stands in `item`. */
export function approve<Item extends Pending>(item: Item): Approved<Item> {
  const approved: Approved<Item> = { ...item, execute: true };
  delete approved.rejection_reason;
  return approved;
}

/** `reason` reaches the agent; without one, servers take a rejection for no decision. */
export function reject<Item extends Pending>(item: Item, reason: string): Rejected<Item> {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new InvalidInputError('reason: expected why it is rejected');
  return { ...item, execute: false, rejection_reason: reason };
}

/**
 * The messages of the next turn: `messages`, and a user message that has the decisions. They go into the last message,
 * because servers look nowhere else (message guide: Approving Tool Calls), and each of them once: a tool that is
 * approved as a tool call and as an approval runs twice.
 */
export function decide(messages: readonly Message[], decisions: readonly Decision[], content = ''): Message[] {
  const names = decisions.map((decision) => ('id' in decision ? decision.id : decision.command));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (decisions.length === 0) throw new InvalidInputError('decisions: expected at least one');
  if (twice !== undefined) throw new InvalidInputError(`decisions: expected one about each, got two about ${twice}`);
  const data: Data = {};
  for (const decision of decisions) {
    if ('command' in decision) (data.cmds ??= []).push(decision);
    else if ('type' in decision) (data.approvals ??= []).push(decision);
    else (data.tool_calls ??= []).push(decision);
  }
  return [...messages, { role: 'user', content, data }];
}
