import type { IncomingHttpHeaders } from 'node:http';

const HOST = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;
const PREFIX = /^(?:\/[\w.~%-]+)*\/?$/;

/**
 * Where a request came in by what the proxies before the server say of it (`X-Forwarded-Proto`, `-Host`, `-Port` and
 * `-Prefix`), without a slash at the end; undefined when they say nothing that can be. The first in a list is the
 * outermost proxy.
 */
export function forwardedUrl(headers: IncomingHttpHeaders): string | undefined {
  const said = (name: string) =>
    String(headers[`x-forwarded-${name}`] ?? '')
      .split(',', 1)[0]!
      .trim();
  const host = said('host');
  if (!HOST.test(host)) return undefined;
  const scheme = said('proto').toLowerCase() === 'https' ? 'https' : 'http';
  const port = said('port');
  const prefix = said('prefix');
  const url = URL.parse(`${scheme}://${host}`);
  if (!url) return undefined;
  if (url.port === '' && /^\d{1,5}$/.test(port)) url.port = port;
  return url.origin + (PREFIX.test(prefix) ? prefix.replace(/\/$/, '') : '');
}
