import type { EndKind, RecordedResponse } from '@agentproto/recording';
import { bodyOf, readJsonBody } from './body.ts';
import { GrowingBytes } from './growing-bytes.ts';

/** What becomes of a response's content, coding already undone. */
export interface BodyReader {
  feed(bytes: Buffer): void;
  /** The response was complete: says what is wrong with its content, if something is. */
  complete(): string | undefined;
  /** The exchange ended: leaves what came in the response. */
  keep(response: RecordedResponse, end: EndKind): void;
}

/** Content that is no stream: kept whole. Half a body is kept too, but not read as JSON. */
export function createWholeBodyReader(mediaType: string): BodyReader {
  const content = new GrowingBytes();
  return {
    feed: (bytes) => content.append(bytes),
    complete: () => undefined,
    keep(response, end) {
      const body = bodyOf(content.bytes);
      if (body) response.body = body;
      if (end === 'complete') Object.assign(response, readJsonBody(body, mediaType));
    },
  };
}

/** Kept of a stream that shows no frame: enough to see what it was instead. */
export const EVIDENCE_BYTES = 64 * 1024;

/** For messages. */
export function excerpt(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
