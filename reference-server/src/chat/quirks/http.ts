import type { ChatRequest } from '@agentproto/protocol/chat/docs';
import { HttpError } from '../../http-error.ts';
import { chatQuirk, isRefusal, refusals, replies } from './chat-quirk.ts';

/** A turn where none was asked for. */
const SMALL_TALK: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] };

export const healthQuirks = [
  chatQuirk('chat.health.says-up', {
    breaks: 'CHAT-HEALTH-001',
    make: (impl, hit) => ({ health: (ctx) => hit({ ...impl.health(ctx), body: '{"status":"up"}' }) }),
  }),
];

export const syncQuirks = [
  chatQuirk('chat.sync.is-an-agent', {
    breaks: 'CHAT-SYNC-001',
    make: (impl, hit) => replies(impl, (message) => hit({ ...message, role: 'agent' as 'assistant' })),
  }),
  chatQuirk('chat.sync.text-plain', {
    breaks: 'CHAT-SYNC-002',
    make: (impl, hit) => ({
      async chat(ctx, call, request) {
        const answer = await impl.chat(ctx, call, request);
        return call.legacy ? answer : hit({ ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } });
      },
    }),
  }),
  chatQuirk('chat.sync.without-empty-arrays', {
    breaks: 'CHAT-SYNC-003',
    make: (impl, hit) =>
      replies(impl, (message) => {
        const full = Object.entries(message.data ?? {}).filter(
          ([, value]) => !Array.isArray(value) || value.length > 0,
        );
        return full.length > 0 ? message : hit({ ...message, data: {} });
      }),
  }),
  chatQuirk('chat.sync.answers-the-first-message', {
    breaks: 'CHAT-SYNC-004',
    make: (impl, hit) => ({
      chat(ctx, call, request) {
        const { messages } = request;
        const decides = impl.decisionsAt(ctx, messages, messages.length - 1).length > 0;
        if (call.legacy || decides || messages.length === 1) return impl.chat(ctx, call, request);
        return impl.chat(ctx, call, hit({ ...request, messages: messages.slice(0, 1) }));
      },
    }),
  }),
  chatQuirk('chat.sync.refuses-unknown-members', {
    breaks: 'CHAT-SYNC-005',
    make: (impl, hit) => ({
      validate(ctx, value) {
        const { messages } = value as { messages: unknown };
        const known = [
          'role',
          'content',
          'data',
          'meta_data',
          'timestamp',
          'user',
          'agent',
          'platform_context',
          'ambient_context',
        ];
        const all = Array.isArray(messages) ? messages.flatMap((message) => Object.keys(message as object)) : [];
        const stranger = all.find((key) => !known.includes(key));
        if (stranger === undefined) return impl.validate(ctx, value);
        return hit([
          {
            pointer: '/messages',
            field: 'messages',
            expected: 'no such member',
            got: stranger,
            message: `messages: ${stranger} is not known`,
          },
        ]);
      },
    }),
  }),
];

export const contextQuirks = [
  chatQuirk('chat.context.texts-only', {
    breaks: 'CHAT-CTX-001',
    make: (impl, hit) =>
      replies(impl, (message) => {
        const { request_context: context } = message.meta_data ?? {};
        if (!context) return message;
        const texts = Object.fromEntries(
          Object.entries(context).map(([key, value]) => [
            key,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        );
        return hit({ ...message, meta_data: { ...message.meta_data, request_context: texts } });
      }),
  }),
  chatQuirk('chat.context.adds-its-own', {
    breaks: 'CHAT-CTX-001',
    make: (impl, hit) =>
      replies(impl, (message) => {
        const { request_context: context } = message.meta_data ?? {};
        if (!context) return message;
        return hit({ ...message, meta_data: { ...message.meta_data, request_context: { ...context, server: 'a' } } });
      }),
  }),
  chatQuirk('chat.context.of-nothing', {
    breaks: 'CHAT-CTX-002',
    make: (impl, hit) =>
      replies(impl, (message) =>
        message.meta_data ? message : hit({ ...message, meta_data: { request_context: {} } }),
      ),
  }),
];

export const errorQuirks = [
  chatQuirk('chat.error.names-no-field', {
    breaks: 'CHAT-ERR-001',
    make: (impl, hit) =>
      refusals(
        impl,
        (error) => isRefusal(error, "'messages' field missing"),
        (answer) => hit({ ...answer, body: '{"detail":"Bad request"}' }),
      ),
  }),
  chatQuirk('chat.error.web-page-for-bad-json', {
    breaks: 'CHAT-ERR-002',
    make: (impl, hit) =>
      refusals(
        impl,
        (error) => isRefusal(error, 'json_invalid'),
        (answer) => hit({ ...answer, headers: { 'content-type': 'text/html' }, body: '<h1>Unprocessable Entity</h1>' }),
      ),
  }),
  chatQuirk('chat.error.takes-anything', {
    breaks: 'CHAT-ERR-004',
    make: (impl, hit) => ({
      readBody(ctx, headers, body) {
        try {
          return impl.readBody(ctx, headers, body);
        } catch (error) {
          if (isRefusal(error, 'dict_type')) return hit(SMALL_TALK);
          throw error;
        }
      },
    }),
  }),
  chatQuirk('chat.error.method-is-an-unknown-path', {
    breaks: 'CHAT-ERR-005',
    make: (impl, hit) => ({
      checkMethod(ctx, ...args) {
        try {
          return impl.checkMethod(ctx, ...args);
        } catch (error) {
          throw error instanceof HttpError && error.code === 'METHOD_NOT_ALLOWED'
            ? hit(new HttpError('NOT_FOUND', 'There is nothing to be got here.'))
            : error;
        }
      },
    }),
  }),
  chatQuirk('chat.error.allows-nothing', {
    breaks: 'CHAT-ERR-005',
    make: (impl, hit) =>
      refusals(
        impl,
        (error) => error instanceof HttpError && error.code === 'METHOD_NOT_ALLOWED',
        ({ headers: { allow: _allow, ...headers }, ...answer }) => hit({ ...answer, headers }),
      ),
  }),
  chatQuirk('chat.error.answers-no-message', {
    breaks: 'CHAT-ERR-007',
    make: (impl, hit) => ({
      checkRequest(ctx, value) {
        const { messages } = (value ?? {}) as Partial<ChatRequest>;
        const isEmpty = Array.isArray(messages) && messages.length === 0;
        return impl.checkRequest(ctx, isEmpty ? hit({ ...(value as ChatRequest), ...SMALL_TALK }) : value);
      },
    }),
  }),
];

export const legacyQuirks = [
  chatQuirk('chat.legacy.is-gone', {
    breaks: 'CHAT-LEGACY-001',
    make: (impl, hit) => ({
      answerHttp(ctx, operation, request) {
        if (operation !== 'sendMessage') return impl.answerHttp(ctx, operation, request);
        return Promise.resolve(
          impl.refusal(ctx, hit(new HttpError('NOT_FOUND', 'There is nothing at /api/sendMessage.'))),
        );
      },
    }),
  }),
  chatQuirk('chat.legacy.gives-fields-back', {
    breaks: 'CHAT-LEGACY-002',
    make: (impl, hit) => ({
      requestContext: (ctx, call, fields) => (call.legacy ? hit(fields) : impl.requestContext(ctx, call, fields)),
    }),
  }),
  chatQuirk('chat.legacy.answers-in-brief', {
    breaks: 'CHAT-LEGACY-003',
    make: (_impl, hit) => ({ legacyReply: (_ctx, message) => hit(message) }),
  }),
];
