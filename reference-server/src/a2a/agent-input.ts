import type { Message, SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import type { Carrier, Decision, Json, RequestInfo, ToolOutput, TurnInput } from '@agentproto/script';

/** Where a script may be in a message. */
export function carrierOf({ message, metadata }: SendMessageRequest): Carrier {
  return {
    texts: message.parts.flatMap(({ text }) => (text === undefined ? [] : [text])),
    data: message.parts.flatMap((part) =>
      part.data === undefined
        ? []
        : [{ data: part.data, ...(part.mediaType !== undefined && { mediaType: part.mediaType }) }],
    ),
    metadata: [message.metadata, metadata],
    messageId: message.messageId,
  };
}

/**
 * What the message says to the agent. Answers to tool calls are data parts: `{ toolOutput: { id, output } }` for
 * a call that the caller ran, `{ toolDecision: { id, approved, reason? } }` for one that it was asked to approve.
 */
export function inputOf({ parts }: Message, seen: () => RequestInfo): TurnInput {
  // Came as JSON.
  const data = parts.flatMap((part) => (part.data === undefined ? [] : [part.data as Json]));
  return {
    text: parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n'),
    data,
    outputs: data.flatMap((value) => toolOutput(member(value, 'toolOutput'))),
    decisions: data.flatMap((value) => toolDecision(member(value, 'toolDecision'))),
    get request() {
      return seen();
    },
  };
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
