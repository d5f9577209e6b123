import type { Told } from '../kit/client-check.ts';
import { isRecord } from '../kit/json.ts';
import type { ChildStream } from './child.ts';

const MARK = 'AGENTPROTO_RESULT';
/** Of a line that is kept until it ends. */
const LONGEST = 1024 * 1024;

/** Finds in what a client writes the line in which it tells what it got; the last one counts. */
export function resultListener(onOutput: ((text: string) => void) | undefined) {
  // Of both streams what has come of a line: they come in pieces, between each other.
  const begun: Record<ChildStream, string> = { stdout: '', stderr: '' };
  const listener = {
    told: undefined as Told | undefined,
    onOutput(text: string, stream: ChildStream): void {
      onOutput?.(text);
      const end = text.lastIndexOf('\n');
      if (end < 0) {
        begun[stream] += text;
        // Cut now and then: cutting copies.
        if (begun[stream].length > 2 * LONGEST) begun[stream] = begun[stream].slice(-LONGEST);
        return;
      }
      for (const line of (begun[stream] + text.slice(0, end)).split('\n'))
        listener.told = toldIn(line) ?? listener.told;
      begun[stream] = text.slice(end + 1);
    },
  };
  return listener;
}

function toldIn(line: string): Told | undefined {
  const at = line.indexOf(`${MARK} `);
  if (at < 0) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(at + MARK.length + 1));
    if (!isRecord(value)) return undefined;
    const { text, failed } = value;
    return { ...(typeof text === 'string' && { text }), ...(typeof failed === 'string' && { failed }) };
  } catch {
    return undefined;
  }
}
