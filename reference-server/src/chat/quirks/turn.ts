import type { ExecutedToolCall, StreamEvent } from '@agentproto/protocol/chat/docs';
import { HttpError } from '../../http-error.ts';
import type { Call } from '../call.ts';
import type { ChatImpl } from '../context.ts';
import { changed, chatQuirk, replies } from './chat-quirk.ts';

/** After a caller of one kind has left in mid-turn, the next request fails. */
const fallsIll = (
  impl: ChatImpl,
  hit: () => void,
  binding: Call['binding'],
): Pick<ChatImpl, 'cancelWhenLeft' | 'beginTurn'> => {
  let ill = false;
  return {
    cancelWhenLeft(ctx, call, abort) {
      // A signal that aborts after the turn's end says that the answer is written.
      call.signal.addEventListener('abort', () => (ill ||= call.binding === binding && !finished.has(abort)), {
        once: true,
      });
      impl.cancelWhenLeft(ctx, call, abort);
    },
    beginTurn(ctx, call, request) {
      if (!ill) return impl.beginTurn(watching(ctx, impl), call, request);
      hit();
      throw new HttpError('INTERNAL', 'Internal error');
    },
  };
};

/** Turns whose last event was made. */
const finished = new WeakSet<AbortController>();

/** The context in which turns tell when they are over. */
function watching(ctx: Parameters<ChatImpl['beginTurn']>[0], impl: ChatImpl): Parameters<ChatImpl['beginTurn']>[0] {
  const made: AbortController[] = [];
  return {
    ...ctx,
    impl: {
      ...ctx.impl,
      cancelWhenLeft(inner, call, abort) {
        made.push(abort);
        ctx.impl.cancelWhenLeft(inner, call, abort);
      },
      async *agentEvents(inner, turn, given) {
        for await (const event of impl.agentEvents(inner, turn, given)) {
          if (event.type === 'end') for (const abort of made) finished.add(abort);
          yield event;
        }
      },
    },
  };
}

/** One turn after another, whoever asks. */
function inTurn(impl: ChatImpl, hit: () => void): Pick<ChatImpl, 'agentEvents'> {
  let last: Promise<void> = Promise.resolve();
  return {
    async *agentEvents(ctx, turn, given) {
      const before = last;
      let leave = () => {};
      last = new Promise((resolve) => (leave = resolve));
      await before;
      hit();
      try {
        yield* impl.agentEvents(ctx, turn, given);
      } finally {
        leave();
      }
    },
  };
}

export const turnQuirks = [
  chatQuirk('chat.turn.ascii-only', {
    breaks: 'CHAT-SYNC-006',
    make: (impl, hit) =>
      replies(impl, (message) =>
        /[^\n-~]/.test(message.content)
          ? hit({ ...message, content: message.content.replace(/[^\n-~]/gu, '?') })
          : message,
      ),
  }),
  chatQuirk('chat.turn.failure-looks-well', {
    breaks: 'CHAT-ERR-006',
    make: (_impl, hit) => ({ failTurn: () => hit() }),
  }),
  chatQuirk('chat.turn.one-at-a-time', {
    breaks: 'CHAT-CONC-001',
    make: (impl, hit) => inTurn(impl, hit),
  }),
  chatQuirk('chat.health.waits-for-turns', {
    breaks: 'CHAT-HEALTH-002',
    make(impl, hit) {
      let running = 0;
      return {
        async *agentEvents(ctx, turn, given) {
          running++;
          try {
            yield* impl.agentEvents(ctx, turn, given);
          } finally {
            running--;
          }
        },
        async answerHttp(ctx, operation, request) {
          if (operation === 'health' && running > 0) {
            hit();
            await ctx.clock.sleep(1_500, request.signal);
          }
          return impl.answerHttp(ctx, operation, request);
        },
      };
    },
  }),
  chatQuirk('chat.stream.falls-ill-when-left', {
    breaks: 'CHAT-STREAM-017',
    make: (impl, hit) => fallsIll(impl, hit, 'NDJSON'),
  }),
  chatQuirk('chat.socket.falls-ill-when-left', {
    breaks: 'CHAT-WS-012',
    make: (impl, hit) => fallsIll(impl, hit, 'WebSocket'),
  }),
  chatQuirk('chat.socket.binary-breaks-it', {
    breaks: 'CHAT-WS-008',
    make: (_impl, hit) => ({
      async answerBinary(_ctx, { channel }) {
        await hit(channel.close(1011));
      },
    }),
  }),
  chatQuirk('chat.error.bad-json-is-400', {
    breaks: 'CHAT-ERR-003',
    make: (impl, hit) => ({
      refusal(ctx, error) {
        const answer = impl.refusal(ctx, error);
        return answer.status === 422 && answer.body.includes('json_invalid') ? hit({ ...answer, status: 400 }) : answer;
      },
    }),
  }),
];

/** What the messages before the last one decided, as results. */
const repeats = new WeakMap<Call, ExecutedToolCall[]>();
const resultsOf = (call: Call): StreamEvent[] => {
  const found = repeats.get(call) ?? [];
  return found.length > 0 ? [{ type: 'executed_tool_calls', executed_tool_calls: found }] : [];
};

export const decisionQuirks = [
  chatQuirk('chat.approval.asks-without-describing', {
    breaks: 'CHAT-APPR-011',
    make: (impl, hit) =>
      replies(impl, (message) => {
        const calls = message.data?.tool_calls ?? [];
        if (calls.length === 0) return message;
        const bare = calls.map(({ tool_description: _left, input_description: _too, ...call }) => call);
        return hit({ ...message, data: { ...message.data, tool_calls: bare } });
      }),
  }),
  chatQuirk('chat.approval.results-in-reverse', {
    breaks: 'CHAT-APPR-007',
    make: (impl, hit) => ({
      executed: (...args) =>
        impl
          .executed(...args)
          .map((event) =>
            event.type === 'executed_tool_calls' && event.executed_tool_calls.length > 1
              ? hit({ ...event, executed_tool_calls: event.executed_tool_calls.toReversed() })
              : event,
          ),
    }),
  }),
  chatQuirk('chat.approval.one-yes-is-for-all', {
    breaks: 'CHAT-APPR-007',
    make: (impl, hit) => ({
      executed(ctx, turn, results) {
        const isMixed = new Set(turn.decisions.map(({ approved }) => approved)).size === 2;
        const run = results.map(({ rejected, ...result }) => (rejected ? { ...result, output: 'Done too.' } : result));
        return impl.executed(ctx, turn, isMixed ? hit(run) : results);
      },
    }),
  }),
  chatQuirk('chat.approval.calls-share-an-id', {
    breaks: 'CHAT-APPR-007',
    make: (impl, hit) => ({
      asking(ctx, event) {
        const [first, ...others] = event.calls;
        if (!first || others.length === 0) return impl.asking(ctx, event);
        return hit(impl.asking(ctx, { ...event, calls: event.calls.map((call) => ({ ...call, id: first.id })) }));
      },
    }),
  }),
  chatQuirk('chat.approval.last-message-only', {
    breaks: 'CHAT-APPR-003',
    make: (impl, hit) => ({
      decisionsAt(ctx, messages, at) {
        const own = impl.decisionsIn(ctx, messages[at]!);
        return own.length === 0 && impl.decisionsAt(ctx, messages, at).length > 0
          ? hit([])
          : impl.decisionsAt(ctx, messages, at);
      },
    }),
  }),
  chatQuirk('chat.approval.carries-out-the-past', {
    breaks: 'CHAT-APPR-009',
    make: (impl, hit) => ({
      readTurn(ctx, call, request) {
        const earlier = request.messages.slice(0, -1).filter(({ role }) => role === 'user');
        const decided = earlier.flatMap((message) => impl.decisionsIn(ctx, message)).filter(({ approved }) => approved);
        repeats.set(
          call,
          decided.map(({ id, name, input }) => ({ id, name, input, output: 'Done again.' })),
        );
        return impl.readTurn(ctx, call, request);
      },
      shownEvents(ctx, call, run) {
        const again = resultsOf(call);
        const items = impl.shownEvents(ctx, call, run);
        return again.length > 0
          ? changed(items, (event, index) => (index === 0 ? hit([...again, event]) : [event]))
          : items;
      },
      message(ctx, call, made) {
        const again = resultsOf(call);
        return impl.message(ctx, call, again.length > 0 ? hit([...again, ...made]) : made);
      },
    }),
  }),
  chatQuirk('chat.approval.passes-over-unknown-tools', {
    breaks: 'CHAT-APPR-008',
    make: (impl, hit) => ({
      executed(ctx, turn, results) {
        const known = results.filter(({ output }) => typeof output !== 'string' || !output.includes('not found'));
        return impl.executed(ctx, turn, known.length < results.length ? hit(known) : results);
      },
    }),
  }),
  chatQuirk('chat.approval.runs-for-each-form', {
    breaks: 'CHAT-APPR-010',
    make: (impl, hit) => ({
      decisionsAt(ctx, messages, at) {
        const own = impl.decisionsIn(ctx, messages[at]!);
        const once = impl.decisionsAt(ctx, messages, at);
        return own.length > once.length ? hit(own) : once;
      },
    }),
  }),
];
