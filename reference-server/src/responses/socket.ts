import type { Socket } from 'node:net';
import type { CreateResponseBody } from '@agentproto/protocol/responses/openai';
import { WireError } from '@agentproto/wire';
import { channelOf } from '@agentproto/wire/websocket';
import type { WebSocket } from 'ws';
import { aborted, cut, splitUtf8 } from '../faults.ts';
import { sendFragments } from '../send-fragments.ts';
import type { Call, ResponsesSocket, StreamItem } from './call.ts';
import type { Caller } from '../identity.ts';
import type { ResponsesContext } from './context.ts';
import { runEvents } from './follow.ts';
import { check } from './request.ts';
import { invalid, ResponsesError } from './responses-error.ts';

/** Serves a socket until it closes: many responses, strictly one after the other (WebSocket Transport). */
export async function serveSocket(
  ctx: ResponsesContext,
  caller: Caller,
  socket: WebSocket,
  connection: Socket,
  received: (data: string | Uint8Array) => void,
): Promise<void> {
  const over = new AbortController();
  const channel = channelOf(socket, { messageBytes: ctx.settings.messageBytes });
  const one: ResponsesSocket = { ...caller, channel, socket, connection, signal: over.signal, remembered: new Set() };
  const stopClock = ctx.setTimer(ctx.settings.socketMs, () => ctx.impl.expireSocket(ctx, one));
  const forget = ctx.whenClosing(() => {
    over.abort();
    void channel.close(1001, 'The server is closing.');
  });
  void channel.closed.then(() => {
    forget();
    stopClock();
    over.abort();
  });
  try {
    for await (const { data } of channel.messages) {
      if (over.signal.aborted) return;
      received(data);
      if (typeof data === 'string') await ctx.impl.answerFrame(ctx, one, data);
      else await send(ctx, one, ctx.impl.errorFrame(ctx, invalid('expected a text frame, got a binary one')));
    }
  } catch (error) {
    // A socket that breaks, or that says too much, has closed: there is nothing more to do.
    if (!(error instanceof WireError)) ctx.report(error);
  }
}

/** Answers one frame of the client. Whatever is wrong with it, the socket stays (WebSocket Errors). */
export async function answerFrame(ctx: ResponsesContext, socket: ResponsesSocket, text: string): Promise<void> {
  const { impl } = ctx;
  // Of its own, so that nothing of a response stays with the socket.
  const left = new AbortController();
  const leave = () => left.abort();
  socket.signal.addEventListener('abort', leave);
  let previous: string | null | undefined;
  try {
    const request = impl.readFrame(ctx, text);
    previous = request.previous_response_id;
    const seen = { binding: 'WebSocket', method: 'GET', path: '/responses' };
    const call: Call = {
      owner: socket.owner,
      testId: socket.testId,
      binding: 'WebSocket',
      seen,
      signal: left.signal,
      remembered: socket.remembered,
    };
    const run = await impl.beginResponse(ctx, call, request);
    remember(socket, run.id);
    await sendEvents(ctx, socket, impl.shownEvents(ctx, call, runEvents(ctx, left.signal, run)));
  } catch (error) {
    if (socket.signal.aborted) return;
    // What failed to go on is forgotten (WebSocket Continuation).
    if (previous != null) socket.remembered.delete(previous);
    await send(ctx, socket, impl.errorFrame(ctx, error));
  } finally {
    socket.signal.removeEventListener('abort', leave);
  }
}

/** Only the last one is owed; a few more cost nothing. */
function remember({ remembered }: ResponsesSocket, id: string): void {
  remembered.add(id);
  const [oldest] = remembered;
  if (remembered.size > 16 && oldest !== undefined) remembered.delete(oldest);
}

/** The request in a frame. Throws a ResponsesError. */
export function readFrame(ctx: ResponsesContext, text: string): CreateResponseBody {
  const { type, ...request } = ctx.impl.parseObject(ctx, text) as { type?: unknown };
  if (type !== 'response.create')
    throw invalid(`type: expected "response.create", got ${JSON.stringify(type) ?? 'nothing'}`, { param: 'type' });
  const body = ctx.impl.checkCreate(ctx, request);
  check(ctx, 'WebSocketResponseCreateEvent', { type, ...body });
  return { ...body, stream: true };
}

/** The socket has lasted its time (WebSocket Reconnects). */
export function expireSocket(ctx: ResponsesContext, socket: ResponsesSocket): void {
  const error = new ResponsesError('invalid_request', 'The connection has lasted its time: connect anew.', {
    code: 'websocket_connection_limit_reached',
  });
  void send(ctx, socket, ctx.impl.errorFrame(ctx, error)).then(() => socket.channel.close(1000, 'time is up'));
}

async function sendEvents(
  ctx: ResponsesContext,
  socket: ResponsesSocket,
  items: AsyncIterable<StreamItem>,
): Promise<void> {
  let last: object = {};
  let split = false;
  for await (const item of items) {
    if ('event' in item) {
      last = item.event;
      const text = ctx.impl.socketText(ctx, last);
      await sendFragments(ctx, socket.socket, split ? splitUtf8(text) : [text]);
      split = false;
    } else if (item.fault === 'bad-json') await sendFragments(ctx, socket.socket, ['{"broken":']);
    else if (item.fault === 'duplicate-event') await send(ctx, socket, last);
    else if (item.fault === 'split-utf8') split = true;
    else {
      if (item.fault !== 'stall') cut({ socket: socket.connection }, item.fault === 'reset' ? 'reset' : 'disconnect');
      return await aborted(socket.signal);
    }
  }
}

export const socketText = (_ctx: ResponsesContext, event: object): string => JSON.stringify(event);

const send = (ctx: ResponsesContext, { socket }: ResponsesSocket, event: object): Promise<void> =>
  sendFragments(ctx, socket, [ctx.impl.socketText(ctx, event)]);
