import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Answer, StreamAnswer } from './answer.ts';
import { sendFaulty } from './faults.ts';
import type { DueQueue } from './due-queue.ts';
import { StreamWriter } from './stream-writer.ts';
import type { SetTimer } from './timer.ts';

/** Takes the reply over from Fastify, and has the answer written to its end, for which nobody has to wait. */
export function replyWith(
  ctx: { setTimer: SetTimer; keepAlive: DueQueue; report: (error: unknown) => void },
  reply: FastifyReply,
  answer: Answer | StreamAnswer,
): void {
  const response = reply.raw;
  // What hooks have set, a CORS plugin's for one, belongs to the answer too.
  const set = reply.getHeaders();
  for (const name in set) if (set[name] !== undefined) response.setHeader(name, set[name]);
  reply.hijack();
  try {
    if ('body' in answer) writePlain(response, answer);
    else new StreamWriter(ctx, response, answer).start();
  } catch (error) {
    // Too late for an answer, and nobody else ends this one.
    ctx.report(error);
    response.destroy();
  }
}

function writePlain(response: ServerResponse, { status, headers, body, fault }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
  if (fault) return sendFaulty(response, Buffer.from(body), fault);
  // A text goes out with the head in one piece; bytes would be a second one.
  response.end(body);
}
