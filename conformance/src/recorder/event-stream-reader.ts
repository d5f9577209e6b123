import { createSseDecoder } from '@agentproto/wire/sse';
import { bodyOf, readJson } from './body.ts';
import { EVIDENCE_BYTES, excerpt, type BodyReader } from './body-reader.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { OpenExchange } from './open-exchange.ts';

/** Content of type `text/event-stream`: every event and comment becomes a frame, at its chunk's time. */
export function createEventStreamReader(open: OpenExchange): BodyReader {
  const { exchange } = open;
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let badUtf8: string | undefined;
  let arrivedMs = 0;
  const evidence = new GrowingBytes();

  const decoder = createSseDecoder(
    {
      onEvent({ data, event, id }) {
        const fields = { ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) };
        open.frame({ atMs: arrivedMs, direction: 'in', kind: 'sse', data, ...fields, ...readJson(data) });
      },
      onComment: (data) => open.frame({ atMs: arrivedMs, direction: 'in', kind: 'sse-comment', data }),
    },
    // The content as a whole is limited already.
    { lineBytes: Number.POSITIVE_INFINITY, eventBytes: Number.POSITIVE_INFINITY },
  );

  /** An event stream is UTF-8 always (HTML, 9.2.5); the decoder puts U+FFFD where it is not. */
  function checkUtf8(bytes?: Buffer): void {
    if (badUtf8) return;
    try {
      utf8.decode(bytes, { stream: bytes !== undefined });
    } catch {
      badUtf8 = `bytes that are not UTF-8, after frame ${exchange.frames.length - 1}`;
    }
  }

  return {
    feed(bytes) {
      arrivedMs = open.clock.nowMs();
      if (exchange.frames.length === 0) evidence.append(bytes.subarray(0, EVIDENCE_BYTES - evidence.length));
      checkUtf8(bytes);
      decoder.feed(bytes);
    },
    complete() {
      checkUtf8();
      const rest = decoder.end();
      if (!rest) return badUtf8;
      const where = rest.midLine ? 'in the middle of a line' : 'without the blank line that ends it';
      return `the stream stopped within an event, ${where}${rest.event ? `: ${excerpt(rest.event.data)}` : ''}`;
    },
    keep(response) {
      const body = exchange.frames.length === 0 ? bodyOf(evidence.bytes) : undefined;
      if (body) response.body = body;
    },
  };
}
