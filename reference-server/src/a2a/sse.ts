import { SSE_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import type { A2AContext } from './context.ts';

export const streamHeaders = (_ctx: A2AContext): Record<string, string> => ({
  'content-type': SSE_MEDIA_TYPE,
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back.
  'x-accel-buffering': 'no',
});

/** One event, as text. */
export const frameText = (_ctx: A2AContext, event: OutgoingSseEvent): string => encodeSseEvent(event);

/** What is sent in a silence. */
export const keepAliveText = (_ctx: A2AContext): string => encodeSseComment('keep-alive');

/** The pieces in which an event is written. */
export const chunks = (_ctx: A2AContext, frame: string): Iterable<string | Uint8Array> => [frame];
