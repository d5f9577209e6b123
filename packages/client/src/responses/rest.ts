import type { paths } from '@agentproto/protocol/responses/openai/paths';
import type { StreamEvent } from '@agentproto/protocol/responses/openai';
import createClient, { type Client, createQuerySerializer } from 'openapi-fetch';
import type { CallOptions } from '../call.ts';
import { MalformedResponseError } from '../errors.ts';
import { place } from '../middleware.ts';
import { type Connection, perform, responsesCall, within } from './call.ts';

/** How an operation is sent. */
export interface Kind {
  name: string;
  /** Repeating it changes nothing. */
  safe?: boolean;
  /** Its answer waits for the model. */
  blocking?: boolean;
  /** What the answer must be. */
  expected: string;
  is: (value: unknown) => boolean;
  /** What an empty answer stands for. */
  empty?: unknown;
}

/**
 * Sends what `ask` asks for, by the OpenAPI document: it holds path, method, parameters, body and answer together. How
 * the request goes out, and what its answer is worth, is decided here; openapi-fetch does not see the answer.
 */
export async function rest<Result>(
  connection: Connection,
  { name, safe = false, blocking = false, expected, is, empty }: Kind,
  options: CallOptions,
  ask: (client: Client<paths>) => Promise<{ data?: Result | StreamEvent }>,
): Promise<Result> {
  const call = responsesCall(connection, { name, safe, streams: false, blocking }, options);
  const { origin, pathname, searchParams } = new URL(connection.url);
  const serialize = createQuerySerializer();
  return within(call, async (life) => {
    let result: unknown;
    let { url } = connection;
    const client = createClient<paths>({
      baseUrl: origin + pathname.replace(/\/+$/, ''),
      // What the user's own url has after its path stays there.
      querySerializer: (query) => [searchParams.toString(), serialize(query)].filter(Boolean).join('&'),
      fetch: async (request) => {
        const { method } = request;
        const body = await request.text();
        url = request.url;
        result = await perform(call, { method, url, ...(body && { body }) }, life);
        return new Response(null, { status: 204 });
      },
    });
    await ask(client);
    if (result === undefined || result === null) result = empty;
    if (!is(result)) {
      throw new MalformedResponseError(expected, place({ operation: name, url }), JSON.stringify(result) ?? '');
    }
    return result as Result;
  });
}
