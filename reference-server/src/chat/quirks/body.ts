import type { Data, Message } from '@agentproto/protocol/chat/docs';
import type { Violation } from '@agentproto/rules/chat/docs';
import { HttpError } from '../../http-error.ts';
import type { ChatImpl } from '../context.ts';
import { chatQuirk } from './chat-quirk.ts';

/** Violations of one kind are passed over. */
const lenient = (
  impl: ChatImpl,
  hit: <T>(value: T) => T,
  isOf: (violation: Violation) => boolean,
): Pick<ChatImpl, 'validate'> => ({
  validate(ctx, value) {
    const all = impl.validate(ctx, value);
    const rest = all.filter((violation) => !isOf(violation));
    return rest.length < all.length ? hit(rest) : all;
  },
});

const messagesOf = (value: object): Partial<Message>[] => {
  const { messages } = value as { messages?: unknown };
  return Array.isArray(messages) ? (messages as Partial<Message>[]) : [];
};

/** What is in a request, and what is made of it. */
export const bodyQuirks = [
  chatQuirk('chat.health.wants-credentials', {
    breaks: 'CHAT-HEALTH-003',
    make: (impl, hit) => ({
      answerHttp(ctx, operation, request) {
        const known = request.headers.authorization ?? request.headers['x-api-key'];
        if (operation !== 'health' || !ctx.secured || known !== undefined)
          return impl.answerHttp(ctx, operation, request);
        return Promise.resolve(impl.refusal(ctx, hit(new HttpError('UNAUTHENTICATED', 'Who asks?'))));
      },
    }),
  }),
  chatQuirk('chat.context.request-fields-win', {
    breaks: 'CHAT-CTX-004',
    make: (impl, hit) => ({
      agentContext: (ctx, fields, messages) => hit({ ...impl.agentContext(ctx, fields, messages), ...fields }),
    }),
  }),
  chatQuirk('chat.body.old-paths-forget-the-end', {
    breaks: 'CHAT-BODY-001',
    make: (impl, hit) => ({
      beginTurn(ctx, call, request) {
        const { messages } = request;
        if (!call.legacy || messages.length === 1) return impl.beginTurn(ctx, call, request);
        return impl.beginTurn(ctx, call, hit({ ...request, messages: messages.slice(0, 1) }));
      },
    }),
  }),
  chatQuirk('chat.error.takes-any-role', {
    breaks: 'CHAT-ERR-008',
    make: (impl, hit) => lenient(impl, hit, ({ pointer }) => pointer.endsWith('/role')),
  }),
  chatQuirk('chat.route.knows-no-agent', {
    breaks: 'CHAT-ROUTE-006',
    make: (impl, hit) => ({
      validate(ctx, value) {
        const at = messagesOf(value).findIndex(({ role, ...message }) => role === 'assistant' && 'agent' in message);
        if (at < 0) return impl.validate(ctx, value);
        const field = `messages[${at}].agent`;
        return hit([
          {
            pointer: `/messages/${at}/agent`,
            field,
            expected: 'nothing',
            got: 'an object',
            message: `${field}: unknown`,
          },
        ]);
      },
    }),
  }),
  chatQuirk('chat.approval.takes-a-nameless-yes', {
    breaks: 'CHAT-APPR-012',
    make: (impl, hit) => ({
      ...lenient(impl, hit, ({ pointer }) => /\/tool_calls\/\d+\/id$/.test(pointer)),
      decisionsIn(ctx, message) {
        const { tool_calls: calls = [], ...rest }: Data = message.data ?? {};
        const named = calls.map((call, index) => ({ ...call, id: call.id ?? `call-${index + 1}` }));
        return impl.decisionsIn(ctx, { ...message, data: { ...rest, tool_calls: named } });
      },
    }),
  }),
];
