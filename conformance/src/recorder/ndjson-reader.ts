import { isUtf8 } from 'node:buffer';
import { bodyOf, readJson, type JsonReading } from './body.ts';
import { EVIDENCE_BYTES, excerpt, type BodyReader } from './body-reader.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { OpenExchange } from './open-exchange.ts';

const LF = 0x0a;

/**
 * Content of an NDJSON type: whatever stands between two LFs becomes a frame, at its chunk's time. Nothing
 * is forgiven, so that nothing is lost: a CR, a byte order mark and blank lines stay as they came. A last
 * line without its LF is a frame too, and makes the end `malformed`.
 */
export function createNdjsonReader(open: OpenExchange): BodyReader {
  const { exchange } = open;
  const faults: string[] = [];
  let begun = new GrowingBytes();
  let arrivedMs = 0;

  function line(bytes: Buffer): void {
    const data = bytes.toString();
    if (!isUtf8(bytes) && faults.length === 0)
      faults.push(`bytes that are not UTF-8, in frame ${exchange.frames.length}`);
    open.frame({ atMs: arrivedMs, direction: 'in', kind: 'ndjson', data, ...readLine(bytes, data) });
  }

  return {
    feed(bytes) {
      arrivedMs = open.clock.nowMs();
      let from = 0;
      for (let to; (to = bytes.indexOf(LF, from)) !== -1; from = to + 1) {
        const rest = bytes.subarray(from, to);
        if (begun.length === 0) line(rest);
        else {
          begun.append(rest);
          line(begun.bytes);
          begun = new GrowingBytes();
        }
      }
      begun.append(bytes.subarray(from));
    },
    complete() {
      if (begun.length > 0) {
        faults.push(`the last line has no LF: ${excerpt(begun.bytes.toString())}`);
        line(begun.bytes);
      }
      return faults.length > 0 ? faults.join('; ') : undefined;
    },
    keep(response) {
      const body = exchange.frames.length === 0 ? bodyOf(begun.bytes.subarray(0, EVIDENCE_BYTES)) : undefined;
      if (body) response.body = body;
    },
  };
}

function readLine(bytes: Buffer, data: string): JsonReading {
  if (!isUtf8(bytes)) return { jsonError: 'not UTF-8' };
  return data.trim() === '' ? { jsonError: 'a blank line' } : readJson(data);
}
