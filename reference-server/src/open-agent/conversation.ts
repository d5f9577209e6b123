import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import type { Carrier, Json, RequestInfo, ToolOutput, TurnInput } from '@agentproto/script';

/** What the caller said at one time: the messages between two answers of the agent. Each brings about a turn of a script. */
export type Saying = readonly AgentMessage[];

/**
 * Everything that the caller said, from the first to what it says now. An answer of the agent divides sayings, and so do
 * results of tools: who halts for a tool need not have said anything.
 */
export function sayingsIn(messages: readonly AgentMessage[]): Saying[] {
  const sayings: AgentMessage[][] = [];
  let last: AgentMessage[] | undefined;
  for (const message of messages) {
    if (message.role === 'system') continue;
    if (message.role === 'assistant') last = undefined;
    else if (last && !(message.role === 'tool' && last.at(-1)!.role === 'user')) last.push(message);
    else sayings.push((last = [message]));
  }
  // What is said now may be nothing.
  return last ? sayings : [...sayings, []];
}

/** What a saying says to the agent. Results of tools are the text where there is no other. */
export function inputOf(saying: Saying, request: RequestInfo): TurnInput {
  const texts = saying.flatMap((one) => (one.role === 'user' ? [textIn(one)] : []));
  const results = saying.filter(({ role }) => role === 'tool');
  return {
    text: (texts.length > 0 ? texts : results.map(textIn)).join('\n'),
    data: saying.flatMap(dataIn),
    outputs: results.map(outputOf),
    request,
  };
}

function outputOf(message: AgentMessage): ToolOutput {
  const { tool_call_id: id, tool_name: tool, name = tool } = message;
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    output: parsed(textIn(message)),
  };
}

/** What a tool gave back is JSON as a rule, but need not be. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A script may be in a text of the user, in a block, or in `provider_data`. That of a model is looked for elsewhere. */
export const carrierOf = (saying: Saying): Carrier => ({
  texts: saying.flatMap((one) => (one.role === 'user' ? [textIn(one)] : [])),
  data: saying.flatMap((one) =>
    blocksIn(one).map((block) => {
      const type = block['media_type'] ?? block['mediaType'];
      return { data: block['data'], ...(typeof type === 'string' && { mediaType: type }) };
    }),
  ),
  metadata: saying.map(({ provider_data: data }) => data),
});

/** The text of a message: its content, or that of the blocks in it. */
export function textIn({ content }: AgentMessage): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return (content as { text?: unknown }[]).map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}

const dataIn = (message: AgentMessage): Json[] =>
  blocksIn(message).flatMap((block) => (block['data'] === undefined ? [] : [block['data'] as Json]));

const blocksIn = ({ content }: AgentMessage): Record<string, unknown>[] =>
  Array.isArray(content) ? (content as Record<string, unknown>[]) : [];

/** The context as `echo` tells it: who said what, in order. */
export const told = (messages: readonly AgentMessage[]): Json =>
  messages.map((message): Json => ({
    role: message.role,
    text: textIn(message),
    ...(message.tool_call_id !== undefined && { tool_call_id: message.tool_call_id }),
    ...(message.tool_name !== undefined && { tool_name: message.tool_name }),
  }));

/** What the messages of the system say. */
export const systemTexts = (messages: readonly AgentMessage[]): string[] =>
  messages.flatMap((message) => (message.role === 'system' ? [textIn(message)] : []));
