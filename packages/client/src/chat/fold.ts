import type {
  Approval,
  Command,
  Data,
  DoneEvent,
  ExecutedApproval,
  ExecutedCommand,
  ExecutedToolCall,
  StreamEvent,
  ToolCall,
} from '@agentproto/protocol/chat/docs';
import { type ChatReply, once, replyOf } from './reply.ts';

/** What the events of one turn amount to. Takes time in proportion to what they hold. */
export interface Fold {
  /** Counts an event in; whether it ends the turn. */
  add(event: StreamEvent): boolean;
  /** A copy that later events leave alone. */
  reply(): ChatReply;
}

export function createFold(): Fold {
  const texts: string[] = [];
  const toolCalls: ToolCall[] = [];
  const approvals: Approval[] = [];
  const commands: Command[] = [];
  const executedToolCalls: ExecutedToolCall[] = [];
  const executedApprovals: ExecutedApproval[] = [];
  const executedCommands: ExecutedCommand[] = [];
  let done: DoneEvent | undefined;

  return {
    add(event) {
      // Nearly every event of a stream.
      if (event.type === 'text_delta') {
        texts.push(event.text);
        return false;
      }
      if (event.type === 'tool_calls') append(toolCalls, event.tool_calls);
      else if (event.type === 'approvals') append(approvals, event.approvals);
      else if (event.type === 'commands') append(commands, event.commands);
      else if (event.type === 'executed_tool_calls') append(executedToolCalls, event.executed_tool_calls);
      else if (event.type === 'executed_approvals') append(executedApprovals, event.executed_approvals);
      else if (event.type === 'executed_commands') append(executedCommands, event.executed_cmds);
      else if (event.type === 'done') done = event;
      return event.type === 'done' || event.type === 'error';
    },
    reply() {
      const data: Data = {
        tool_calls: once(toolCalls),
        approvals: once(approvals),
        cmds: [...commands],
        executed_tool_calls: [...executedToolCalls],
        executed_approvals: [...executedApprovals],
        executed_cmds: [...executedCommands],
      };
      const message = { role: 'assistant' as const, content: texts.join(''), data };
      return replyOf(done?.meta_data ? { ...message, meta_data: done.meta_data } : message, done?.stop_reason);
    },
  };
}

/** Not `push(...items)`: a long list would overflow the stack. */
function append<Item>(list: Item[], items: readonly Item[]): void {
  for (const item of items) list.push(item);
}
