import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import { OpenAgentError } from '../open-agent-error.ts';
import type { WireEvent } from '../run-start.ts';
import { named, nameOf, ofName, openAgentQuirk, operation, shown } from './open-agent-quirk.ts';

const AGENTS = ['runAgent'] as const;

/** Without its name, and with it. */
const unnamed = ({ event: _, type: __, ...rest }: WireEvent): WireEvent => rest;

/** Rules of the stream of a run. */
export const streamQuirks = [
  openAgentQuirk('open-agent.stream.says-it-is-a-text', {
    breaks: 'OAA-SSE-001',
    make: (impl, hit) =>
      operation(impl, 'runAgent', async (ctx, call, request, own) => {
        const answer = await own(ctx, call, request);
        if (!('frames' in answer)) return answer;
        return hit({ ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } });
      }),
  }),
  openAgentQuirk('open-agent.stream.nameless-responses', {
    breaks: 'OAA-SSE-002',
    make: (impl, hit) => ofName(impl, 'RunResponse', (event) => hit([unnamed(event)])),
  }),
  openAgentQuirk('open-agent.stream.begins-with-a-text', {
    breaks: 'OAA-SSE-002',
    make: (impl, hit) => ({
      sseEvent: (ctx, event) =>
        nameOf(event as WireEvent) === 'RunResponse' ? hit({ data: 'thinking' }) : impl.sseEvent(ctx, event),
    }),
  }),
  openAgentQuirk('open-agent.stream.never-starts', {
    breaks: 'OAA-SSE-003',
    make: (impl, hit) => ofName(impl, 'RunStarted', () => hit([]), AGENTS),
  }),
  openAgentQuirk('open-agent.stream.never-completes', {
    breaks: 'OAA-SSE-003',
    make: (impl, hit) => ofName(impl, 'RunCompleted', () => hit([]), AGENTS),
  }),
  openAgentQuirk('open-agent.stream.goes-on-after-the-end', {
    breaks: 'OAA-SSE-003',
    make: (impl, hit) =>
      ofName(
        impl,
        'RunCompleted',
        (event) => hit([event, named(event, 'RunResponse', { content: 'By the way', content_type: 'str' })]),
        AGENTS,
      ),
  }),
  openAgentQuirk('open-agent.stream.says-nothing-on-the-way', {
    breaks: 'OAA-SSE-004',
    make: (impl, hit) => ofName(impl, 'RunResponse', () => hit([]), AGENTS),
  }),
  openAgentQuirk('open-agent.stream.has-no-session', {
    breaks: 'OAA-SSE-005',
    make: (impl, hit) => ofName(impl, 'RunResponse', ({ session_id: _, ...event }) => hit([event])),
  }),
  openAgentQuirk('open-agent.stream.a-new-run-each', {
    breaks: 'OAA-SSE-005',
    make: (impl, hit) =>
      shown(impl, () => {
        let count = 0;
        return (event) => [count++ === 0 ? event : hit({ ...event, run_id: `run_${count}` })];
      }),
  }),
  openAgentQuirk('open-agent.stream.ends-without-an-answer', {
    breaks: 'OAA-SSE-006',
    make: (impl, hit) =>
      ofName(impl, 'RunCompleted', ({ content: _, message: __, ...event }) => hit([{ ...event, content: '' }])),
  }),
  openAgentQuirk('open-agent.stream.has-a-status-of-its-own', {
    breaks: 'OAA-SSE-007',
    make: (impl, hit) =>
      ofName(impl, 'RunCompleted', (event) =>
        event['status'] === 'succeeded' ? hit([{ ...event, status: 'done' }]) : [event],
      ),
  }),
  openAgentQuirk('open-agent.stream.tells-its-cost-in-words', {
    breaks: 'OAA-SSE-007',
    make: (impl, hit) =>
      ofName(impl, 'CostSummary', (event) =>
        hit([{ ...event, cost: { ...(event['cost'] as object), microdollars: 'a few' } }]),
      ),
  }),
  openAgentQuirk('open-agent.stream.tells-its-cost-at-the-very-end', {
    breaks: 'OAA-SSE-007',
    make: (impl, hit) => ({ ended: (ctx, fold, at) => hit(impl.ended(ctx, fold, at).toReversed()) }),
  }),
  openAgentQuirk('open-agent.stream.calls-never-complete', {
    breaks: 'OAA-SSE-008',
    make: (impl, hit) => ofName(impl, 'ToolCallCompleted', () => hit([])),
  }),
  openAgentQuirk('open-agent.stream.calls-complete-under-another-id', {
    breaks: 'OAA-SSE-008',
    make: (impl, hit) =>
      ofName(impl, 'ToolCallCompleted', (event) =>
        hit([
          { ...event, tools: (event['tools'] as object[]).map((tool) => ({ ...tool, tool_call_id: 'call-other' })) },
        ]),
      ),
  }),
  openAgentQuirk('open-agent.stream.fails-in-silence', {
    breaks: 'OAA-SSE-009',
    make: (impl, hit) => ({
      runCompleted(ctx, fold, at) {
        const { error, ...event } = impl.runCompleted(ctx, fold, at);
        return error ? hit({ ...event, status: 'succeeded' }) : event;
      },
    }),
  }),
  openAgentQuirk('open-agent.stream.is-busy-once-left', {
    breaks: 'OAA-SSE-010',
    make(impl, hit) {
      const busy = new Set<string | undefined>();
      return {
        beginRun(ctx, call, asked) {
          const { agentId } = asked.start;
          if (busy.has(agentId)) throw hit(new OpenAgentError(409, 'The agent is busy.'));
          return impl.beginRun(ctx, call, asked);
        },
        async *agentEvents(ctx, asked, events) {
          let isOver = false;
          try {
            for await (const event of impl.agentEvents(ctx, asked, events)) {
              isOver = event.type === 'end' && event.state !== 'canceled';
              yield event;
            }
          } finally {
            if (!isOver) busy.add(asked.start.agentId);
          }
        },
      };
    },
  }),
  openAgentQuirk('open-agent.stream.comes-all-at-once', {
    breaks: 'OAA-SSE-011',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, items) {
        const all = [];
        for await (const item of impl.shownEvents(ctx, call, items)) all.push(item);
        yield* hit(all);
      },
    }),
  }),
  openAgentQuirk('open-agent.stream.tells-no-usage', {
    breaks: 'OAA-SSE-012',
    make: (impl, hit) => ofName(impl, 'RunCompleted', ({ metrics: _, usage: __, ...event }) => hit([event])),
  }),
  openAgentQuirk('open-agent.stream.names-its-events-aside', {
    breaks: 'OAA-SSE-013',
    make: (_impl, hit) => ({
      sseEvent: (_ctx, event): OutgoingSseEvent =>
        hit({ event: String(nameOf(event as WireEvent)), data: JSON.stringify(unnamed(event as WireEvent)) }),
    }),
  }),
  openAgentQuirk('open-agent.stream.ends-with-another-answer', {
    breaks: 'OAA-SSE-014',
    make: (impl, hit) =>
      ofName(
        impl,
        'RunCompleted',
        (event) =>
          event['content'] === '' ? [event] : hit([{ ...event, content: 'Never mind.', message: undefined }]),
        AGENTS,
      ),
  }),
];
