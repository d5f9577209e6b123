import { responseIn } from '../call.ts';
import { invalid } from '../responses-error.ts';
import {
  but,
  endedResponses,
  events,
  isDelta,
  itemIn,
  odd,
  ofType,
  renumbered,
  responsesQuirk,
  shown,
  swapped,
} from './responses-quirk.ts';

export const streamQuirks = [
  responsesQuirk('responses.stream.is-called-json', {
    breaks: 'RESP-STREAM-001',
    make: (impl, hit) => ({
      streamHeaders: (ctx) => hit({ ...impl.streamHeaders(ctx), 'content-type': 'application/json' }),
    }),
  }),
  responsesQuirk('responses.stream.data-is-no-json', {
    breaks: 'RESP-STREAM-002',
    make: (impl, hit) => ({
      sseEvent(ctx, event) {
        const frame = impl.sseEvent(ctx, event);
        return event.type === 'response.output_text.done' ? hit({ ...frame, data: frame.data.slice(0, -1) }) : frame;
      },
    }),
  }),
  responsesQuirk('responses.stream.without-done', {
    breaks: 'RESP-STREAM-003',
    make: (_impl, hit) => ({ endsWithDone: () => hit(false) }),
  }),
  responsesQuirk('responses.stream.goes-on-after-done', {
    breaks: 'RESP-STREAM-003',
    make: (impl, hit) => ({
      frameText(ctx, event) {
        const text = impl.frameText(ctx, event);
        return event.data === '[DONE]'
          ? hit(`${text}data: {"type":"acme:afterthought","sequence_number":999}\n\n`)
          : text;
      },
    }),
  }),
  responsesQuirk('responses.stream.names-events-otherwise', {
    breaks: 'RESP-STREAM-004',
    make: (impl, hit) => ({
      sseEvent(ctx, event) {
        const frame = impl.sseEvent(ctx, event);
        return hit({ ...frame, event: event.type.replace('response.', '') });
      },
    }),
  }),
  responsesQuirk('responses.stream.names-no-events', {
    breaks: 'RESP-STREAM-004',
    make: (impl, hit) => ({ sseEvent: (ctx, event) => hit({ data: impl.sseEvent(ctx, event).data }) }),
  }),
  responsesQuirk('responses.stream.has-ids', {
    breaks: 'RESP-STREAM-005',
    make: (impl, hit) => ({ sseEvent: (ctx, event) => hit({ ...impl.sseEvent(ctx, event), id: '7' }) }),
  }),
  responsesQuirk('responses.stream.sends-what-is-no-event', {
    breaks: 'RESP-STREAM-006',
    also: [{ id: 'RESP-EXT-002', why: 'it has no prefix', same: true }],
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.in_progress'
            ? hit([event, odd({ type: 'response.thinking', sequence_number: 0 })])
            : [event],
      ),
  }),
  responsesQuirk('responses.stream.queued-and-then-done', {
    breaks: 'RESP-STREAM-007',
    make: (impl, hit) =>
      renumbered(impl, () => {
        let queued = false;
        return (event) => {
          queued ||= event.type === 'response.queued';
          return queued && event.type === 'response.in_progress' ? hit([]) : [event];
        };
      }),
  }),
  responsesQuirk('responses.stream.failure-is-incomplete', {
    breaks: 'RESP-STREAM-008',
    make: (impl, hit) => ofType(impl, 'response.failed', (event) => hit([but(event, { type: 'response.incomplete' })])),
  }),
  responsesQuirk('responses.stream.error-is-the-end', {
    breaks: 'RESP-STREAM-009',
    make: (impl, hit) =>
      ofType(impl, 'response.failed', ({ sequence_number }) =>
        hit([
          odd({
            type: 'error',
            sequence_number,
            error: { type: 'server_error', code: null, message: 'no luck', param: null },
          }),
        ]),
      ),
  }),
  responsesQuirk('responses.stream.numbers-stand-still', {
    breaks: 'RESP-STREAM-010',
    make: (impl, hit) => events(impl, (event) => hit([but(event, { sequence_number: 0 })])),
  }),
  responsesQuirk('responses.stream.numbers-begin-anew', {
    breaks: 'RESP-STREAM-010',
    make: (impl, hit) =>
      shown(impl, () => {
        let next = 0;
        return (event) => {
          if (event.type === 'response.output_item.added') next = 0;
          return hit([but(event, { sequence_number: next++ })]);
        };
      }),
  }),
  responsesQuirk('responses.stream.has-no-numbers', {
    breaks: 'RESP-STREAM-010',
    make: (impl, hit) => events(impl, (event) => hit([but(event, { sequence_number: undefined })])),
  }),
  responsesQuirk('responses.stream.ends-twice', {
    breaks: 'RESP-STREAM-011',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type === 'response.completed' ? hit([event, event]) : [event])),
  }),
  responsesQuirk('responses.stream.never-ends', {
    breaks: 'RESP-STREAM-011',
    make: (impl, hit) => ofType(impl, 'response.completed', () => hit([])),
  }),
  responsesQuirk('responses.stream.ends-as-done', {
    breaks: 'RESP-STREAM-011',
    make: (impl, hit) => ofType(impl, 'response.completed', (event) => hit([but(event, { type: 'response.done' })])),
  }),
  responsesQuirk('responses.stream.loses-a-delta', {
    breaks: 'RESP-STREAM-012',
    make: (impl, hit) =>
      renumbered(impl, () => {
        let deltas = 0;
        return (event) => (event.type === 'response.output_text.delta' && ++deltas === 2 ? hit([]) : [event]);
      }),
  }),
  responsesQuirk('responses.stream.repeats-a-delta', {
    breaks: 'RESP-STREAM-012',
    make: (impl, hit) =>
      renumbered(impl, () => {
        let deltas = 0;
        return (event) =>
          event.type === 'response.output_text.delta' && ++deltas === 2 ? hit([event, event]) : [event];
      }),
  }),
  responsesQuirk('responses.stream.done-text-differs', {
    breaks: 'RESP-STREAM-012',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.output_text.done' ? hit([but(event, { text: `${event.text}.` })]) : [event],
      ),
  }),
  responsesQuirk('responses.stream.ends-without-output', {
    breaks: 'RESP-STREAM-012',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.completed'
          ? hit([but(event, { response: { ...event.response, output: [] } })])
          : [event],
      ),
  }),
  responsesQuirk('responses.stream.delta-is-an-object', {
    breaks: 'RESP-STREAM-013',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.output_text.delta' ? hit([but(event, { delta: { text: event.delta } })]) : [event],
      ),
  }),
  responsesQuirk('responses.stream.lifecycle-is-partial', {
    breaks: 'RESP-STREAM-013',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.in_progress'
          ? hit([but(event, { response: { id: event.response.id, object: 'response', status: 'in_progress' } })])
          : [event],
      ),
  }),
  responsesQuirk('responses.stream.is-not-created', {
    breaks: 'RESP-STREAM-014',
    make: (impl, hit) => renumbered(impl, () => (event) => (event.type === 'response.created' ? hit([]) : [event])),
  }),
  responsesQuirk('responses.stream.id-changes', {
    breaks: 'RESP-STREAM-014',
    make: (impl, hit) =>
      ofType(impl, 'response.completed', (event) => {
        const response = responseIn(event)!;
        return hit([but(event, { response: { ...response, id: `${response.id}0` } })]);
      }),
  }),
  responsesQuirk('responses.stream.item-id-changes', {
    breaks: 'RESP-STREAM-015',
    // Of streams alone: an id that an answer in one piece gives, and nobody knows, is another fault.
    make: (impl, hit) =>
      events(impl, (event) => {
        if (event.type !== 'response.completed') return [event];
        const output = event.response.output.map((item) => ({ ...item, id: `${String(item.id)}0` }));
        return hit([but(event, { response: { ...event.response, output } })]);
      }),
  }),
  responsesQuirk('responses.stream.indexes-begin-at-1', {
    breaks: 'RESP-STREAM-015',
    make: (impl, hit) =>
      events(impl, (event) =>
        'output_index' in event ? hit([but(event, { output_index: Number(event.output_index) + 1 })]) : [event],
      ),
  }),
  responsesQuirk('responses.stream.a-part-a-token', {
    breaks: 'RESP-STREAM-015',
    make: (impl, hit) =>
      shown(impl, () => {
        let next = 0;
        return (event) =>
          event.type === 'response.output_text.delta' ? hit([but(event, { content_index: next++ })]) : [event];
      }),
  }),
  responsesQuirk('responses.stream.all-at-index-0', {
    breaks: 'RESP-STREAM-015',
    make: (impl, hit) =>
      events(impl, (event) =>
        'output_index' in event && event.output_index !== 0 ? hit([but(event, { output_index: 0 })]) : [event],
      ),
  }),
  responsesQuirk('responses.stream.pieces-of-the-second-are-of-the-first', {
    breaks: 'RESP-STREAM-015',
    make: (impl, hit) =>
      ofType(impl, 'response.function_call_arguments.delta', (event) =>
        'output_index' in event && event.output_index === 1 ? hit([but(event, { output_index: 0 })]) : [event],
      ),
  }),
  responsesQuirk('responses.stream.always-obfuscates', {
    breaks: 'RESP-STREAM-016',
    make: (impl, hit) =>
      events(impl, (event) =>
        isDelta(event) && !('obfuscation' in event) ? hit([but(event, { obfuscation: 'xyz' })]) : [event],
      ),
  }),
];

export const itemQuirks = [
  responsesQuirk('responses.item.is-not-added', {
    breaks: 'RESP-ITEM-001',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type === 'response.output_item.added' ? hit([]) : [event])),
  }),
  responsesQuirk('responses.item.is-added-late', {
    breaks: 'RESP-ITEM-001',
    make: (impl, hit) => swapped(impl, 'response.output_item.added', 'response.content_part.added', hit),
  }),
  responsesQuirk('responses.item.added-without-content', {
    breaks: 'RESP-ITEM-002',
    make: (impl, hit) =>
      events(impl, (event) => {
        const item = itemIn(event);
        return event.type === 'response.output_item.added' && item?.type === 'message'
          ? hit([but(event, { item: { ...item, content: null } })])
          : [event];
      }),
  }),
  responsesQuirk('responses.item.added-without-its-name', {
    breaks: 'RESP-ITEM-003',
    make: (impl, hit) =>
      events(impl, (event) => {
        const item = itemIn(event);
        return event.type === 'response.output_item.added' && item?.type === 'function_call'
          ? hit([but(event, { item: { ...item, name: undefined } })])
          : [event];
      }),
  }),
  responsesQuirk('responses.item.without-a-part', {
    breaks: 'RESP-ITEM-004',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type.startsWith('response.content_part.') ? hit([]) : [event])),
  }),
  responsesQuirk('responses.item.part-after-its-delta', {
    breaks: 'RESP-ITEM-005',
    make: (impl, hit) => swapped(impl, 'response.content_part.added', '.delta', hit),
  }),
  responsesQuirk('responses.item.text-is-not-done', {
    breaks: 'RESP-ITEM-006',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type === 'response.output_text.done' ? hit([]) : [event])),
  }),
  responsesQuirk('responses.item.part-is-done-before-its-text', {
    breaks: 'RESP-ITEM-006',
    make: (impl, hit) => swapped(impl, 'response.output_text.done', '.content_part.done', hit),
  }),
  responsesQuirk('responses.item.is-not-done', {
    breaks: 'RESP-ITEM-008',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type === 'response.output_item.done' ? hit([]) : [event])),
  }),
  responsesQuirk('responses.item.something-after-what-is-incomplete', {
    breaks: 'RESP-ITEM-009',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        response.status === 'incomplete'
          ? hit({
              ...response,
              output: [...response.output, { ...response.output[0], id: 'msg_more', status: 'completed' }],
            })
          : response,
      ),
  }),
  responsesQuirk('responses.item.incomplete-in-what-is-completed', {
    breaks: 'RESP-ITEM-010',
    make: (impl, hit) => ({
      ended(ctx, fold) {
        if (fold.status !== 'incomplete') return impl.ended(ctx, fold);
        fold.status = 'completed';
        delete fold.incomplete;
        return hit(impl.ended(ctx, fold));
      },
    }),
  }),
  responsesQuirk('responses.item.changes-when-it-is-done', {
    breaks: 'RESP-ITEM-011',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        hit({
          ...response,
          output: response.output.map((item) => (item.type === 'message' ? { ...item, role: 'system' } : item)),
        }),
      ),
  }),
  responsesQuirk('responses.item.has-no-status', {
    breaks: 'RESP-ITEM-012',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        hit({ ...response, output: response.output.map((item) => ({ ...item, status: undefined })) }),
      ),
  }),
  responsesQuirk('responses.item.all-have-one-id', {
    breaks: 'RESP-ITEM-013',
    also: [{ id: 'OAI-CONV-007', why: 'no page can begin after one of them' }],
    make: (_impl, hit) => ({ itemId: (_ctx, _response, type) => hit(`${type}_1`) }),
  }),
  responsesQuirk('responses.item.refuses-references', {
    breaks: 'RESP-ITEM-015',
    make: (impl, hit) => ({
      newItems(ctx, past, items) {
        if (items.some(({ type }) => type === 'item_reference'))
          throw hit(invalid('item references are not supported'));
        return impl.newItems(ctx, past, items);
      },
    }),
  }),
  responsesQuirk('responses.item.is-added-incomplete', {
    breaks: 'RESP-ITEM-016',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.output_item.added'
          ? hit([but(event, { item: { ...event.item, status: 'incomplete' } })])
          : [event],
      ),
  }),
];
