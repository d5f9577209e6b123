import type { Socket } from 'node:net';
import { PATHS } from '@agentproto/protocol/chat/docs';
import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { WireError } from '@agentproto/wire';
import { channelOf } from '@agentproto/wire/websocket';
import type { WebSocket } from 'ws';
import type { ChatContext } from './context.ts';
import type { Call, ChatSocket } from './call.ts';
import { ChatError } from './chat-error.ts';
import type { Caller } from '../identity.ts';
import { sendFrame, sendFrames } from './frames.ts';

/** Serves a socket until it closes: many turns, strictly one after the other (server: WebSocket). */
export async function serveSocket(
  ctx: ChatContext,
  caller: Caller,
  socket: WebSocket,
  connection: Socket,
  received: (data: string | Uint8Array) => void,
): Promise<void> {
  const over = new AbortController();
  const channel = channelOf(socket, { messageBytes: ctx.settings.messageBytes });
  const one: ChatSocket = { ...caller, channel, socket, connection, signal: over.signal };
  let turn: Promise<void> = Promise.resolve();

  async function serveTurns(): Promise<void> {
    for await (const { data } of channel.messages) {
      if (over.signal.aborted) return;
      received(data);
      turn = ctx.impl.answerFrame(ctx, one, data);
      await turn;
    }
  }

  const forget = ctx.whenClosing(() => {
    over.abort();
    // The turn that is under way has its last word first.
    void turn.then(() => channel.close(1001, 'The server is closing.'));
  });
  const stopPings = ctx.impl.keepAlive(ctx, one);
  void channel.closed.then(() => {
    forget();
    stopPings();
    over.abort();
  });
  // A socket that breaks, or that says too much, has closed: there is nothing more to do.
  await serveTurns().catch((error: unknown) => error instanceof WireError || ctx.report(error));
}

/** Answers one message of the client. Whatever is wrong with it, the socket stays (server: Error Handling). */
export async function answerFrame(ctx: ChatContext, socket: ChatSocket, data: string | Uint8Array): Promise<void> {
  const { impl } = ctx;
  // Of its own, so that nothing of a turn stays with the socket.
  const left = new AbortController();
  const leave = () => left.abort();
  socket.signal.addEventListener('abort', leave);
  try {
    if (typeof data !== 'string') return await impl.answerBinary(ctx, socket);
    const request = impl.readFrame(ctx, data);
    const seen = { binding: 'WebSocket', method: 'GET', path: PATHS.chatWs };
    const call: Call = {
      owner: socket.owner,
      testId: socket.testId,
      binding: 'WebSocket',
      legacy: false,
      seen,
      signal: left.signal,
    };
    const silenced = impl.isSilenced(ctx, call, request);
    if (silenced !== false && (await silenced)) return await impl.silentFrame(ctx, socket);
    const run = await impl.beginTurn(ctx, call, request);
    await sendFrames(ctx, socket, impl.shownEvents(ctx, call, run));
  } catch (error) {
    await impl.answerFailure(ctx, socket, error);
  } finally {
    socket.signal.removeEventListener('abort', leave);
  }
}

/** The one frame that answers a request which gets no answer. */
export const silentFrame = (ctx: ChatContext, socket: ChatSocket): Promise<void> =>
  sendEvent(ctx, socket, ctx.impl.silentEvent(ctx, 'WebSocket'));

export function answerFailure(ctx: ChatContext, socket: ChatSocket, error: unknown): Promise<void> {
  return sendEvent(ctx, socket, ctx.impl.errorEvent(ctx, error));
}

/** The documents speak of text alone. */
export function answerBinary(_ctx: ChatContext, _socket: ChatSocket): Promise<void> {
  throw new ChatError(422, 'expected a text frame, got a binary one');
}

async function sendEvent(ctx: ChatContext, socket: ChatSocket, event: StreamEvent): Promise<void> {
  await sendFrame(ctx, socket, ctx.impl.frameChunks(ctx, ctx.impl.frame(ctx, event)));
}

/** Pings, and gives up a client that does not answer; returns what ends it (server: Connection Stability). */
export function keepAlive(
  { settings: { pingMs, pongMs }, setTimer }: ChatContext,
  { socket, channel }: ChatSocket,
): () => void {
  if (pingMs === null) return () => {};
  let cancel = () => {};
  const wait = () => {
    cancel = setTimer(pingMs, () => {
      cancel = setTimer(pongMs, () => void channel.close(1011, 'No pong came in time.'));
      socket.ping();
    });
  };
  socket.on('pong', () => {
    cancel();
    wait();
  });
  wait();
  return () => cancel();
}
