import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import type { AgentEvent } from '@agentproto/script';
import { byteByByte, splitUtf8 } from '../../faults.ts';
import { ResponsesError } from '../responses-error.ts';
import { but, endedResponses, events, itemIn, odd, renumbered, responses, responsesQuirk } from './responses-quirk.ts';

/** Unusual and allowed: no check may call any of these a fault. */
export const legalOddities = [
  responsesQuirk('responses.legal.crlf', {
    breaks: null,
    says: 'Lines of a stream end with CRLF.',
    make: (impl, hit) => ({ frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll('\n', '\r\n')) }),
  }),
  responsesQuirk('responses.legal.cr', {
    breaks: null,
    says: 'Lines of a stream end with CR.',
    make: (impl, hit) => ({ frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll('\n', '\r')) }),
  }),
  responsesQuirk('responses.legal.one-byte-a-chunk', {
    breaks: null,
    says: 'Streams come byte by byte.',
    make: (_impl, hit) => ({
      chunks: (_ctx, text) => hit(byteByByte(text)),
    }),
  }),
  responsesQuirk('responses.legal.split-utf8', {
    breaks: null,
    says: 'Characters are split between the chunks of a stream.',
    make: (_impl, hit) => ({ chunks: (_ctx, text) => hit(splitUtf8(text)) }),
  }),
  responsesQuirk('responses.legal.a-line-a-chunk', {
    breaks: null,
    says: 'Each line of an event is a chunk of its own.',
    make: (_impl, hit) => ({ chunks: (_ctx, text) => hit(text.split(/(?<=\n)/)) }),
  }),
  responsesQuirk('responses.legal.comments', {
    breaks: null,
    says: 'Comments stand between the events.',
    make: (impl, hit) => ({ chunks: (ctx, text) => hit([': still here\n\n', ...impl.chunks(ctx, text)]) }),
  }),
  responsesQuirk('responses.legal.many-data-lines', {
    breaks: null,
    says: 'The data of an event takes several lines.',
    make: (impl, hit) => ({
      sseEvent(ctx, event) {
        const frame = impl.sseEvent(ctx, event);
        return hit({ ...frame, data: JSON.stringify(event, null, 1) });
      },
    }),
  }),
  responsesQuirk('responses.legal.no-space-after-the-colon', {
    breaks: null,
    says: 'Fields have no space after their colon.',
    make: (impl, hit) => ({
      frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll(/^(data|event): /gm, '$1:')),
    }),
  }),
  responsesQuirk('responses.legal.charset', {
    breaks: null,
    says: 'Media types have a charset.',
    make: (impl, hit) => ({
      jsonHeaders: (ctx) => hit({ ...impl.jsonHeaders(ctx), 'content-type': 'application/json; charset=utf-8' }),
      streamHeaders: (ctx) => hit({ ...impl.streamHeaders(ctx), 'content-type': 'text/event-stream; charset=utf-8' }),
    }),
  }),
  responsesQuirk('responses.legal.extension-events', {
    breaks: null,
    says: 'Events with a prefix stand in the stream.',
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.in_progress' || event.type === 'response.output_item.done'
            ? hit([event, odd({ type: 'acme:trace', sequence_number: 0, span: { id: 7 } })])
            : [event],
      ),
  }),
  responsesQuirk('responses.legal.extension-item', {
    breaks: null,
    says: 'An item with a prefix is in the output.',
    make: (impl, hit) => ({
      close(ctx, fold, cut) {
        const events = impl.close(ctx, fold, cut);
        if (events.length === 0 || cut || fold.output.some(({ type }) => type === 'acme:note')) return events;
        const item = { type: 'acme:note' as const, id: `an_${fold.id}`, status: 'completed', text: 'noted' };
        const output_index = fold.output.length;
        fold.output.push(item);
        return hit([
          ...events,
          { type: 'response.output_item.added', output_index, item },
          { type: 'response.output_item.done', output_index, item },
        ]);
      },
    }),
  }),
  responsesQuirk('responses.legal.more-members', {
    breaks: null,
    says: 'Objects have members that nobody asked for.',
    make: (impl, hit) => ({
      ...events(impl, (event) => [but(event, { acme_region: 'eu' })]),
      ...responses(impl, (response) => hit({ ...response, acme_region: 'eu' })),
    }),
  }),
  responsesQuirk('responses.legal.null-logprobs', {
    breaks: null,
    says: 'Log probabilities that nobody asked for are null.',
    make: (impl, hit) =>
      events(impl, (event) => ('logprobs' in event ? hit([but(event, { logprobs: null })]) : [event])),
  }),
  responsesQuirk('responses.legal.encrypted-content-is-null', {
    breaks: null,
    says: 'Reasoning that is not encrypted says null.',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        hit({
          ...response,
          output: response.output.map((item) =>
            item.type === 'reasoning' ? { encrypted_content: null, ...item } : item,
          ),
        }),
      ),
  }),
  responsesQuirk('responses.legal.numbers-begin-at-1', {
    breaks: null,
    says: 'sequence_number begins at 1.',
    make: (impl, hit) => ({
      number: (ctx, fold, event) => hit(but(impl.number(ctx, fold, event), { sequence_number: fold.sequence })),
    }),
  }),
  responsesQuirk('responses.legal.empty-deltas', {
    breaks: null,
    says: 'Deltas may be empty.',
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.output_text.delta' ? hit([but(event, { delta: '' }), event]) : [event],
      ),
  }),
  responsesQuirk('responses.legal.queued-first', {
    breaks: null,
    says: 'Every response is queued before it is in progress.',
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.in_progress'
            ? hit([
                odd({ type: 'response.queued', sequence_number: 0, response: { ...event.response, status: 'queued' } }),
                event,
              ])
            : [event],
      ),
  }),
  responsesQuirk('responses.legal.interleaved-calls', {
    breaks: null,
    says: 'Calls that are made side by side come interleaved.',
    make: (impl, hit) =>
      renumbered(impl, () => {
        const held = new Map<number, AnyStreamEvent[]>();
        const calls = new Set<number>();
        return (event) => {
          const index = 'output_index' in event ? Number(event.output_index) : -1;
          if (event.type === 'response.output_item.added' && itemIn(event)?.type === 'function_call') calls.add(index);
          if (calls.has(index)) {
            held.set(index, [...(held.get(index) ?? []), event]);
            return [];
          }
          const lanes = [...held.values()];
          held.clear();
          if (lanes.length < 2) return [...lanes.flat(), event];
          const longest = Math.max(...lanes.map(({ length }) => length));
          const turns = Array.from({ length: longest }, (_, at) => lanes.flatMap((lane) => lane[at] ?? []));
          return hit([...turns.flat(), event]);
        };
      }),
  }),
  responsesQuirk('responses.legal.other-ids', {
    breaks: null,
    says: 'Ids of items have no prefix.',
    make: (impl, hit) => ({
      itemId: (ctx, id, type, place) => hit(impl.itemId(ctx, id, type, place).replace(/^\w+?_/, '')),
    }),
  }),
  responsesQuirk('responses.legal.invalid-request-error', {
    breaks: null,
    says: 'The type of an error is spelt as OpenAI spells it.',
    make: (_impl, hit) => ({ errorType: (_ctx, kind) => hit(`${kind}_error`) }),
  }),
  responsesQuirk('responses.legal.output-of-no-call', {
    breaks: null,
    says: 'The output of a call that nobody made is taken.',
    make: (impl, hit) => ({
      checkOutputs: (ctx, past, input) =>
        hit(
          impl.checkOutputs(
            ctx,
            past,
            input.filter(({ type }) => type !== 'function_call_output'),
          ),
        ),
    }),
  }),
  responsesQuirk('responses.legal.no-socket', {
    breaks: null,
    says: 'There is no WebSocket.',
    make: (_impl, hit) => ({ hasSocket: () => hit(false) }),
  }),
  responsesQuirk('responses.legal.no-compaction', {
    breaks: null,
    says: 'There is no compaction.',
    make: (impl, hit) => {
      const { compactResponse: _, ...operations } = impl.operations;
      return {
        operations,
        answerHttp: (ctx, operation, request) =>
          impl.answerHttp(ctx, operation === 'compactResponse' ? hit(operation) : operation, request),
      };
    },
  }),
  responsesQuirk('responses.legal.few-operations', {
    breaks: null,
    says: 'Responses are created, and nothing else is offered, as a framework says it.',
    make: (impl, hit) => ({
      answerHttp: async (ctx, operation, request) =>
        operation === 'createResponse'
          ? impl.answerHttp(ctx, operation, request)
          : hit({ status: 405, headers: { 'content-type': 'text/plain' }, body: 'Method Not Allowed' }),
    }),
  }),
  responsesQuirk('responses.legal.busy-is-a-failure', {
    breaks: null,
    says: 'A model that has too much to do has failed.',
    make: (_impl, hit) => ({ tooMany: (_ctx, model) => hit(new ResponsesError('model_error', `${model} failed.`)) }),
  }),
  responsesQuirk('responses.legal.what-is-owed-fails', {
    breaks: null,
    says: 'A model that does not do as it must, and a server of tools out of reach, make the response fail.',
    make: (impl, hit) => ({
      constrained: (ctx, request, performance) =>
        impl.allowanceOf(ctx, request).owed || request.tools.some(({ type }) => type === 'mcp')
          ? hit(ends({ type: 'end', state: 'failed', text: 'It did not do as it must.' }))
          : impl.constrained(ctx, request, performance),
    }),
  }),
  responsesQuirk('responses.legal.mcp.left-aside', {
    breaks: null,
    says: 'Tools of MCP servers are left aside, and the response shows none.',
    make: (impl, hit) => ({
      settle(ctx, { tools, ...request }) {
        return impl.settle(ctx, { ...request, ...(tools && { tools: tools.filter(({ type }) => type !== 'mcp') }) });
      },
      approvalRequest: (ctx, fold, call) => hit(impl.functionCall(ctx, fold, call)),
    }),
  }),
];

async function* ends(event: AgentEvent): AsyncGenerator<AgentEvent> {
  yield event;
}
