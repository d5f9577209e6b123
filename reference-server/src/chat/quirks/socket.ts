import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import type { ChatContext } from '../context.ts';
import type { ChatSocket } from '../call.ts';
import { changed, chatQuirk, isRefusal, shown } from './chat-quirk.ts';

/** Answers a frame, and says whether its turn ended with an error. */
async function answeredWithError(ctx: ChatContext, answer: (ctx: ChatContext) => Promise<void>): Promise<boolean> {
  let failed = false;
  const { impl } = ctx;
  await answer({
    ...ctx,
    impl: {
      ...impl,
      shownEvents: (...args) =>
        changed(impl.shownEvents(...args), (event) => {
          failed ||= event.type === 'error';
          return [event];
        }),
    },
  });
  return failed;
}

export const socketQuirks = [
  chatQuirk('chat.socket.hangs-up', {
    breaks: 'CHAT-WS-001',
    make: (_impl, hit) => ({
      async answerFrame(_ctx, { channel }) {
        await hit(channel.close(1000));
      },
    }),
  }),
  chatQuirk('chat.socket.frames-in-arrays', {
    breaks: 'CHAT-WS-002',
    make: (impl, hit) => ({
      frame: (ctx, event) =>
        event.type === 'text_delta' ? hit(`[${impl.frame(ctx, event)}]`) : impl.frame(ctx, event),
    }),
  }),
  chatQuirk('chat.socket.one-turn-only', {
    breaks: 'CHAT-WS-003',
    make(impl, hit) {
      const used = new WeakSet<ChatSocket>();
      return {
        async answerFrame(ctx, socket, data) {
          if (used.has(socket)) return void (await hit(socket.channel.close(1000)));
          const failed = await answeredWithError(ctx, (spied) => impl.answerFrame(spied, socket, data));
          // What was no turn does not count.
          if (!failed && typeof data === 'string' && data.includes('"messages"')) used.add(socket);
        },
      };
    },
  }),
  chatQuirk('chat.socket.repeats-its-first-answer', {
    breaks: 'CHAT-WS-003',
    make(impl, hit) {
      const said = new WeakMap<ChatSocket, string>();
      return {
        answerFrame(ctx, socket, data) {
          const first = said.get(socket);
          const repeated = (event: StreamEvent): StreamEvent[] => {
            if (event.type !== 'text_delta') return [event];
            if (first !== undefined) return hit([{ ...event, text: first }]);
            said.set(socket, event.text);
            return [event];
          };
          const spied = {
            ...ctx.impl,
            shownEvents: (...args: Parameters<typeof impl.shownEvents>) =>
              changed(ctx.impl.shownEvents(...args), repeated),
          };
          return impl.answerFrame({ ...ctx, impl: spied }, socket, data);
        },
      };
    },
  }),
  chatQuirk('chat.socket.bad-json-closes', {
    breaks: 'CHAT-WS-004',
    make: (impl, hit) => ({
      async answerFailure(ctx, socket, error) {
        if (isRefusal(error, 'json_invalid')) await hit(socket.channel.close(1008));
        else await impl.answerFailure(ctx, socket, error);
      },
    }),
  }),
  chatQuirk('chat.socket.passes-over-what-has-no-messages', {
    breaks: 'CHAT-WS-005',
    make: (impl, hit) => ({
      async answerFailure(ctx, socket, error) {
        if (isRefusal(error, "'messages' field missing")) hit();
        else await impl.answerFailure(ctx, socket, error);
      },
    }),
  }),
  chatQuirk('chat.socket.failure-closes', {
    breaks: 'CHAT-WS-006',
    make: (impl, hit) => ({
      async answerFrame(ctx, socket, data) {
        const failed = await answeredWithError(ctx, (spied) => impl.answerFrame(spied, socket, data));
        if (failed) await hit(socket.channel.close(1011));
      },
    }),
  }),
  chatQuirk('chat.socket.no-object-closes', {
    breaks: 'CHAT-WS-007',
    make: (impl, hit) => ({
      async answerFailure(ctx, socket, error) {
        if (isRefusal(error, 'dict_type')) await hit(socket.channel.close(1008));
        else await impl.answerFailure(ctx, socket, error);
      },
    }),
  }),
  chatQuirk('chat.socket.smaller-pieces', {
    breaks: 'CHAT-WS-010',
    make: (impl, hit) =>
      shown(impl, ({ binding }) => {
        if (binding !== 'WebSocket') return undefined;
        return (event) =>
          event.type === 'text_delta' && event.text.length > 1
            ? hit([
                { ...event, text: event.text.slice(0, 1) },
                { ...event, text: event.text.slice(1) },
              ])
            : [event];
      }),
  }),
  chatQuirk('chat.socket.turns-at-a-time', {
    breaks: 'CHAT-WS-011',
    make(impl, hit) {
      const busy = new WeakSet<ChatSocket>();
      return {
        answerFrame(ctx, socket, data) {
          if (busy.has(socket)) hit();
          busy.add(socket);
          void impl.answerFrame(ctx, socket, data).finally(() => busy.delete(socket));
          return Promise.resolve();
        },
      };
    },
  }),
  chatQuirk('chat.socket.error-costs-the-next-text', {
    breaks: 'CHAT-WS-015',
    make(impl, hit) {
      const shaken = new WeakSet<ChatSocket>();
      return {
        async answerFrame(ctx, socket, data) {
          const wasShaken = shaken.delete(socket);
          const change = (spied: ChatContext): ChatContext => ({
            ...spied,
            impl: {
              ...spied.impl,
              shownEvents: (...args) =>
                changed(spied.impl.shownEvents(...args), (event) => (event.type === 'text_delta' ? hit([]) : [event])),
            },
          });
          const failed = await answeredWithError(ctx, (spied) =>
            impl.answerFrame(wasShaken ? change(spied) : spied, socket, data),
          );
          if (failed) shaken.add(socket);
        },
      };
    },
  }),
];
