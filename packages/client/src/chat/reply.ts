import type {
  AgentMessage,
  Approval,
  Command,
  Data,
  ExecutedApproval,
  ExecutedCommand,
  ExecutedToolCall,
  JsonObject,
  MetaData,
  ToolCall,
} from '@agentproto/protocol/chat/docs';

/** What one turn comes to, the same whether it came in one piece or in events. */
export interface ChatReply {
  content: string;
  /** They wait for a decision. Each id is there once, with its descriptions where any of its mentions had them. */
  toolCalls: ToolCall[];
  /** They wait too. Those that are tool calls of the same id are left out: one decision is enough. */
  approvals: Approval[];
  /** They wait too. */
  commands: Command[];
  /** What came of the decisions in this request. */
  executedToolCalls: ExecutedToolCall[];
  executedApprovals: ExecutedApproval[];
  executedCommands: ExecutedCommand[];
  /** `end_turn`, `tool_use`, `max_tokens` …; only streams have it, and not all of them. */
  stopReason: string | undefined;
  metaData: MetaData;
  /** The request fields, as far as the server gives them back. */
  requestContext: JsonObject | undefined;
  /** The answer as it goes into the history: what came in one piece, or what the events amount to. */
  message: AgentMessage;
}

export function replyOf(message: AgentMessage, stopReason?: string | null): ChatReply {
  const { content } = message;
  // Some servers write null for what is absent.
  const data: Data = message.data ?? {};
  const metaData: MetaData = message.meta_data ?? {};
  const toolCalls = once(data.tool_calls ?? []);
  const ids = new Set(toolCalls.map(({ id }) => id));
  return {
    content,
    toolCalls,
    approvals: once(data.approvals ?? []).filter(({ id }) => !ids.has(id)),
    commands: data.cmds ?? [],
    executedToolCalls: data.executed_tool_calls ?? [],
    executedApprovals: data.executed_approvals ?? [],
    executedCommands: data.executed_cmds ?? [],
    stopReason: stopReason ?? undefined,
    metaData,
    requestContext: metaData.request_context,
    message,
  };
}

/** A server may name a call twice in one turn, and describe it the first time only. */
export function once<Item extends ToolCall | Approval>(items: readonly Item[]): Item[] {
  const byId = new Map<string, Item>();
  for (const item of items) {
    const known = byId.get(item.id);
    byId.set(item.id, known ? { ...item, ...known, ...described(item, known) } : item);
  }
  return [...byId.values()];
}

/** The members of `item` that say something where `known` says nothing. */
function described<Item extends object>(item: Item, known: Item): Partial<Item> {
  const isEmpty = (value: unknown) =>
    value == null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(
    Object.entries(item).filter(([member, value]) => isEmpty(known[member as keyof Item]) && !isEmpty(value)),
  ) as Partial<Item>;
}
