import type { CreateResponseBody, ResponseResource } from '@agentproto/protocol/responses/openai';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { Run } from '../store/store.ts';
import { responseIn } from './call.ts';
import type { Call, HttpRequest } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { json } from './errors.ts';
import { folded, runEvents } from './follow.ts';
import { sseAnswer } from './sse.ts';

/** Create a response: in one piece, as events, or in the background. */
export async function createResponse(
  ctx: ResponsesContext,
  call: Call,
  http: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const request = impl.checkCreate(ctx, impl.readBody(ctx, http.headers, http.body));
  const stream = request.stream === true;
  const one: Call = {
    ...call,
    binding: stream ? 'SSE' : 'HTTP',
    seen: { ...call.seen, binding: stream ? 'SSE' : 'HTTP' },
  };
  const run = await impl.beginResponse(ctx, one, request);
  if (stream) return sseAnswer(ctx, one, runEvents(ctx, call.signal, run), shows(request));
  if (request.background) return json(ctx, impl.response(ctx, await folded(ctx, run)));
  return whole(ctx, one, run);
}

/** Filler is put on deltas unless it is asked not to be (stream_options). */
export const shows = ({ stream_options: options }: CreateResponseBody) => ({
  obfuscate: options?.include_obfuscation !== false,
});

/** The response when it has ended. */
async function whole(ctx: ResponsesContext, call: Call, run: Run): Promise<Answer> {
  let response: ResponseResource | undefined;
  let fault: Answer['fault'];
  for await (const item of runEvents(ctx, call.signal, run)) {
    if ('fault' in item) fault ??= item.fault;
    else response = responseIn(item.event) ?? response;
  }
  return { ...json(ctx, response), fault };
}
