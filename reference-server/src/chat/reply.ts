import type { AgentMessage, ChatRequest, Data, StreamEvent } from '@agentproto/protocol/chat/docs';
import type { WireFault } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import type { ChatContext } from './context.ts';
import type { Call } from './call.ts';
import { ChatError } from './chat-error.ts';

/** One turn, answered in one piece (server: Synchronous Response): what its events come to. */
export async function chat(ctx: ChatContext, call: Call, request: ChatRequest): Promise<Answer> {
  const { impl } = ctx;
  const silenced = impl.isSilenced(ctx, call, request);
  if (silenced !== false && (await silenced)) return impl.silentAnswer(ctx);
  if (impl.isJob(ctx, request)) return impl.enqueue(ctx, call, request);
  const run = await impl.beginTurn(ctx, call, request);
  const events: StreamEvent[] = [];
  let fault: WireFault | undefined;
  for await (const item of impl.turnEvents(ctx, call, run)) {
    if ('fault' in item) fault = item.fault;
    else events.push(item.event);
  }
  const body = JSON.stringify(impl.message(ctx, call, events));
  return { status: 200, headers: impl.jsonHeaders(ctx), body, fault };
}

/** The events of a turn as a message. Throws a ChatError, 500, for a turn that failed (agent-server: Error Responses). */
export function message(ctx: ChatContext, call: Call, events: readonly StreamEvent[]): AgentMessage {
  const { impl } = ctx;
  for (const event of events) if (event.type === 'error') impl.failTurn(ctx, event.error);
  const reply = impl.reply(ctx, events);
  return call.legacy ? impl.legacyReply(ctx, reply) : reply;
}

export function failTurn(_ctx: ChatContext, text: string): void {
  throw new ChatError(500, text);
}

export function reply(ctx: ChatContext, events: readonly StreamEvent[]): AgentMessage {
  const { impl } = ctx;
  const data = impl.replyData(ctx, events);
  const text = events.flatMap((event) => (event.type === 'text_delta' ? [event.text] : [])).join('');
  const ending = events.findLast(({ type }) => type === 'done');
  const metaData = ending?.type === 'done' ? ending.meta_data : undefined;
  return {
    role: 'assistant',
    content: text === '' ? impl.wordless(ctx, data) : text,
    data,
    ...(metaData && Object.keys(metaData).length > 0 && { meta_data: metaData }),
  };
}

export function replyData(_ctx: ChatContext, events: readonly StreamEvent[]): Data {
  return {
    tool_calls: events.flatMap((event) => (event.type === 'tool_calls' ? event.tool_calls : [])),
    executed_tool_calls: events.flatMap((event) =>
      event.type === 'executed_tool_calls' ? event.executed_tool_calls : [],
    ),
    cmds: [],
    executed_cmds: events.flatMap((event) => (event.type === 'executed_commands' ? event.executed_cmds : [])),
    approvals: events.flatMap((event) => (event.type === 'approvals' ? event.approvals : [])),
    executed_approvals: events.flatMap((event) =>
      event.type === 'executed_approvals' ? event.executed_approvals : [],
    ),
  };
}

/** What is said where the agent said nothing (server: Tool Approval Required). */
export const wordless = (_ctx: ChatContext, { approvals = [] }: Data): string =>
  approvals.length > 0 ? 'I need your approval to execute the following tools:' : '';

/** On the old path every member of a message is there (schemas: AgentMessage). */
export function legacyReply({ clock }: ChatContext, { data, ...rest }: AgentMessage): AgentMessage {
  const full: AgentMessage & { user: null } = {
    ...rest,
    data: { ...data, url_configs: [], user_file_uploads: [] },
    meta_data: rest.meta_data ?? {},
    timestamp: new Date(clock.now()).toISOString(),
    user: null,
    agent: null,
  };
  return full;
}
