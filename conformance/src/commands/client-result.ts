import type { Told } from '../kit/client-check.ts';
import { isRecord } from '../kit/json.ts';
import type { ChildStream } from './child.ts';
import type { Quote } from './client-output.ts';

const MARK = 'AGENTPROTO_RESULT';
/** Of a line that is kept until it ends. */
const LONGEST = 1024 * 1024;

/** Finds in what a client writes the line in which it tells what it got, or in `misread` what is wrong with it; the last one counts. `quote`: how its words are repeated. */
export function resultListener(quote: Quote = (text) => text) {
  // Of both streams what has come of a line: they come in pieces, between each other.
  const begun: Record<ChildStream, string> = { stdout: '', stderr: '' };
  const listener = {
    told: undefined as Told | undefined,
    misread: undefined as string | undefined,
    onOutput(text: string, stream: ChildStream): void {
      const end = text.lastIndexOf('\n');
      if (end < 0) {
        begun[stream] += text;
        // Cut now and then: cutting copies.
        if (begun[stream].length > 2 * LONGEST) begun[stream] = begun[stream].slice(-LONGEST);
        return;
      }
      for (const line of (begun[stream] + text.slice(0, end)).split('\n')) {
        const found = foundIn(line, quote);
        if (found) Object.assign(listener, { told: undefined, misread: undefined }, found);
      }
      begun[stream] = text.slice(end + 1);
    },
  };
  return listener;
}

function foundIn(line: string, quote: Quote): { told: Told } | { misread: string } | undefined {
  const at = line.indexOf(`${MARK} `);
  if (at < 0) return undefined;
  const given = line.slice(at + MARK.length + 1).trim();
  const misread = `expected ${MARK} {"text": "…"} or {"failed": "why"}, as JSON; got ${quote(given.slice(0, 10_000)).slice(0, 100)}`;
  try {
    const value: unknown = JSON.parse(given);
    if (!isRecord(value)) return { misread };
    const { text, failed } = value;
    const all = [text, failed].filter((one) => one !== undefined);
    const isEmpty = Object.keys(value).length === 0;
    if ((all.length === 0 && !isEmpty) || all.some((one) => one !== null && typeof one !== 'string'))
      return { misread };
    return { told: { ...(typeof text === 'string' && { text }), ...(typeof failed === 'string' && { failed }) } };
  } catch {
    return { misread };
  }
}
