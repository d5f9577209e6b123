import type { Approval, ChatRequest, Command, JsonObject, Message, ToolCall } from '@agentproto/protocol/chat/docs';
import { turnByInputs } from '@agentproto/script';
import type { AgentEvent, Carrier, Json, TurnInput } from '@agentproto/script';
import { beginning, turning } from '../agent.ts';
import type { AgentRequest, Story } from '../agent.ts';
import type { ChatContext } from './context.ts';
import type { Call } from './call.ts';
import type { ChatTurn, Decision, DecisionCarrier } from './chat-turn.ts';

/** The turn that a request asks for; `messages` is not empty. */
export function readTurn(ctx: ChatContext, call: Call, { messages, ...fields }: ChatRequest): ChatTurn {
  const at = messages.length - 1;
  return {
    message: messages[at]!,
    decisions: ctx.impl.decisionsAt(ctx, messages, at),
    context: ctx.impl.requestContext(ctx, call, fields),
  };
}

/** The old paths do not know of request fields (server: Legacy Endpoints). */
export function requestContext(_ctx: ChatContext, { legacy }: Call, fields: JsonObject): JsonObject {
  return legacy ? {} : fields;
}

/**
 * What the message at a place decides: in its own `data`, or, where that has no decision, in that of the assistant's
 * message right before it (server: Approving Tool Calls). What is decided twice counts once, `tool_calls` first.
 */
export function decisionsAt(ctx: ChatContext, messages: readonly Message[], at: number): Decision[] {
  const own = ctx.impl.decisionsIn(ctx, messages[at]!);
  const before = messages[at - 1];
  const found = own.length > 0 || before?.role !== 'assistant' ? own : ctx.impl.decisionsIn(ctx, before);
  const seen = new Set<string>();
  return found.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** All decisions in a message: neither approved nor rejected with a reason is not decided. */
export function decisionsIn(_ctx: ChatContext, { data }: Message): Decision[] {
  const decided = (
    carrier: DecisionCarrier,
    id: string,
    {
      name,
      input,
      execute,
      rejection_reason: reason,
    }: Pick<ToolCall, 'name' | 'input' | 'execute' | 'rejection_reason'>,
  ): Decision[] => {
    const about = { carrier, id, name, input };
    if (execute) return [{ ...about, approved: true }];
    return reason ? [{ ...about, approved: false, reason }] : [];
  };
  return [
    ...(data?.tool_calls ?? []).flatMap((call: ToolCall) => decided('tool_calls', call.id, call)),
    ...(data?.cmds ?? []).flatMap((one: Command) =>
      decided('cmds', `command:${one.command}`, { ...one, name: one.command, input: { command: one.command } }),
    ),
    ...(data?.approvals ?? []).flatMap((one: Approval) =>
      decided('approvals', one.id, one).map((decision) => ({ ...decision, kind: one.type })),
    ),
  ];
}

/** A script may be in the text, or under the key `agentproto/script` of `meta_data` or `data`. */
export function carrierOf({ content, meta_data: metadata, data }: Message): Carrier {
  return { texts: content ? [content] : [], data: [], metadata: [metadata, data] };
}

/**
 * What the message at a place says to the agent. Calls that the caller ran itself come back as `executed_tool_calls`
 * of its message.
 */
export function inputAt(ctx: ChatContext, messages: readonly Message[], at: number): TurnInput {
  const { content = '', data } = messages[at]!;
  return {
    text: content,
    // Came as JSON.
    data: data === undefined || Object.keys(data).length === 0 ? [] : [data as Json],
    decisions: ctx.impl
      .decisionsAt(ctx, messages, at)
      .filter(({ carrier }) => carrier !== 'cmds')
      .map(({ id, approved, reason }) => ({ id, approved, ...(reason !== undefined && { reason }) })),
    outputs: (data?.executed_tool_calls ?? []).map(({ id, output }) => ({ id, output })),
  };
}

/** The user's messages, and the last one whoever wrote it: each brings about a turn. */
export function turnsOf(messages: readonly Message[]): number[] {
  return [...messages.keys()].filter((at) => messages[at]!.role === 'user' || at === messages.length - 1);
}

/**
 * The script that the conversation follows: nothing is kept between turns, so the messages have to tell. As in a run
 * of any protocol, a later message may bring another script; turns are counted from the one that brought it.
 */
export async function storyIn(ctx: ChatContext, requests: readonly AgentRequest[]): Promise<Story | undefined> {
  let begun: { script: Story['script']; at: number } | undefined;
  for (const [at, request] of requests.slice(0, -1).entries()) {
    const script = begun ? turning(ctx, request) : await beginning(ctx, request);
    if (script && !isEvents(script)) begun = { script, at };
  }
  if (!begun) return undefined;
  const inputs = requests.slice(begun.at).map(({ input }) => input);
  return { script: begun.script, turn: turnByInputs(begun.script, inputs) };
}

const isEvents = (value: object): value is AsyncIterable<AgentEvent> => Symbol.asyncIterator in value;
