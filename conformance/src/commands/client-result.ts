import type { Told } from '../kit/client-check.ts';
import { isRecord } from '../kit/json.ts';

const MARK = 'AGENTPROTO_RESULT';
/** Of a line that is kept until it ends. */
const LONGEST = 1024 * 1024;

/** Finds in what a client writes the line in which it tells what it got; the last one counts. */
export function resultListener(onOutput: ((text: string) => void) | undefined) {
  let line = '';
  const listener = {
    told: undefined as Told | undefined,
    onOutput(text: string): void {
      onOutput?.(text);
      const lines = (line + text).split('\n');
      line = lines.pop()!.slice(-LONGEST);
      for (const one of lines) listener.told = toldIn(one) ?? listener.told;
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
