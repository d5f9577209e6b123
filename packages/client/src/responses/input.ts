import type { CreateResponseBody, ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import { InvalidInputError } from '../errors.ts';

/** What can be sent: a text, items (those of an output too), or the whole request. */
export type ResponseInput = string | readonly (ItemParam | ItemField)[] | CreateBody;

/** A request; `stream` is said by the method. */
export type CreateBody = Omit<CreateResponseBody, 'stream' | 'input'> & {
  input?: string | readonly (ItemParam | ItemField)[] | null;
};

/** A request as it goes out, with the client's own model where it has none. */
export function createBody(given: ResponseInput, model: string | undefined): CreateResponseBody {
  const body = typeof given === 'string' || isList(given) ? { input: given } : given;
  if (typeof body !== 'object' || body === null) {
    throw new InvalidInputError(`expected a text, items or a request, got ${body === null ? 'null' : typeof body}`);
  }
  if ('stream' in body) throw new InvalidInputError('stream: expected it to be said by the method, create or stream');
  const { input } = body;
  return {
    ...(model !== undefined && body.model === undefined && { model }),
    ...body,
    ...(isList(input) && { input: input.map(typed) }),
  } as CreateResponseBody;
}

function isList(value: unknown): value is readonly (ItemParam | ItemField)[] {
  return Array.isArray(value);
}

/** Many servers take messages only with their type, which the specification's samples leave out. */
function typed(item: ItemParam | ItemField): ItemParam {
  return (item.type === undefined && 'role' in item ? { type: 'message', ...item } : item) as ItemParam;
}
