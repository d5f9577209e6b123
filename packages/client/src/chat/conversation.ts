import type { Data, Message, UserMessage } from '@agentproto/protocol/chat/docs';
import { type Decision, decide } from './decision.ts';
import type { ChatReply } from './reply.ts';
import type { ChatStream } from './stream.ts';

/** Sends a turn, the history before it: `(messages) => agent.stream(messages)`, or over a session. */
export type SendTurn = (messages: Message[]) => ChatStream;

/**
 * Keeps the history, which servers do not. A turn enters it when it has gone well, or has brought results of decisions,
 * which must not be sent again; any other that failed or was left does not, and can be.
 */
export class Conversation {
  readonly #send: SendTurn;
  #history: readonly Message[];
  #last: { messages: Message[]; stream: ChatStream } | undefined;

  constructor(send: SendTurn, history: readonly Message[] = []) {
    this.#send = send;
    this.#history = history;
  }

  /** What was said so far. */
  get messages(): Message[] {
    const { messages, stream } = this.#last ?? {};
    const reply = stream?.reply ?? stream?.partial();
    if (messages && reply && (stream?.reply || hasResults(reply))) {
      this.#history = historyAfter(messages, reply);
      this.#last = undefined;
    }
    return [...this.#history];
  }

  /** The next turn. Read it to its end, or use `final()`, before the one after it. */
  say(message: string | Omit<UserMessage, 'role'>): ChatStream {
    const said = typeof message === 'string' ? { content: message } : message;
    return this.#turn([...this.messages, { ...said, role: 'user' }]);
  }

  /** The next turn, with decisions about what waits for them. */
  decide(decisions: readonly Decision[], content?: string): ChatStream {
    return this.#turn(decide(this.messages, decisions, content));
  }

  #turn(messages: Message[]): ChatStream {
    const stream = this.#send(messages);
    this.#last = { messages, stream };
    return stream;
  }
}

/**
 * The history once `reply` has come to `messages`. What came of decisions goes with the message that decided, because
 * servers read results in user messages only (message guide: History).
 */
export function historyAfter(messages: readonly Message[], reply: ChatReply): Message[] {
  const history = [...messages];
  const asked = history.pop();
  if (asked) {
    const { executed_tool_calls = [], executed_approvals = [], executed_cmds = [], ...data } = asked.data ?? {};
    const results: Data = {
      executed_tool_calls: [...executed_tool_calls, ...reply.executedToolCalls],
      executed_approvals: [...executed_approvals, ...reply.executedApprovals],
      executed_cmds: [...executed_cmds, ...reply.executedCommands],
    };
    history.push(hasResults(reply) ? { ...asked, data: { ...data, ...results } } : asked);
  }
  return [...history, reply.message];
}

function hasResults({ executedToolCalls, executedApprovals, executedCommands }: ChatReply): boolean {
  return executedToolCalls.length + executedApprovals.length + executedCommands.length > 0;
}
