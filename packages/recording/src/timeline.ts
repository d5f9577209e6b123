import type { Body, Exchange, Frame } from './exchange.ts';

export interface TimelineOptions {
  /** Characters a line, 40 at least. Default 120. */
  width?: number;
  /** Frames shown; of more than that the first and the last half. Default 40. */
  maxFrames?: number;
}

/**
 * One exchange as lines to read: the request, the status, each frame, how it ended, each with the
 * milliseconds since the request. `>` was sent, `<` was received. Shows what it is given: redact before.
 */
export function timeline(exchange: Exchange, options: TimelineOptions = {}): string {
  const { width = 120, maxFrames = 40 } = options;
  const { request, response, frames, end } = exchange;
  const since = (atMs: number | undefined) => (atMs === undefined ? '' : `+${Math.round(atMs - request.atMs)} ms`);
  const lines: string[] = [];
  const put = (atMs: number | undefined, text: string) =>
    lines.push(clip(`${since(atMs).padStart(10)} ${text}`, Math.max(40, width)));

  const subject = [exchange.binding, exchange.operation, exchange.label, exchange.hostile && 'hostile'];
  lines.push(clip([`#${exchange.id}`, ...subject.filter(Boolean)].join(' '), Math.max(40, width)));
  put(request.atMs, `> ${request.method} ${request.url}`);
  if (request.body) put(undefined, `> ${bodyText(request.body)}`);
  if (response) put(response.atMs, `< ${response.status} ${contentType(response.headers)}`.trimEnd());
  if (response?.body) put(undefined, `< ${bodyText(response.body)}`);
  if (response?.jsonError) put(undefined, `! not JSON: ${response.jsonError}`);

  const head = frames.length > maxFrames ? Math.ceil(maxFrames / 2) : frames.length;
  const tail = frames.length > maxFrames ? Math.floor(maxFrames / 2) : 0;
  for (const frame of frames.slice(0, head)) put(frame.atMs, frameText(frame));
  if (head + tail < frames.length) put(undefined, `… ${frames.length - head - tail} frames more`);
  for (const frame of frames.slice(frames.length - tail)) put(frame.atMs, frameText(frame));

  if (end) {
    const code = end.code === undefined ? '' : ` ${end.code}`;
    put(end.atMs, `. ${end.kind}${code}${end.message ? `: ${end.message}` : ''}`);
  } else put(undefined, '. no end was seen');
  return lines.join('\n');
}

function frameText({ index, direction, kind, event, id, data, jsonError }: Frame): string {
  const marks = [event !== undefined && `event=${event}`, id !== undefined && `id=${id}`, jsonError && 'not JSON'];
  const about = [`[${index}]`, kind, ...marks.filter(Boolean)].join(' ');
  return `${direction === 'in' ? '<' : '>'} ${about} ${data}`;
}

function bodyText(body: Body): string {
  return 'text' in body ? body.text : `(base64) ${body.base64}`;
}

function contentType(headers: [string, string][]): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
}

/** On one line, in `width` characters at most, with nothing in it that a terminal would obey. */
function clip(text: string, width: number): string {
  const short = text.length > width ? `${text.slice(0, width - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
  // Bidirectional marks, too, would show something else than what is there.
  return short.replace(/[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ');
}
