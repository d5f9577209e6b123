import createClient, { type Client, createQuerySerializer } from 'openapi-fetch';
import type { Answer, CallOptions } from '../call.ts';
import { InvalidInputError, MalformedResponseError } from '../errors.ts';
import { keepResponse } from '../response-info.ts';
import {
  answerTo,
  type Asked,
  type Connection,
  openAgentCall,
  type Operation,
  readJson,
  type Revision,
  within,
} from './call.ts';

/** How an operation is sent. */
export interface Kind {
  name: Operation;
  /** Repeating it changes nothing. */
  safe?: boolean;
  /** Its answer waits for the model. */
  blocking?: boolean;
  /** What the answer must be. */
  expected: string;
  is: (json: unknown) => boolean;
  /** What an empty answer stands for. */
  empty?: unknown;
  /** What is made of the answer; undefined: it is not what is expected. Default: its JSON. */
  take?: (json: never, headers: Answer['response']['headers']) => unknown;
}

export type Ask<Paths extends object> = (client: Client<Paths>) => Promise<unknown>;

/**
 * Sends what `ask` asks for, by the OpenAPI document of a contract: it holds path, method, parameters and body together.
 * How the request goes out, and what its answer is worth, is decided here; openapi-fetch does not see the answer.
 */
export async function rest<Paths extends object, Result>(
  connection: Connection,
  kind: Kind,
  options: CallOptions,
  ask: Ask<Paths>,
): Promise<Result> {
  const { name, safe = false, blocking = false } = kind;
  const call = openAgentCall(connection, { name, safe, streams: false, blocking }, options);
  const { origin, pathname, searchParams } = new URL(connection.url);
  const serialize = createQuerySerializer();
  return within(call, async (life) => {
    let result: unknown;
    const client = createClient<Paths>({
      baseUrl: origin + pathname.replace(/\/+$/, ''),
      // What the user's own url has after its path stays there.
      querySerializer: (query) => [searchParams.toString(), serialize(query)].filter(Boolean).join('&'),
      fetch: async (request) => {
        const { method, url } = request;
        const body = await request.text();
        const asked: Asked = { method, url, ...(body && { body }) };
        result = await answerTo(call, asked, life, async (answer) => {
          const json = await readJson(answer, call);
          const taken = taking(json ?? kind.empty, kind, answer);
          if (taken !== undefined) return taken;
          const got = json === undefined ? { got: 'an empty body' } : {};
          throw new MalformedResponseError(kind.expected, answer.where, call.redact(JSON.stringify(json) ?? ''), got);
        });
        return new Response(null, { status: 204 });
      },
    });
    await ask(client);
    return result as Result;
  });
}

function taking(json: unknown, { is, take }: Kind, { response, info }: Answer): unknown {
  if (!is(json)) return undefined;
  const taken = take ? take(json as never, response.headers) : json;
  keepResponse(taken, info);
  return taken;
}

/** Throws where the contract of the client has not the operation. */
export function only(revision: Revision, { revision: spoken }: Connection, operation: Operation): void {
  if (spoken !== revision) {
    throw new InvalidInputError(
      `${operation}: open-agent@${spoken} does not have it; open-agent@${revision} does: revision: '${revision}'`,
    );
  }
}
