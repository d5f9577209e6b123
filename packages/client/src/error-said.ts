import { isObject, type Json } from './json.ts';
import { sentenceIn } from './sentence.ts';

/** What is wrong with one member of a request. */
export interface Fault {
  /** `messages.0.role`. */
  at?: string | undefined;
  message: string;
  type?: string | undefined;
}

/** What a server says of a failure, whatever shape it was in. */
export interface ErrorSaid {
  /** `invalid_request`, `not_found`, `too_many_requests` … */
  type?: string | undefined;
  /** `previous_response_not_found`, `rate_limit_exceeded` … */
  code?: string | undefined;
  /** The member of the request that is at fault. */
  param?: string | undefined;
  message: string;
  /** One by one, where the server says them so (422 of FastAPI). */
  faults?: readonly Fault[] | undefined;
  /** Whether it was `{ error: { … } }`. */
  inShape: boolean;
}

/**
 * What a body or an event says of a failure: `{ error: { … } }`, the same members without it, `{ error: 'text' }`,
 * `{ detail }` as FastAPI has it (a text, or a list of faults), one such fault alone, or a text. Undefined: it says nothing.
 */
export function errorSaid(body: unknown): ErrorSaid | undefined {
  if (!isObject(body)) {
    const message = sentenceIn(body);
    return message === undefined ? undefined : { message, inShape: false };
  }
  const { error, detail } = body;
  if (isObject(error)) {
    const message = sentenceIn(error) ?? text(error['code']) ?? text(error['type']);
    if (message !== undefined) return { ...named(error), message, inShape: typeof error['message'] === 'string' };
  }
  if (Array.isArray(detail) || (Array.isArray(body['loc']) && 'msg' in body)) {
    const faults = (Array.isArray(detail) ? detail : [body]).map(faultOf);
    return { message: faults.map(faultSaid).join('; '), param: faults[0]?.at, faults, inShape: false };
  }
  const message = sentenceIn(body);
  return message === undefined ? undefined : { ...named(isObject(detail) ? detail : body), message, inShape: false };
}

function named({ type, code, param }: Json): Pick<ErrorSaid, 'type' | 'code' | 'param'> {
  // An event's own type is not that of its error.
  return { type: type === 'error' ? undefined : text(type), code: text(code), param: text(param) };
}

/** One fault of a request, as FastAPI says it; without `input`, which may be the whole request. */
function faultOf(value: unknown): Fault {
  if (!isObject(value)) return { message: String(value) };
  const { loc, msg, type } = value;
  const at = Array.isArray(loc) && loc.length > 0 ? loc.filter((step) => step !== 'body').join('.') : undefined;
  return { at, message: text(msg) ?? 'invalid', type: text(type) };
}

function faultSaid({ at, message }: Fault): string {
  return `${at ? `${at}: ` : ''}${message}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
