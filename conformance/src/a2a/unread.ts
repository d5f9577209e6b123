import type { Exchange } from '@agentproto/recording';
import type { Unread } from '../kit/subject.ts';
import { contentTypeOf } from './content-type.ts';

/**
 * Why an answer that came says neither a result nor an error: the rule about its form that it breaks. Undefined where
 * nothing came, which is the row's own matter.
 */
export function unreadAnswer(
  { binding, response }: Exchange,
  isFailure: (body: unknown) => boolean = () => true,
): Unread | undefined {
  if (!response) return undefined;
  const { status, json } = response;
  const came = { httpStatus: status, contentType: contentTypeOf({ response }) };
  if (binding === 'JSONRPC') {
    if (json === undefined && !/^application\/json\b/i.test(came.contentType ?? ''))
      return { by: 'A2A10-RPC-002', expected: 'a JSON-RPC response, as application/json', actual: came };
    return {
      by: 'A2A10-RPC-001',
      expected: 'a JSON-RPC 2.0 response with either result or error',
      actual: json ?? came,
    };
  }
  if (binding === 'HTTP+JSON' && status >= 400 && !isFailure(json))
    return {
      by: 'A2A10-REST-005',
      expected: `{ error: { code: ${status}, message } }`,
      actual: json ?? came,
    };
  return undefined;
}
