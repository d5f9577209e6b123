import { WireError } from '@agentproto/wire';
import { MalformedResponseError } from './errors.ts';

/** A limit of a decoder as `expected … within …`, or an error that is typed already. */
export function wireFailure(error: unknown, expected: string, where: string): unknown {
  return error instanceof WireError
    ? new MalformedResponseError(`${expected} (${error.message})`, where, '', { cause: error })
    : error;
}

/** What lacks its end may be whole all the same: what was cut cannot be JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
