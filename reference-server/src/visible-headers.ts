import type { IncomingHttpHeaders } from 'node:http';

/** Names of headers that may hold secrets. */
const SECRET = /authorization|cookie|token|secret|key/;

export function visibleHeaders(headers: IncomingHttpHeaders): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, SECRET.test(name) ? '[redacted]' : String(value)]),
  );
}
