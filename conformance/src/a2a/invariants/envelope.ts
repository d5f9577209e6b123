import { ERRORS, METHODS, type A2AErrorName, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import type { RequirementId } from '@agentproto/rules';
import type { CheckFunction } from '../../kit/check.ts';
import { seen, type Subject } from '../../kit/subject.ts';
import { isUnknownVerb, refusesA2aJson } from '../binding.ts';
import { errorInfoWith, hasErrorInfo } from '../error-info.ts';
import { restErrorView, rpcErrorView } from '../error-view.ts';
import { sent } from '../sent.ts';
import { contentTypeOf } from '../content-type.ts';
import { lacksRoute } from '../unread.ts';
import { isRecord } from '../../kit/json.ts';

/** The envelopes of both bindings: JSON-RPC responses, HTTP+JSON error bodies, media types. */

const a2aCodes = new Set<unknown>(Object.values(ERRORS['1.0.1']).map(({ code }) => code));

function isStream(exchange: Exchange): boolean {
  return /^text\/event-stream\b/i.test(contentTypeOf(exchange) ?? '');
}

/** What a JSON-RPC exchange brought: each message with its place. */
function* responses(exchange: Exchange) {
  if (isStream(exchange)) {
    for (const frame of exchange.frames) {
      if (frame.kind === 'sse')
        yield {
          message: frame.json,
          place: { exchange: exchange.id, frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) },
        };
    }
  } else if (exchange.response?.json !== undefined)
    yield { message: exchange.response.json, place: { exchange: exchange.id } };
}

function detailsAreTyped(details: unknown): boolean {
  return Array.isArray(details) && details.every((detail) => isRecord(detail) && typeof detail['@type'] === 'string');
}

/** What HTTP itself, or something in between, refuses: no rule of the protocol is about its body. */
export const ELSEWHERE = new Set([401, 403, 404, 405, 407, 413, 415, 429, 501, 502, 503, 504]);

export const envelopeInvariants = [
  invariant('a2a/envelope/json-rpc', {
    title: 'Every JSON-RPC answer, in a stream or not, is a response to its request',
    proves: [
      'A2A10-RPC-001',
      'A2A10-RPC-011',
      'A2A10-RPC-008',
      'A2A10-RPC-009',
      'A2A10-RPC-010',
      'A2A10-ERR-002',
      'A2A10-ERR-003',
    ],
    bindings: ['JSONRPC'],
    ofHostile: true,
    examine(exchange, check) {
      const id = sent(exchange)?.id;
      const row = isStream(exchange) ? 'A2A10-RPC-011' : 'A2A10-RPC-001';
      for (const { message, place } of responses(exchange)) {
        const one = seen(message, place);
        const both = isRecord(message) && 'result' in message === 'error' in message;
        check(row, one).holds(
          isRecord(message) && message.jsonrpc === '2.0' && !both,
          'a JSON-RPC 2.0 response with either result or error',
        );
        check(row, one).holds(
          // Of a request that is none the id is null, where it cannot be told (JSON-RPC 2.0, section 5).
          isRecord(message) && (message.id === id || (exchange.hostile === true && message.id === null)),
          `the request's id ${JSON.stringify(id)}`,
          isRecord(message) ? message.id : message,
        );
        const error = isRecord(message) && isRecord(message.error) ? message.error : undefined;
        if (!error) continue;
        // The range is that of A2A's errors; one of its own, for credentials for instance, may have another code (3.3.2).
        const isA2A = rpcErrorView(error, 200).names.some((name) => name in ERRORS['1.0.1']);
        if (isA2A || (Number.isInteger(error.code) && inRange(error.code as number)))
          check('A2A10-RPC-010', one).holds(
            Number.isInteger(error.code) && inRange(error.code as number),
            'a code in -32001 … -32099',
            error.code,
          );
        if (error.data !== undefined) {
          check('A2A10-RPC-008', one).holds(
            detailsAreTyped(error.data),
            'error.data to be a list of objects with @type',
            error.data,
          );
          check('A2A10-ERR-002', one).holds(detailsAreTyped(error.data), 'a list of objects with @type', error.data);
        }
        wellKnown(error.data, one, check, a2aCodes.has(error.code) ? 'A2A10-RPC-009' : undefined);
        if (a2aCodes.has(error.code))
          // An ErrorInfo is known by its type: where that is missing, it alone is the matter.
          check('A2A10-RPC-009', one, { blockedBy: untyped(error.data) ? 'A2A10-RPC-008' : undefined }).holds(
            hasErrorInfo(error.data),
            errorInfoWith(),
            error.data,
          );
      }
    },
  }),

  invariant('a2a/envelope/json-rpc-media-type', {
    title: 'A JSON-RPC answer that is no stream is application/json',
    proves: ['A2A10-RPC-002'],
    bindings: ['JSONRPC'],
    ofHostile: true,
    examine(exchange, check) {
      if (!exchange.response || isStream(exchange)) return;
      if (exchange.hostile && ELSEWHERE.has(exchange.response.status)) return;
      check('A2A10-RPC-002', seen(contentTypeOf(exchange), { exchange: exchange.id })).holds(
        /^application\/json\b/i.test(contentTypeOf(exchange) ?? ''),
        'Content-Type application/json',
      );
    },
  }),

  invariant('a2a/envelope/http-json', {
    title: 'HTTP+JSON failures carry the error body',
    proves: ['A2A10-REST-005', 'A2A10-REST-006', 'A2A10-REST-007', 'A2A10-REST-002', 'A2A10-ERR-002', 'A2A10-ERR-003'],
    bindings: ['HTTP+JSON'],
    ofHostile: true,
    examine(exchange, check) {
      const { response, hostile } = exchange;
      if (!response || isStream(exchange) || response.status === 204 || isUnknownVerb(exchange)) return;
      if (hostile && (exchange.operation === undefined || ELSEWHERE.has(response.status))) return;
      // A media type that is not taken is REST-003's; what refuses it often stands before the binding, and knows no form of it.
      if (response.status === 415 && refusesA2aJson(exchange)) return;
      if (lacksRoute(exchange)) return;
      const streaming =
        exchange.operation !== undefined &&
        exchange.operation in METHODS &&
        METHODS[exchange.operation as MethodName].stream;
      const place = { exchange: exchange.id };
      const type = contentTypeOf(exchange) ?? '';
      if (response.status >= 400 ? response.json !== undefined : !streaming)
        check('A2A10-REST-002', seen(type, place)).holds(
          /^application\/a2a\+json\b/i.test(type),
          'Content-Type application/a2a+json',
        );
      if (response.status < 400) return;
      const body = seen(response.json, place);
      const error = isRecord(response.json) && isRecord(response.json.error) ? response.json.error : {};
      check('A2A10-REST-005', body).holds(
        error.code === response.status && typeof error.message === 'string',
        `{ error: { code: ${response.status}, message } }`,
      );
      if (error.details !== undefined) {
        check('A2A10-REST-007', body).holds(
          detailsAreTyped(error.details),
          'error.details to be a list of objects with @type',
          error.details,
        );
        check('A2A10-ERR-002', body).holds(
          detailsAreTyped(error.details),
          'a list of objects with @type',
          error.details,
        );
      }
      wellKnown(error.details, body, check, isA2AError(response) ? 'A2A10-REST-006' : undefined);
      // Which error it is has to be plain: by its reason, or as the only one with this status. The others have a
      // scenario that knows what is owed.
      const { names, by, reason } = restErrorView(response.json, response.status);
      // Of the extended card 404 says that there is no such route: that is REST-001.
      const isRouted = exchange.operation !== 'GetExtendedAgentCard';
      const missing =
        isRouted && by === 'status' && response.status === 404 && !names.every((name) => !(name in ERRORS['1.0.1']));
      if (by === 'reason' || missing)
        for (const name of names.filter((one): one is A2AErrorName => one in ERRORS['1.0.1']))
          check('A2A10-REST-006', body, { blockedBy: untyped(error.details) ? 'A2A10-REST-007' : undefined }).holds(
            hasErrorInfo(error.details, reason === undefined || missing ? ERRORS['1.0.1'][name].reason : reason),
            errorInfoWith(ERRORS['1.0.1'][name].reason),
            error.details,
          );
    },
  }),
];

/** Details of no type that google.rpc knows (3.3.2); an error of A2A owes an ErrorInfo anyway, by a rule of its own. */
function wellKnown(
  details: unknown,
  subject: Subject,
  check: CheckFunction<'A2A10-ERR-003'>,
  blockedBy: RequirementId | undefined,
): void {
  if (!Array.isArray(details) || details.length === 0 || untyped(details)) return;
  check('A2A10-ERR-003', subject, { blockedBy }).holds(
    details.some((detail) => isRecord(detail) && /(^|\/)google\.rpc\.\w+$/.test(String(detail['@type']))),
    'a detail of a well-known type (google.rpc.ErrorInfo, BadRequest …)',
    details,
  );
}

const isA2AError = ({ json, status }: { json?: unknown; status: number }): boolean =>
  restErrorView(json, status).names.some((name) => name in ERRORS['1.0.1']);

const untyped = (details: unknown): boolean => details !== undefined && !detailsAreTyped(details);

function inRange(code: number): boolean {
  return (code >= -32_099 && code <= -32_001) || (code >= -32_603 && code <= -32_600) || code === -32_700;
}
