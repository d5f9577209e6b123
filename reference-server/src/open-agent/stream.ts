import type { IncomingHttpHeaders } from 'node:http';
import { EVENT_STREAM_MEDIA_TYPE } from '@agentproto/protocol/open-agent/0.7';
import { encodeSseEvent } from '@agentproto/wire/sse';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { Call } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { told } from './errors.ts';
import type { RunItem, WireEvent } from './run-start.ts';

/** Accept says whether the answer is a stream: where it prefers one, or would have either (README: Agents API). */
export function wantsStream(_ctx: OpenAgentContext, { accept = '' }: IncomingHttpHeaders): boolean {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((one) => one.startsWith('q='));
    return { type, q: q === undefined ? 1 : Number(q.slice(2)) };
  });
  const of = (type: string) => ranges.find((range) => range.type === type)?.q ?? 0;
  const stream = of(EVENT_STREAM_MEDIA_TYPE);
  return stream > 0 && stream >= of('application/json');
}

export const streamHeaders = (_ctx: OpenAgentContext): Record<string, string> => ({
  'content-type': EVENT_STREAM_MEDIA_TYPE,
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back.
  'x-accel-buffering': 'no',
});

/** Everything is in the data (README: Agents API). */
export const sseEvent = (_ctx: OpenAgentContext, event: object): OutgoingSseEvent => ({ data: JSON.stringify(event) });

export const frameText = (_ctx: OpenAgentContext, event: OutgoingSseEvent): string => encodeSseEvent(event);

/** The pieces in which a frame is written. */
export const chunks = (_ctx: OpenAgentContext, text: string): Iterable<string | Uint8Array> => [text];

/** Stands in front of what is shown: the place for whoever would show it otherwise. */
export const shownEvents = (
  _ctx: OpenAgentContext,
  _call: Call,
  items: AsyncIterable<RunItem>,
): AsyncIterable<RunItem> => items;

/** How a stream ends whose server fails: there is no event for that, so the run has failed. */
export const failedEvent = (ctx: OpenAgentContext, error: unknown): WireEvent => {
  const { message } = told(ctx, error);
  const at = Math.floor(ctx.clock.now() / 1_000);
  return ctx.impl.runEvent(ctx, 'RunCompleted', {
    run_id: '',
    session_id: '',
    created_at: at,
    content: message,
    content_type: 'str',
    status: 'failed',
    error: { message },
  });
};

/** An event says its name in `event` in 0.7, and in `type` in the README (OAA-X04). */
export const runEvent = (_ctx: OpenAgentContext, name: string, members: object): WireEvent => ({
  event: name,
  ...members,
});
