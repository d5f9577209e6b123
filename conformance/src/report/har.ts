import type { Body, Exchange, Frame, Headers } from '@agentproto/recording';
import type { Content, Entry, Header, Page, PostData } from 'har-format';
import type { ReportInput } from './format.ts';
import type { RunSource } from './judgement.ts';

/**
 * HAR 1.2 of everything that was recorded, one exchange after the other as they ended. A page is a scenario. What HAR has no
 * member for begins with an underscore, as it wants: frames with their times, how the exchange ended, its number.
 */
export async function* renderHar({ report, runs }: ReportInput): AsyncIterable<string> {
  const { tool, stopped } = report;
  const comment = [
    `${tool.name} against ${report.target.url}: ${report.outcome}`,
    stopped && `Partial: ${stopped.message}`,
  ];
  const head = { version: '1.2', creator: tool, comment: comment.filter(Boolean).join('. ') };
  yield `{"log":${JSON.stringify(head).slice(0, -1)},"pages":[`;
  const pages = runs.flatMap((run, index) => pagesOf(run, index, runs.length > 1));
  yield pages.map((page) => `\n${JSON.stringify(page)}`).join(',');
  yield '],"entries":[';
  const known = new Set(pages.map(({ id }) => id));
  let separator = '\n';
  for (const [index, run] of runs.entries()) {
    const prefix = runs.length > 1 ? `${index}/` : '';
    for await (const exchange of run.exchanges()) {
      const page = `${prefix}${exchange.label}`;
      yield `${separator}${JSON.stringify(entryOf(exchange, Date.parse(run.header.startedAt), known.has(page) ? page : undefined))}`;
      separator = ',\n';
    }
  }
  yield '\n]}}\n';
}

function pagesOf({ header, events }: RunSource, index: number, several: boolean): Page[] {
  const pages = new Map<string, Page>();
  for (const event of events) {
    if (event.type !== 'scenario-start' || pages.has(event.id)) continue;
    pages.set(event.id, {
      id: several ? `${index}/${event.id}` : event.id,
      startedDateTime: dateOf(Date.parse(header.startedAt), event.atMs),
      title: event.title,
      pageTimings: {},
    });
  }
  return [...pages.values()];
}

function dateOf(beganAt: number, atMs: number): string {
  return new Date(beganAt + atMs).toISOString();
}

function entryOf(
  { id, label, binding, operation, request, response, frames, end }: Exchange,
  beganAt: number,
  page: string | undefined,
): Entry {
  const endedAt = Math.max(request.atMs, end?.atMs ?? frames.at(-1)?.atMs ?? response?.atMs ?? request.atMs);
  const headAt = Math.min(response?.atMs ?? endedAt, endedAt);
  const timings = { send: 0, wait: round(headAt - request.atMs), receive: round(endedAt - headAt) };
  const content = contentOf(response?.headers ?? [], response?.body, frames);
  return {
    ...(page !== undefined && { pageref: page }),
    startedDateTime: dateOf(beganAt, request.atMs),
    time: timings.wait + timings.receive,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headersOf(request.headers),
      queryString: URL.canParse(request.url)
        ? [...new URL(request.url).searchParams].map(([name, value]) => ({ name, value }))
        : [],
      ...(request.body && { postData: postDataOf(request.headers, request.body) }),
      headersSize: -1,
      bodySize: sizeOf(request.body),
    },
    response: {
      status: response?.status ?? 0,
      statusText: '',
      httpVersion: response ? 'HTTP/1.1' : '',
      cookies: [],
      headers: headersOf(response?.headers ?? []),
      content,
      redirectURL: valueOf(response?.headers ?? [], 'location') ?? '',
      headersSize: -1,
      bodySize: content.size,
    },
    cache: {},
    timings,
    comment: [
      label,
      binding,
      operation,
      end && end.kind !== 'complete' && `${end.kind}${end.message ? `: ${end.message}` : ''}`,
    ]
      .filter(Boolean)
      .join(', '),
    _exchange: id,
    ...(frames.length > 0 && {
      _frames: frames.map(({ index, atMs, direction, kind }) => ({
        index,
        atMs: round(atMs - request.atMs),
        direction,
        kind,
      })),
    }),
    ...webSocketOf(frames, beganAt),
  } as Entry;
}

function headersOf(headers: Headers): Header[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function valueOf(headers: Headers, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function postDataOf(headers: Headers, body: Body): PostData {
  const mimeType = valueOf(headers, 'content-type') ?? '';
  return 'text' in body ? { mimeType, text: body.text } : { mimeType, text: body.base64, comment: 'base64' };
}

function contentOf(headers: Headers, body: Body | undefined, frames: readonly Frame[]): Content {
  const mimeType = valueOf(headers, 'content-type') ?? '';
  if (!body && frames.length > 0) {
    const text = frames.map(wireTextOf).join('');
    return { mimeType, size: Buffer.byteLength(text), text };
  }
  if (!body) return { mimeType, size: 0 };
  return 'text' in body
    ? { mimeType, size: sizeOf(body), text: body.text }
    : { mimeType, size: sizeOf(body), text: body.base64, encoding: 'base64' };
}

/** A frame as it stands in a stream; WebSocket messages stand apart, as browsers write them. */
function wireTextOf({ kind, data, event, id }: Frame): string {
  if (kind === 'ndjson') return `${data}\n`;
  if (kind === 'sse-comment') return `:${data}\n\n`;
  if (kind !== 'sse') return '';
  const lines = [...(event === undefined ? [] : [`event: ${event}`]), ...(id === undefined ? [] : [`id: ${id}`])];
  return `${[...lines, ...data.split('\n').map((line) => `data: ${line}`)].join('\n')}\n\n`;
}

function webSocketOf(frames: readonly Frame[], beganAt: number): object {
  const messages = frames.filter(({ kind }) => kind === 'ws-text' || kind === 'ws-binary');
  if (messages.length === 0) return {};
  return {
    _resourceType: 'websocket',
    _webSocketMessages: messages.map(({ direction, kind, data, atMs }) => ({
      type: direction === 'in' ? 'receive' : 'send',
      time: (beganAt + atMs) / 1_000,
      opcode: kind === 'ws-text' ? 1 : 2,
      data,
    })),
  };
}

function sizeOf(body: Body | undefined): number {
  if (!body) return 0;
  return 'text' in body ? Buffer.byteLength(body.text) : Buffer.byteLength(body.base64, 'base64');
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
