import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

export interface BodyLimits {
  /** Bytes of a request body. */
  bodyBytes: number;
  /** Milliseconds from the request's head to the end of its body. */
  bodyMs: number;
}

/** How long a client that is still sending is listened to after its answer. */
const LINGER_MS = 1_000;

/** The whole body. Throws an HttpError when it is too large, too slow, or does not come to its end. */
export function readBody(request: IncomingMessage, { bodyBytes, bodyMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;

    const settle = () => {
      clearTimeout(timer);
      request.off('data', take).off('end', finish).off('error', lose).off('close', lose);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyBytes) return void chunks.push(chunk);
      settle();
      linger(request);
      reject(new HttpError('BODY_TOO_LARGE', `The body may have ${bodyBytes} bytes.`));
    };
    const finish = () => {
      settle();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    };
    const lose = () => {
      settle();
      reject(new HttpError('BAD_REQUEST', 'The connection was closed before the body was complete.'));
    };
    const timer = setTimeout(() => {
      settle();
      linger(request);
      reject(new HttpError('BODY_TIMEOUT', `The body did not come within ${bodyMs} ms.`, { connection: 'close' }));
    }, bodyMs);
    request.on('data', take).on('end', finish).on('error', lose).on('close', lose);
  });
}

/**
 * Node destroys the socket as soon as the answer to a body that has not come to its end is written. What the client
 * still sends then is answered with a reset, which takes away an answer that it has not read. So the socket only says
 * that nothing more will come, and is read until the body is over or the client has had its time (RFC 9112, 9.6).
 */
function linger(request: IncomingMessage): void {
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.destroySoon = () => socket.end();
  const isOver = () => {
    clearTimeout(timer);
    socket.destroySoon = destroySoon;
    if (socket.writableEnded) destroySoon();
  };
  request.on('end', isOver).on('close', isOver).on('error', isOver).resume();
}

/** JSON text in UTF-8. Throws a SyntaxError that says what is wrong with it. */
export function parseJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw new SyntaxError('The body is not UTF-8.');
  const text = body.toString();
  return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}
