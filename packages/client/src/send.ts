import { ConnectionError, RedirectError } from './errors.ts';
import { type ClientRequest, place } from './middleware.ts';
import type { ClientResponse, Send } from './platform/raw.ts';

/** RFC 9110, 15.4. The first three turn a POST into a GET, or may. */
const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 5;

/** Failures where no byte of the request can have reached a server. */
const NOTHING_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * Sends requests, and follows redirects within their origin. `fetch` by itself would take every header but
 * `authorization`, and the body, to whatever origin a server names.
 */
export function sender(send: Send): Send {
  return async (request) => {
    for (let hops = 0, at = request; ; hops++) {
      let response;
      try {
        response = await send(at);
      } catch (error) {
        request.until.throwIfAborted();
        throw connectionError(error, at);
      }
      const to = redirectOf(response, at, hops);
      if (to === undefined) return response;
      void response.body?.cancel().catch(() => {});
      at = { ...request, url: to };
    }
  };
}

/** Where to go on; undefined: this is the answer. Throws where going on is not safe. */
function redirectOf(
  { status, type, headers }: Omit<ClientResponse, 'body'>,
  request: Pick<ClientRequest, 'operation' | 'method' | 'url'>,
  hops: number,
): string | undefined {
  const isHidden = type === 'opaqueredirect';
  if (!isHidden && !REDIRECTS.includes(status)) return undefined;
  const { method, url } = request;
  const where = place(request);
  if (isHidden) {
    const hint = 'and a browser does not say where to; give the url that it leads to';
    throw new RedirectError(`${where} redirects, ${hint}`, status, url);
  }
  const location = headers.get('location');
  const to = location === null ? null : URL.parse(location, url);
  if (!to) return undefined;
  const said = `${where} redirects (HTTP ${status}) to ${place({ operation: '', url: to.href }).slice(4)}`;
  const from = new URL(url);
  const refused =
    to.origin !== from.origin
      ? `another origin than ${from.origin}, where no credentials and no body go`
      : status < 307 && method !== 'GET'
        ? `which turns the ${method} into a GET`
        : hops === MOST_REDIRECTS && `after ${hops} redirects before`;
  if (refused) throw new RedirectError(`${said}, ${refused}; give the url that it leads to`, status, url, to.href);
  return to.href;
}

interface SystemError {
  code?: unknown;
  address?: string;
  port?: number;
  /** Of an AggregateError: one for each address that was tried. */
  errors?: SystemError[];
}

/** The system's or undici's code stands in the cause of what `fetch` throws. */
function connectionError(error: unknown, request: Pick<ClientRequest, 'operation' | 'url'>): ConnectionError {
  const { cause } = error as { cause?: SystemError };
  const code = typeof cause?.code === 'string' ? cause.code : undefined;
  const addresses = (cause?.errors ?? [cause])
    .filter((each) => each?.address)
    .map((each) => `${each!.address!.includes(':') ? `[${each!.address}]` : each!.address}:${each!.port}`);
  const why = code
    ? [code, addresses.join(', ')].filter(Boolean).join(' ')
    : `no connection, or it broke before an answer${inBrowser()}`;
  const nothingSent = code !== undefined && NOTHING_SENT.includes(code);
  return new ConnectionError(`${place(request)}: ${why}`, { cause: error, nothingSent });
}

/** A browser does not tell a refused preflight from a server that is away. */
function inBrowser(): string {
  const { location } = globalThis as { location?: { origin?: string } };
  return location?.origin ? `; or, in a browser, the server may not allow the origin ${location.origin} (CORS)` : '';
}
