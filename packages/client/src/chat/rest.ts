import type { paths } from '@agentproto/protocol/chat/docs/paths';
import createClient, { type Client } from 'openapi-fetch';

/**
 * The operations that answer in one piece, by the OpenAPI document: it holds path, method, body and answer together.
 * How a request goes out, and what an answer is worth, is `send`'s: it is asked with what would have been fetched.
 */
export function restAt(base: string, send: (url: string, body: string) => Promise<Response>): Client<paths> {
  const { origin, pathname, search } = new URL(base);
  return createClient<paths>({
    baseUrl: origin + pathname.replace(/\/+$/, ''),
    // What the user's own url has after its path stays there.
    querySerializer: () => search,
    fetch: async (request) => send(request.url, await request.text()),
  });
}
