import type { AgentEvent } from '@agentproto/script';
import type { DoneEvent } from '@agentproto/protocol/chat/docs';
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import { byteByByte, splitUtf8 } from '../../faults.ts';
import type { ChatImpl } from '../context.ts';
import { chatQuirk, events, odd, shown } from './chat-quirk.ts';

/** The JSON text of everything that goes out, changed. */
const texts = (impl: ChatImpl, change: (json: string) => string): Pick<ChatImpl, 'line' | 'frame' | 'chat'> => ({
  line: (ctx, event) => `${change(impl.line(ctx, event).slice(0, -1))}\n`,
  frame: (ctx, event) => change(impl.frame(ctx, event)),
  async chat(ctx, call, request) {
    const answer = await impl.chat(ctx, call, request);
    return { ...answer, body: change(answer.body) };
  },
});

/** The members of every event, and of the answer in one piece, changed. */
const members = (impl: ChatImpl, change: (value: object) => object): Pick<ChatImpl, 'shownEvents' | 'message'> => ({
  ...events(impl, (event) => [odd(change(event))]),
  message: (ctx, call, found) => change(impl.message(ctx, call, found)) as ReturnType<ChatImpl['message']>,
});

const bare = ({ stop_reason: _reason, meta_data: metaData, ...event }: DoneEvent): DoneEvent => ({
  ...event,
  ...(metaData && Object.keys(metaData).length > 0 && { meta_data: metaData }),
});

/** Unusual and allowed: no check may call any of these a fault. */
export const legalOddities = [
  chatQuirk('chat.legal.crlf', {
    breaks: null,
    says: 'Lines of a stream end with CRLF.',
    make: (impl, hit) => ({ lineChunks: (ctx, text) => impl.lineChunks(ctx, hit(text.replaceAll('\n', '\r\n'))) }),
  }),
  chatQuirk('chat.legal.blank-lines', {
    breaks: null,
    says: 'Blank lines stand between the events of a stream.',
    make: (impl, hit) => ({ lineChunks: (ctx, text) => hit(['\n', ...impl.lineChunks(ctx, text), ' \n']) }),
  }),
  chatQuirk('chat.legal.one-byte-a-chunk', {
    breaks: null,
    says: 'Streams come byte by byte.',
    make: (_impl, hit) => ({
      lineChunks: (_ctx, text) => hit(byteByByte(text)),
      frameChunks: (_ctx, text) => hit(byteByByte(text)),
    }),
  }),
  chatQuirk('chat.legal.split-utf8', {
    breaks: null,
    says: 'Characters are split between the chunks of a stream.',
    make: (_impl, hit) => ({
      lineChunks: (_ctx, text) => hit(splitUtf8(text)),
      frameChunks: (_ctx, text) => hit(splitUtf8(text)),
    }),
  }),
  chatQuirk('chat.legal.spaced-json', {
    breaks: null,
    says: 'JSON is written with spaces.',
    make: (impl, hit) =>
      texts(impl, (json) => hit(JSON.stringify(JSON.parse(json), null, 1).replaceAll(/\n\s*/g, ' '))),
  }),
  chatQuirk('chat.legal.ascii-escapes', {
    breaks: null,
    says: 'JSON is written in ASCII, everything else escaped.',
    make: (impl, hit) =>
      texts(impl, (json) =>
        hit(json.replaceAll(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)),
      ),
  }),
  chatQuirk('chat.legal.unknown-events', {
    breaks: null,
    says: 'Streams have events that no document knows.',
    make: (impl, hit) =>
      shown(
        impl,
        () => (event, index) =>
          index === 0 ? hit([odd({ type: 'agent_message', content: 'Hello' }), event]) : [event],
      ),
  }),
  chatQuirk('chat.legal.unknown-members', {
    breaks: null,
    says: 'Objects have members that no document knows.',
    make: (impl, hit) => members(impl, (value) => hit({ ...value, vendor_note: 1 })),
  }),
  chatQuirk('chat.legal.members-in-reverse', {
    breaks: null,
    says: 'The members of objects come in reverse order.',
    make: (impl, hit) => members(impl, (value) => hit(Object.fromEntries(Object.entries(value).reverse()))),
  }),
  chatQuirk('chat.legal.intermittent-updates', {
    breaks: null,
    says: 'There are intermittent updates between the other events.',
    make: (impl, hit) =>
      shown(
        impl,
        () => (event, index) =>
          index === 0 && event.type !== 'error'
            ? hit([{ type: 'intermittent_update', text: 'Thinking...' }, event])
            : [event],
      ),
  }),
  chatQuirk('chat.legal.bare-done', {
    breaks: null,
    says: 'The event that ends a turn has no further members.',
    make: (impl, hit) => ({ done: (ctx, fold) => hit(bare(impl.done(ctx, fold))) }),
  }),
  chatQuirk('chat.legal.nulls', {
    breaks: null,
    says: 'Members without a value are null.',
    make: (impl, hit) => ({
      stopReason: () => hit(null),
      toolCall: (ctx, call) => ({ ...impl.toolCall(ctx, call), intent: null, rejection_reason: null }),
      approval: (ctx, call) => ({ ...impl.approval(ctx, call), intent: null, rejection_reason: null }),
    }),
  }),
  chatQuirk('chat.legal.done-after-the-error', {
    breaks: null,
    says: 'A `done` follows the error that ends a turn.',
    make: (impl, hit) => ({
      ending(ctx, fold, event) {
        const last = impl.ending(ctx, fold, event);
        return last.at(-1)?.type === 'error' ? hit([...last, impl.done(ctx, fold)]) : last;
      },
    }),
  }),
  chatQuirk('chat.legal.charset', {
    breaks: null,
    says: 'Content types name their charset.',
    make: (impl, hit) => ({
      jsonHeaders: (ctx) => hit({ ...impl.jsonHeaders(ctx), 'content-type': `${JSON_MEDIA_TYPE}; charset=utf-8` }),
      streamHeaders: (ctx) => ({
        ...impl.streamHeaders(ctx),
        'content-type': `${NDJSON_MEDIA_TYPE.toUpperCase()}; charset=utf-8`,
      }),
    }),
  }),
  chatQuirk('chat.legal.pauses', {
    breaks: null,
    says: 'There are pauses between the events of a stream.',
    make: (impl, hit) => ({
      async *agentEvents(ctx, turn, given): AsyncGenerator<AgentEvent> {
        for await (const event of impl.agentEvents(ctx, turn, given)) {
          await hit(ctx.clock.sleep(15));
          yield event;
        }
      },
    }),
  }),
  chatQuirk('chat.legal.steady-and-slow', {
    breaks: null,
    says: 'The agent takes 120 ms over each of its events.',
    make: (impl, hit) => ({
      async *agentEvents(ctx, turn, given): AsyncGenerator<AgentEvent> {
        for await (const event of impl.agentEvents(ctx, turn, given)) {
          await hit(ctx.clock.sleep(120));
          yield event;
        }
      },
    }),
  }),
  chatQuirk('chat.legal.answers-late', {
    breaks: null,
    says: 'Every answer begins 120 ms late.',
    make: (impl, hit) => ({
      async answerHttp(ctx, operation, request) {
        await hit(ctx.clock.sleep(120, request.signal));
        return impl.answerHttp(ctx, operation, request);
      },
      async answerFrame(ctx, socket, data) {
        await ctx.clock.sleep(120);
        return impl.answerFrame(ctx, socket, data);
      },
    }),
  }),
];
