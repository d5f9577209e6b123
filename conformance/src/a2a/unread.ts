import type { Exchange } from '@agentproto/recording';
import type { Unread } from '../kit/subject.ts';
import { isRecord } from '../kit/json.ts';
import { contentTypeOf } from './content-type.ts';
import type { ErrorView } from './error-view.ts';

/**
 * Why an answer that came says neither a result nor an error: the rule about its form that it breaks. Undefined where
 * nothing came, which is the row's own matter.
 */
export function unreadAnswer(
  exchange: Exchange,
  isFailure: (body: unknown) => boolean = () => true,
): Unread | undefined {
  const { binding, response } = exchange;
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
  if (lacksRoute(exchange) && !isFailure(json))
    return { by: 'A2A10-REST-001', expected: `a route for ${exchange.operation}`, actual: json ?? came };
  if (binding === 'HTTP+JSON' && status >= 400 && !isFailure(json))
    return {
      by: 'A2A10-REST-005',
      expected: `{ error: { code: ${status}, message } }`,
      actual: json ?? came,
    };
  return undefined;
}

/** A method that the target owes and does not know: that is one rule, whatever was asked by it. */
export function unknownMethod({ binding, operation }: Exchange, error: ErrorView | undefined): Unread | undefined {
  if (binding !== 'JSONRPC' || !error || error.by === 'status') return undefined;
  if (!error.names.includes('MethodNotFoundError')) return undefined;
  return { by: 'A2A10-RPC-003', expected: `${operation} to be known`, actual: error };
}

/**
 * No error of the protocol is a 405 (5.4), and none of the extended card a 404: such a status, in no form of the protocol, is what
 * a path gets that nobody serves.
 */
export function lacksRoute({ binding, operation, request, response }: Exchange): boolean {
  if (binding !== 'HTTP+JSON' || operation === undefined) return false;
  if (response?.status === 405) return !(isRecord(response.json) && isRecord(response.json.error));
  if (operation !== 'GetExtendedAgentCard' || response?.status !== 404) return false;
  // Earlier revisions have another path, and leave the form of a failure open.
  if (!new URL(request.url).pathname.endsWith('/extendedAgentCard')) return false;
  return !(isRecord(response.json) && isRecord(response.json.error));
}
