import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

export interface BodyLimits {
  /** Bytes of a request body. */
  bodyBytes: number;
  /** Milliseconds from the request's head to the end of its body. */
  bodyMs: number;
}

/** How long a client that sends too much is listened to, so that it can read the answer. */
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
      drain(request);
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
      reject(new HttpError('BODY_TIMEOUT', `The body did not come within ${bodyMs} ms.`, { connection: 'close' }));
    }, bodyMs);
    request.on('data', take).on('end', finish).on('error', lose).on('close', lose);
  });
}

function drain(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  const stop = () => clearTimeout(timer);
  request.on('end', stop).on('close', stop).on('error', stop);
  request.resume();
}

/** JSON text in UTF-8. Throws a SyntaxError that says what is wrong with it. */
export function parseJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw new SyntaxError('The body is not UTF-8.');
  const text = body.toString();
  return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}
