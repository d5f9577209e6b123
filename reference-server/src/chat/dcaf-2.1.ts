import type { AgentMessage, ChatRequest } from '@agentproto/protocol/chat/docs';
import type { Answer } from '../answer.ts';
import type { ChatContext, ChatImpl } from './context.ts';
import type { Call } from './call.ts';
import { ChatError } from './chat-error.ts';
import { lines } from './ndjson.ts';

/**
 * How DCAF 2.1.0 differs from its documents, as far as a client can tell; the numbers are those of
 * specs/chat/dcaf-2.1/changes.yaml. Requests are read as the documents say, more strictly than DCAF does.
 */
export function dcaf21(impl: ChatImpl): Partial<ChatImpl> {
  return {
    // X01, X11
    reply(ctx, events) {
      const { data: _lost, ...rest } = impl.reply(ctx, events);
      return rest;
    },
    // A failure is an answer.
    message(ctx, call, events) {
      const failure = events.find(({ type }) => type === 'error');
      return failure?.type === 'error'
        ? { role: 'assistant', content: `Error: ${failure.error}` }
        : impl.message(ctx, call, events);
    },
    // X02; and what is approved in both forms runs twice.
    decisionsAt: (ctx, messages, at) => ctx.impl.decisionsIn(ctx, messages[at]!),
    // X03: the old paths are other names of the new ones.
    requestContext: (_ctx, _call, fields) => fields,
    legacyReply: (_ctx, reply) => reply,
    // X05
    stopReason: () => null,
    toolCall: (ctx, call) => ({
      ...impl.toolCall(ctx, call),
      tool_description: '',
      intent: null,
      rejection_reason: null,
    }),
    // X06: what the runtime reports is an `error`, and then `done`; an exception is an `error` alone.
    ending: (ctx, fold, event) =>
      event.state === 'failed'
        ? [...impl.ending(ctx, fold, event), ctx.impl.done(ctx, fold)]
        : impl.ending(ctx, fold, event),
    // X08
    async answerFrame(ctx, socket, data) {
      if (typeof data === 'string' && !dropsConnection(data)) return impl.answerFrame(ctx, socket, data);
      socket.socket.terminate();
    },
    // It runs what the client names, whoever proposed it, and as often as that is said.
    refusedDecisions: () => [],
    // X14: the task is done before an id is answered.
    beforeTaskIsDone: (_ctx, working) => working,
    // X21
    async followJob(_ctx, _owner, _request) {
      throw new ChatError(422, [{ type: 'missing', loc: ['query', 'request'], msg: 'Field required' }]);
    },
    // X15
    health: (ctx) => {
      const answer = impl.health(ctx);
      return ctx.settings.mcp === false ? answer : { ...answer, body: JSON.stringify({ status: 'healthy' }) };
    },
    // X20
    refuseEmpty: () => {},
    beginTurn: (ctx, call, request) =>
      request.messages.length > 0 ? impl.beginTurn(ctx, call, request) : noMessages(),
    chat: (ctx, call, request) =>
      request.messages.length > 0 ? impl.chat(ctx, call, request) : Promise.resolve(emptyAnswer(ctx, call, request)),
    stream: (ctx, call, request) =>
      request.messages.length > 0 ? impl.stream(ctx, call, request) : Promise.resolve(lines(ctx, call, nothing())),
  };
}

const noMessages = (): never => {
  throw new ChatError(400, 'No messages provided');
};

/** A stream that fails before its first event. */
async function* nothing(): AsyncGenerator<never> {
  yield noMessages();
}

function emptyAnswer(ctx: ChatContext, call: Call, { messages: _none, ...fields }: ChatRequest): Answer {
  const metaData = ctx.impl.metaData(ctx, ctx.impl.requestContext(ctx, call, fields));
  const reply: AgentMessage = {
    role: 'assistant',
    content: 'No messages provided.',
    ...(Object.keys(metaData).length > 0 && { meta_data: metaData }),
  };
  return { status: 200, headers: ctx.impl.jsonHeaders(ctx), body: JSON.stringify(reply) };
}

/** JSON that its code does not expect: numbers, null, true; arrays and texts in which there is "messages". */
function dropsConnection(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof value === 'string' || Array.isArray(value)) return value.includes('messages');
  return typeof value !== 'object' || value === null;
}
