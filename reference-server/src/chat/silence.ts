import type { ChatRequest, DoneEvent } from '@agentproto/protocol/chat/docs';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { Call } from './call.ts';
import type { ChatContext } from './context.ts';
import { lines } from './ndjson.ts';

/** Whether nothing is to be said to a request, which is asked of those that come from Slack alone (server: How It Works). */
export function isSilenced(
  { settings: { route } }: ChatContext,
  _call: Call,
  { source, messages }: ChatRequest,
): boolean | Promise<boolean> {
  if (!route || source !== 'slack') return false;
  const responds = route(messages);
  return typeof responds === 'boolean' ? !responds : responds.then((one) => !one);
}

/** The answer in one piece to a request that gets none. Request fields do not come back. */
export const silentAnswer = (ctx: ChatContext): Answer => ({
  status: 200,
  headers: ctx.impl.jsonHeaders(ctx),
  body: JSON.stringify({ role: 'assistant', content: '' }),
});

/** The one event of a stream, or the one frame of a socket, that says nothing. */
export const silentEvent = (_ctx: ChatContext, binding: Call['binding']): DoneEvent =>
  binding === 'WebSocket' ? { type: 'done' } : { type: 'done', stop_reason: null, meta_data: {} };

export function silentLines(ctx: ChatContext, call: Call): StreamAnswer {
  async function* only() {
    yield { event: ctx.impl.silentEvent(ctx, call.binding) };
  }
  return lines(ctx, call, only());
}
