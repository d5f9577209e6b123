import { isRecord } from '../kit/json.ts';
import { matcher, type Matcher } from '../kit/match.ts';
import type { ErrorView } from './error-view.ts';
import type { Reply } from './reply.ts';

/** Names of a refusal that lays the fault on the request. Which of their codes is due has a row of its own (RPC-007). */
const BAD_INPUT: readonly unknown[] = ['InvalidParamsError', 'InvalidRequestError', 'JSONParseError'];
/** What some frameworks answer instead of 400; 3.3.2 names 400 as an example. */
const UNPROCESSABLE = 422;

/** The request is refused as faulty (3.3.2: inputs are validated), with one of the codes that say so. */
export function refusesInput(reply: Reply): boolean {
  const { error } = reply.value;
  return error !== undefined && refusesAsInput(error);
}

export function refusesAsInput({ names, httpStatus }: ErrorView): boolean {
  return names.some((name) => BAD_INPUT.includes(name)) || httpStatus === UNPROCESSABLE;
}

/** The same as a shape. */
export const refusedInput: { error: Matcher } = {
  error: matcher(
    'a refusal of the input (-32602 or -32600, HTTP 400)',
    (error) =>
      isRecord(error) &&
      ((Array.isArray(error.names) && error.names.some((name) => BAD_INPUT.includes(name))) ||
        error.httpStatus === UNPROCESSABLE),
  ),
};

/** The failure names this member: in a detail of any type, or in its message (3.3.2: which parameter failed). */
export function namesField(reply: Reply, member: string): boolean {
  const { message, details } = reply.value.error ?? {};
  // `messageId`, `message_id` and "message ID" are one name.
  const words = member.replace(/[A-Z]/g, (letter) => `[_ ]?${letter}`);
  return new RegExp(words, 'i').test(`${String(message ?? '')} ${JSON.stringify(details ?? '')}`);
}
