import type { Message, Part, SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import type { Carrier, Decision, Json, RequestInfo, ToolOutput, TurnInput } from '@agentproto/script';

/** Where a script may be in a message. */
export function carrierOf({ message, metadata }: SendMessageRequest): Carrier {
  return {
    texts: textsOf(message),
    data: withData(message).map(({ data, mediaType }) => ({ data, ...(mediaType !== undefined && { mediaType }) })),
    metadata: [message.metadata, metadata],
    messageId: message.messageId,
  };
}

function textsOf({ parts }: Message): string[] {
  const texts: string[] = [];
  for (const { text } of parts) if (text !== undefined) texts.push(text);
  return texts;
}

const withData = ({ parts }: Message): Part[] => parts.filter(({ data }) => data !== undefined);

/**
 * What the message says to the agent. Answers to tool calls are data parts: `{ toolOutput: { id, output } }` for
 * a call that the caller ran, `{ toolDecision: { id, approved, reason? } }` for one that it was asked to approve.
 */
export const inputOf = (message: Message, seen: () => RequestInfo): TurnInput => new Input(message, seen);

class Input implements TurnInput {
  readonly text: string;
  readonly data: Json[];
  readonly outputs: ToolOutput[];
  readonly decisions: Decision[];
  readonly #seen: () => RequestInfo;

  constructor(message: Message, seen: () => RequestInfo) {
    this.text = textsOf(message).join('\n');
    // Came as JSON.
    this.data = withData(message).map((part) => part.data as Json);
    this.outputs = this.data.flatMap((value) => toolOutput(member(value, 'toolOutput')));
    this.decisions = this.data.flatMap((value) => toolDecision(member(value, 'toolDecision')));
    this.#seen = seen;
  }

  get request(): RequestInfo {
    return this.#seen();
  }
}

function toolOutput(value: Json | undefined): ToolOutput[] {
  const id = member(value, 'id');
  const output = member(value, 'output');
  return typeof id === 'string' && output !== undefined ? [{ id, output }] : [];
}

function toolDecision(value: Json | undefined): Decision[] {
  const id = member(value, 'id');
  const approved = member(value, 'approved');
  const reason = member(value, 'reason');
  if (typeof id !== 'string' || typeof approved !== 'boolean') return [];
  return [{ id, approved, ...(typeof reason === 'string' && { reason }) }];
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
