import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { WireFault } from '@agentproto/script';
import { writeFrames } from '@agentproto/wire/frames';
import { aborted, cut, sendFaulty, splitUtf8 } from './faults.ts';
import type { SetTimer } from './timer.ts';

/** A plain answer, ready to be written. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  fault?: WireFault | undefined;
}

/** What a stream carries: events as the family has them, and the faults that a script asks for in between. */
export type StreamItem<Event> = Event | { fault: WireFault };

/** An answer that is a stream. */
export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  /** Each event as the text of its frame, in batches of what is there. */
  frames: AsyncIterable<readonly StreamItem<{ text: string }>[]>;
  /** The pieces in which a frame is written. */
  chunks: (text: string) => Iterable<string | Uint8Array>;
  /** A whole frame whose content is no JSON. */
  broken: () => string;
  /** The frame that ends a stream which fails. */
  failure: (error: unknown) => string;
  /** What is written in each silence of `everyMs`. */
  keepAlive?: { everyMs: number; frame: string };
  /** Aborts when nobody reads any more. Made when it is asked for. */
  readonly signal: AbortSignal;
}

/** Takes the reply over from Fastify, and writes the answer to its end. Never rejects. */
export async function replyWith(
  ctx: { setTimer: SetTimer; report: (error: unknown) => void },
  reply: FastifyReply,
  answer: Answer | StreamAnswer,
): Promise<void> {
  // What hooks have set, a CORS plugin's for one, belongs to the answer too.
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.hijack();
  try {
    await writeAnswer(ctx, reply.raw, answer);
  } catch (error) {
    // Too late for an answer, and nobody else ends this one.
    ctx.report(error);
    reply.raw.destroy();
  }
}

/** Writes an answer to its end; resolves when nothing is left to do. */
export async function writeAnswer(
  { setTimer }: { setTimer: SetTimer },
  response: ServerResponse,
  answer: Answer | StreamAnswer,
): Promise<void> {
  if ('body' in answer) return writePlain(response, answer);
  const { status, headers, keepAlive } = answer;
  response.writeHead(status, headers);
  // A stream that begins in silence has its head all the same; another spares a write.
  setImmediate(() => response.flushHeaders());
  const end = await writeFrames(pieces(answer, response), response, { keepAlive, setTimer });
  if (end === 'stalled') cut(response, 'disconnect');
}

async function writePlain(response: ServerResponse, { status, headers, body, fault }: Answer): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
  if (fault) return sendFaulty(response, Buffer.from(body), fault);
  // A text goes out with the head in one piece; bytes would be a second one.
  response.end(body);
}

/** What is written, in one go as far as it is there in one go. */
async function* pieces(answer: StreamAnswer, response: ServerResponse): AsyncGenerator<string | Uint8Array> {
  const { frames, chunks, broken, failure } = answer;
  let last = '';
  let next: WireFault | undefined;
  try {
    for await (const batch of frames) {
      let ready = '';
      for (const frame of batch) {
        if (!('fault' in frame) && next === undefined) {
          last = frame.text;
          const parts = chunks(last);
          if (isWhole(parts)) ready += parts[0];
          else {
            if (ready !== '') yield ready;
            ready = '';
            yield* parts;
          }
          continue;
        }
        if (ready !== '') yield ready;
        ready = '';
        if ('fault' in frame) {
          if (frame.fault === 'bad-json') yield* chunks(broken());
          else if (frame.fault === 'duplicate-event') yield* chunks(last);
          else if (frame.fault === 'truncate' || frame.fault === 'split-utf8') next = frame.fault;
          else {
            if (frame.fault !== 'stall') cut(response, frame.fault);
            return await aborted(answer.signal);
          }
          continue;
        }
        last = frame.text;
        if (next === 'truncate') {
          yield last.slice(0, last.length >> 1);
          cut(response, 'disconnect');
          return await aborted(answer.signal);
        }
        yield* splitUtf8(last);
        next = undefined;
      }
      if (ready !== '') yield ready;
    }
  } catch (error) {
    if (!response.destroyed) yield failure(error);
  }
}

const isWhole = (parts: Iterable<string | Uint8Array>): parts is readonly [string] =>
  Array.isArray(parts) && parts.length === 1 && typeof parts[0] === 'string';
