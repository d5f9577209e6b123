import type { ClientRequest, Middleware } from './middleware.ts';
import type { ClientResponse } from './platform/raw.ts';
import { redactor } from './redact.ts';

/** One line about one HTTP request, without credentials. */
export interface LogEntry {
  /** `request`: it is about to be sent; `response`: the head of its answer came; `failure`: no answer came. */
  event: 'request' | 'response' | 'failure';
  /** The operation in the protocol's own term (`SendMessage`, `card` …). */
  operation: string;
  /** Counts from 1; above 1 the client's own retry is at work. */
  attempt: number;
  method: string;
  /** Without user, password and the values of its query. */
  url: string;
  /** Of the request, or of the response; undefined for a failure. */
  headers?: { [name: string]: string };
  /** Of the request, with `bodies`. */
  body?: string;
  status?: number;
  requestId?: string;
  /** Milliseconds from the request to the head of the answer, or to the failure. */
  durationMs?: number;
  /** The message of what was thrown. */
  error?: string;
}

export interface LoggingOptions {
  /** What it throws is ignored: a log must not break a call. */
  log: (entry: LogEntry) => void;
  /** Also what is sent, its first 4,000 characters, with every member that may be a secret taken out. Default: false. */
  bodies?: boolean;
}

const HIDDEN = '[redacted]';
const SECRET_HEADER = /auth|cookie|token|secret|key|signature/i;
const SECRET_MEMBER = /token|secret|password|credentials|authorization|api[-_]?key/i;
const LONGEST_BODY = 4_000;

/**
 * A layer of `middleware` that tells of every request and its answer, retries and redirected ones included. It stands outside `auth`, whose
 * token it never sees; other credentials, in headers, urls and bodies, are taken out.
 */
export function logging({ log, bodies = false }: LoggingOptions): Middleware {
  const tell = (entry: LogEntry) => {
    try {
      log(entry);
    } catch {
      // A log must not break a call.
    }
  };
  return async (request, next) => {
    const { operation, attempt, method, body } = request;
    const redact = redactor(() => secretsIn(request.headers));
    const what = { operation, attempt, method, url: shownUrl(request.url) };
    const shownBody = bodies && body !== undefined && { body: redact(withoutSecrets(body)).slice(0, LONGEST_BODY) };
    tell({ event: 'request', ...what, headers: shownHeaders(request.headers), ...shownBody });
    const since = performance.now();
    const durationMs = () => Math.round(performance.now() - since);
    try {
      const response = await next(request);
      const requestId = response.headers.get('x-request-id');
      const headers = { headers: shownHeaders(response.headers) };
      tell({
        event: 'response',
        ...what,
        ...headers,
        status: response.status,
        ...(requestId !== null && { requestId }),
        durationMs: durationMs(),
      });
      return response;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      tell({ event: 'failure', ...what, durationMs: durationMs(), error: redact(said) });
      throw error;
    }
  };
}

function* secretsIn(headers: Headers): Iterable<string> {
  for (const [name, value] of headers.entries()) if (SECRET_HEADER.test(name)) yield value;
}

function shownUrl(text: string): string {
  const url = new URL(text);
  const names = [...url.searchParams.keys()];
  const query = names.map((name) => `${encodeURIComponent(name)}=${HIDDEN}`).join('&');
  return `${url.origin}${url.pathname}${query && `?${query}`}`;
}

/** Under Node the headers of an answer are not a `Headers`: those that are of use are asked for by name. */
const SHOWN = ['content-type', 'content-length', 'retry-after', 'a2a-extensions', 'x-request-id', 'date', 'server'];

function shownHeaders(headers: ClientRequest['headers'] | ClientResponse['headers']): { [name: string]: string } {
  const shown: { [name: string]: string } = {};
  if (headers instanceof Headers) {
    for (const [name, value] of headers.entries()) shown[name] = SECRET_HEADER.test(name) ? HIDDEN : value;
    return shown;
  }
  for (const name of SHOWN) {
    const value = headers.get(name);
    if (value !== null) shown[name] = value;
  }
  return shown;
}

function withoutSecrets(body: string): string {
  try {
    const hide = (name: string, value: unknown) =>
      SECRET_MEMBER.test(name) && typeof value === 'string' ? HIDDEN : value;
    return JSON.stringify(JSON.parse(body, hide));
  } catch {
    return body;
  }
}
