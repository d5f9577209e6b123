import { WireError } from '../wire-error.ts';

export interface OutgoingSseEvent {
  /** Line ends of any kind are allowed and arrive as LF: an event stream cannot carry a CR. */
  data: string;
  event?: string | undefined;
  id?: string | undefined;
  /** Milliseconds until the client may reconnect. */
  retry?: number | undefined;
}

const LINE_END = /\r\n|\r|\n/;

/** One whole event with its blank line. Throws `WireError` (`bad-field`) rather than let a value make a field. */
export function encodeSseEvent({ data, event, id, retry }: OutgoingSseEvent): string {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine('event', event)}\n`;
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      throw new WireError('bad-field', `retry: expected a whole number of milliseconds, got ${retry}`);
    }
    text += `retry: ${retry}\n`;
  }
  return `${text}${prefixed('data', data)}\n`;
}

/** A comment with a blank line after it; a reader passes over it. Write it between whole events only. */
export function encodeSseComment(text: string): string {
  return `${prefixed('', text)}\n`;
}

function prefixed(field: string, text: string): string {
  if (!text.includes('\n') && !text.includes('\r')) return `${field}: ${text}\n`;
  return text
    .split(LINE_END)
    .map((line) => `${field}: ${line}\n`)
    .join('');
}

function oneLine(field: string, value: string): string {
  const at = value.search(/[\r\n\0]/);
  if (at === -1) return value;
  const code = `U+${value.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
  throw new WireError('bad-field', `${field}: expected a text without CR, LF and NUL, got ${code} at character ${at}`);
}
