import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import type { StreamItem } from '../call.ts';
import { chatQuirk, events, odd, shown } from './chat-quirk.ts';

type Kind = (event: StreamEvent) => boolean;

/** Events of one kind come after the next of another kind; at the latest before the end. */
const swapped = (early: Kind, late: Kind, hit: <T>(value: T) => T) => () => {
  const held: StreamEvent[] = [];
  return (event: StreamEvent): StreamEvent[] => {
    if (early(event)) {
      held.push(event);
      return [];
    }
    if (held.length === 0) return [event];
    if (late(event)) return hit([event, ...held.splice(0)]);
    return event.type === 'done' || event.type === 'error' ? [...held.splice(0), event] : [event];
  };
};

export const streamQuirks = [
  chatQuirk('chat.stream.is-called-json', {
    breaks: 'CHAT-STREAM-001',
    make: (impl, hit) => ({
      streamHeaders: (ctx) => hit({ ...impl.streamHeaders(ctx), 'content-type': 'application/json' }),
    }),
  }),
  chatQuirk('chat.stream.counts-its-lines', {
    breaks: 'CHAT-STREAM-002',
    make: (impl, hit) => ({
      line: (ctx, event) => (event.type === 'done' ? hit(`1\n${impl.line(ctx, event)}`) : impl.line(ctx, event)),
    }),
  }),
  chatQuirk('chat.stream.is-done-twice', {
    breaks: 'CHAT-STREAM-003',
    make: (impl, hit) =>
      shown(impl, ({ binding }) =>
        binding === 'NDJSON' ? (event) => (event.type === 'done' ? hit([event, event]) : [event]) : undefined,
      ),
  }),
  chatQuirk('chat.stream.stays-open-after-done', {
    breaks: 'CHAT-STREAM-018',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, run) {
        const types: string[] = [];
        for await (const item of impl.shownEvents(ctx, call, run)) {
          if ('event' in item) types.push(item.event.type);
          yield item;
        }
        // After a failure that is another rule.
        const isOpen = types.at(-1) === 'done' && !types.includes('error');
        if (call.binding !== 'NDJSON' || !isOpen || call.signal.aborted) return;
        await hit(new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true })));
      },
    }),
  }),
  chatQuirk('chat.stream.drops-slow-readers', {
    breaks: 'CHAT-CONC-002',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, run) {
        // As a server does that keeps so much for a reader and no more; how much the kernel keeps differs from run to run.
        let left = 2 * 1024 * 1024;
        for await (const item of impl.shownEvents(ctx, call, run)) {
          left -= 'event' in item && item.event.type === 'text_delta' ? item.event.text.length : 0;
          if (call.binding === 'NDJSON' && left < 0) throw hit(new Error('The reader is too slow'));
          yield item;
        }
      },
    }),
  }),
  chatQuirk('chat.stream.text-in-blocks', {
    breaks: 'CHAT-STREAM-004',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'text_delta' ? hit([odd({ ...event, text: [{ type: 'text', text: event.text }] })]) : [event],
      ),
  }),
  chatQuirk('chat.stream.loses-the-second-delta', {
    breaks: 'CHAT-STREAM-005',
    make: (impl, hit) =>
      shown(impl, () => {
        let deltas = 0;
        return (event) => (event.type === 'text_delta' && ++deltas === 2 ? hit([]) : [event]);
      }),
  }),
  chatQuirk('chat.stream.all-at-the-end', {
    breaks: 'CHAT-STREAM-006',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, run) {
        const items = impl.shownEvents(ctx, call, run);
        if (call.binding !== 'NDJSON') return yield* items;
        const held: StreamItem[] = [];
        for await (const item of items) held.push(hit(item));
        yield* held;
      },
    }),
  }),
  chatQuirk('chat.stream.update-without-text', {
    breaks: 'CHAT-STREAM-007',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'intermittent_update' ? hit([odd({ type: event.type, message: event.text })]) : [event],
      ),
  }),
  chatQuirk('chat.stream.error-as-an-object', {
    breaks: 'CHAT-STREAM-008',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'error' ? hit([odd({ ...event, error: { message: event.error } })]) : [event],
      ),
  }),
  chatQuirk('chat.stream.goes-on-after-the-error', {
    breaks: 'CHAT-STREAM-009',
    make: (impl, hit) =>
      shown(impl, ({ binding }) =>
        binding === 'NDJSON'
          ? (event) => (event.type === 'error' ? hit([event, { type: 'text_delta', text: 'By the way' }]) : [event])
          : undefined,
      ),
  }),
  chatQuirk('chat.stream.results-after-the-text', {
    breaks: 'CHAT-STREAM-010',
    make: (impl, hit) =>
      shown(
        impl,
        swapped(
          ({ type }) => type.startsWith('executed_'),
          ({ type }) => type === 'text_delta',
          hit,
        ),
      ),
  }),
  chatQuirk('chat.stream.approvals-come-second', {
    breaks: 'CHAT-STREAM-012',
    make: (impl, hit) =>
      shown(
        impl,
        swapped(
          ({ type }) => type === 'approvals',
          ({ type }) => type === 'tool_calls',
          hit,
        ),
      ),
  }),
  chatQuirk('chat.stream.call-looks-approved', {
    breaks: 'CHAT-STREAM-013',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'tool_calls'
          ? hit([{ ...event, tool_calls: event.tool_calls.map((call) => ({ ...call, execute: true })) }])
          : [event],
      ),
  }),
  chatQuirk('chat.stream.refuses-by-event', {
    breaks: 'CHAT-STREAM-014',
    also: [{ id: 'CHAT-ERR-001', why: 'the same refusal, over NDJSON' }],
    make: (impl, hit) => ({
      async answerHttp(ctx, operation, request) {
        const answer = await impl.answerHttp(ctx, operation, request);
        if (operation !== 'chat-stream' || !('body' in answer) || !answer.body.includes("'messages' field missing"))
          return answer;
        return hit({
          status: 200,
          headers: impl.streamHeaders(ctx),
          body: impl.line(ctx, { type: 'error', error: 'Messages cannot be empty' }),
        });
      },
    }),
  }),
  chatQuirk('chat.stream.last-line-stays-open', {
    breaks: 'CHAT-STREAM-015',
    make: (impl, hit) => ({
      line: (ctx, event) => (event.type === 'done' ? hit(impl.line(ctx, event).trimEnd()) : impl.line(ctx, event)),
    }),
  }),
  chatQuirk('chat.stream.done-without-context', {
    breaks: 'CHAT-CTX-003',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'done' && event.meta_data?.request_context ? hit([{ ...event, meta_data: {} }]) : [event],
      ),
  }),
  chatQuirk('chat.stream.tells-of-tools-by-themselves', {
    breaks: 'CHAT-STREAM-011',
    make: (impl, hit) => ({
      encode(ctx, fold, entry) {
        const { event } = entry;
        const isOwn = event.type === 'tool-result' && event.by === 'server';
        return isOwn ? hit(impl.executed(ctx, fold.turn, event.results)) : impl.encode(ctx, fold, entry);
      },
    }),
  }),
  chatQuirk('chat.stream.updates-come-twice', {
    breaks: 'CHAT-STREAM-016',
    make: (impl, hit) =>
      events(impl, (event) => (event.type === 'intermittent_update' ? hit([event, event]) : [event])),
  }),
];
