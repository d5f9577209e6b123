import type { Message, UserMessage } from '@agentproto/protocol/chat/docs';
import type { Prompt } from '../kit/stimulus.ts';
import type { Answer } from './answer.ts';
import type { CallView } from './view.ts';

/** What a user decides about a call. */
export interface Verdict {
  call: CallView & { id: string };
  approved: boolean;
  reason?: string;
}

export type Decision = 'tool_calls' | 'approvals';

/** The messages of a conversation; the protocol is stateless, so that each turn sends them all. */
export class Conversation {
  readonly messages: readonly Message[];

  private constructor(messages: readonly Message[]) {
    this.messages = messages;
  }

  static begin(prompt: Prompt): Conversation {
    const content = prompt.carrier === 'script' ? `@script ${JSON.stringify(prompt.script)}` : prompt.text;
    return new Conversation([{ role: 'user', content }]);
  }

  /** With messages as they are, well-formed or not. */
  static of(messages: readonly Message[]): Conversation {
    return new Conversation(messages);
  }

  /** The answer, and what the user says to it. */
  next(answer: Answer, message: Partial<UserMessage> = {}): Conversation {
    return new Conversation([...this.messages, said(answer), { role: 'user', content: 'Go on', ...message }]);
  }

  /** The answer, and what the user decides about its calls, in the last message (messages: Approvals). */
  decide(answer: Answer, verdicts: readonly Verdict[], ...forms: Decision[]): Conversation {
    const chosen = forms.length > 0 ? forms : (['tool_calls'] as const);
    const data = Object.fromEntries(chosen.map((form) => [form, verdicts.map((verdict) => decided(verdict, form))]));
    return this.next(answer, { content: '', data });
  }

  /** As the server's page shows it: the decision stands in the assistant's message, and a text follows. */
  decideOnAnswer(answer: Answer, verdicts: readonly Verdict[]): Conversation {
    const assistant: Message = {
      role: 'assistant',
      content: answer.value.text,
      data: { tool_calls: verdicts.map((verdict) => decided(verdict, 'tool_calls')) } as never,
    };
    return new Conversation([...this.messages, assistant, { role: 'user', content: 'Yes, approved' }]);
  }
}

/** Both are members that some servers insist on (schemas: ToolCall). */
const UNDESCRIBED = { tool_description: '', input_description: {} };

function said({ value }: Answer): Message {
  const calls = value.pending.map(({ id, name, input }) => ({ id, name, input, execute: false, ...UNDESCRIBED }));
  return {
    role: 'assistant',
    content: value.text,
    ...(calls.length > 0 ? { data: { tool_calls: calls } as never } : {}),
  };
}

function decided({ call, approved, reason }: Verdict, form: Decision): object {
  const { id, name, input } = call;
  const common = { id, name, input, execute: approved, ...(reason === undefined ? {} : { rejection_reason: reason }) };
  return form === 'approvals' ? { ...common, type: 'tool_call' } : { ...common, ...UNDESCRIBED };
}
