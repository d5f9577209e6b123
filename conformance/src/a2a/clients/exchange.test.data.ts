import type { Exchange, Frame, Headers } from '@agentproto/recording';

/** Small recordings: what a client sent and got, at which second. */

export interface Options {
  headers?: Headers;
  status?: number;
  answerHeaders?: Headers;
  json?: unknown;
  frames?: unknown[];
  end?: { kind: 'complete' | 'left' | 'broken'; at: number };
  binding?: string;
}

let nextId = 0;
export function exchange(at: number, method: string, url: string, body: unknown, options: Options = {}): Exchange {
  const { headers = [], status = 200, answerHeaders = [], json, frames = [], end, binding } = options;
  const atMs = at * 1_000;
  const text = json === undefined ? undefined : JSON.stringify(json);
  return {
    id: nextId++,
    ...(binding && { binding }),
    request: { atMs, method, url, headers, ...(body !== undefined && { body: { text: JSON.stringify(body) } }) },
    response: { atMs: atMs + 10, status, headers: answerHeaders, json, ...(text !== undefined && { body: { text } }) },
    frames: frames.map((one, index): Frame => ({
      ...{ index, atMs: atMs + 20 + index, direction: 'in', kind: 'sse', data: JSON.stringify(one), json: one },
    })),
    end: { atMs: (end?.at ?? at + 0.1) * 1_000, kind: end?.kind ?? 'complete' },
  };
}
