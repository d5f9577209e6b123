import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { isUnserved } from '../../kit/offered.ts';
import { seen, type Place } from '../../kit/subject.ts';
import { isTerminal, record, text } from '../view.ts';

export const contentTypeOf = ({ response }: Exchange): string | undefined =>
  response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];

const mediaType = (exchange: Exchange): string | undefined =>
  contentTypeOf(exchange)?.split(';', 1)[0]!.trim().toLowerCase();

/** An operation of the protocol was answered with a body. */
const hasBody = ({ operation, response, frames }: Exchange): boolean =>
  operation !== undefined &&
  response !== undefined &&
  response.status !== 101 &&
  (!!response.body || frames.length > 0);

/** The events of a stream that a request got. */
const streamOf = (exchange: Exchange) =>
  exchange.binding === 'SSE' && exchange.response?.status === 200 && exchange.operation !== undefined
    ? exchange.frames.filter(({ kind }) => kind === 'sse')
    : [];

/** A response that is kept, as it is got without `stream`: what was left aside is `stream` (OAI-GET-004). */
const isInOnePiece = (exchange: Exchange): boolean =>
  exchange.operation === 'retrieveResponse' && record(exchange.response?.json) !== undefined;

const at = (exchange: Exchange, frame: { index: number; atMs: number } | undefined): Place => ({
  exchange: exchange.id,
  ...(frame ? { frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) } : {}),
});

export const transportInvariants = [
  invariant('responses/http/messages', {
    title: 'An answer says what it is, is JSON unless it is a stream, and is whole',
    proves: ['RESP-HTTP-004', 'RESP-HTTP-005', 'RESP-HTTP-006'],
    bindings: ['HTTP', 'SSE'],
    ofHostile: true,
    examine(exchange, check, play) {
      const { response, end, id, operation } = exchange;
      const place = { exchange: id };
      if (response && end && ['complete', 'malformed', 'broken'].includes(end.kind))
        check('RESP-HTTP-006', seen(end, place)).holds(
          end.kind === 'complete',
          'a message that HTTP allows, with its end',
        );
      if (!hasBody(exchange) || (operation !== 'createResponse' && isUnserved(exchange, play))) return;
      const type = contentTypeOf(exchange);
      check('RESP-HTTP-004', seen(type, place)).holds(type !== undefined, 'Content-Type');
      if (exchange.binding !== 'HTTP' || end?.kind !== 'complete') return;
      const options = type === undefined ? ({ blockedBy: 'RESP-HTTP-004' } as const) : {};
      check('RESP-HTTP-005', seen(type, place), options).holds(
        mediaType(exchange) === 'application/json',
        'application/json',
      );
      check('RESP-HTTP-005', seen(response?.body, place)).holds(
        response?.jsonError === undefined && response?.json !== undefined,
        'JSON',
      );
    },
  }),

  invariant('responses/stream/frames', {
    title:
      'A stream is of its media type; events are JSON, named after their type, without an id, and [DONE] is the last',
    proves: ['RESP-STREAM-001', 'RESP-STREAM-002', 'RESP-STREAM-003', 'RESP-STREAM-004', 'RESP-STREAM-005'],
    bindings: ['SSE'],
    examine(exchange, check) {
      if (exchange.response?.status === 200 && exchange.operation !== undefined && !isInOnePiece(exchange))
        check('RESP-STREAM-001', seen(contentTypeOf(exchange), at(exchange, undefined))).holds(
          mediaType(exchange) === 'text/event-stream',
          'text/event-stream',
        );
      const frames = streamOf(exchange);
      if (frames.length === 0) return;
      const mark = frames.findIndex(({ data }) => data === '[DONE]');
      const events = mark < 0 ? frames : frames.slice(0, mark);
      for (const frame of events) {
        const place = at(exchange, frame);
        check('RESP-STREAM-002', seen(frame.data, place)).holds(frame.jsonError === undefined, 'JSON');
        const type = text(record(frame.json)?.type);
        if (type !== undefined)
          check('RESP-STREAM-004', seen(frame.event ?? null, place)).holds(
            frame.event === type,
            `the event field ${type}`,
          );
        check('RESP-STREAM-005', seen(frame.id ?? null, place)).holds(frame.id === undefined, 'no id field');
      }
      const last = frames.at(-1)!;
      const ended = events.some(({ json }) => isTerminal(text(record(json)?.type)));
      if (mark >= 0)
        check('RESP-STREAM-003', seen(last.data, at(exchange, last))).holds(
          mark === frames.length - 1,
          'nothing after [DONE]',
        );
      else if (exchange.end?.kind === 'complete')
        check(
          'RESP-STREAM-003',
          seen(last.data, at(exchange, last)),
          ended ? {} : { blockedBy: 'RESP-STREAM-011' },
        ).holds(false, '[DONE] as the last event');
    },
  }),
];
