import type { Body } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { isUnserved } from '../../kit/offered.ts';
import { seen } from '../../kit/subject.ts';
import { record, text } from '../view.ts';

/** Statuses that go with a type (Errors: the table). Where the table has one, servers tell finer. */
const STATUSES: Readonly<Record<string, (status: number) => boolean>> = {
  invalid_request: (status) => status < 500,
  not_found: (status) => status === 404,
  too_many_requests: (status) => status === 429,
  server_error: (status) => status >= 500,
  model_error: (status) => status >= 500,
};

function isNoJson(body: Body | undefined): boolean {
  if (!body || !('text' in body)) return false;
  try {
    JSON.parse(body.text);
    return false;
  } catch {
    return true;
  }
}

export const errorInvariants = [
  invariant('responses/error/body', {
    title: 'What is refused is refused with an error object, whose type goes with the status; Retry-After says when',
    proves: ['RESP-ERR-001', 'RESP-ERR-002', 'RESP-ERR-005'],
    bindings: ['HTTP'],
    ofHostile: true,
    examine(exchange, check, play) {
      const { id, operation, request, response, end } = exchange;
      if (!response || response.status < 400 || operation === undefined || end?.kind !== 'complete') return;
      if (operation !== 'createResponse' && isUnserved(exchange, play)) return;
      const place = { exchange: id };
      const { status, json } = response;
      const error = record(record(json)?.error);
      const wait = response.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
      if (wait !== undefined && (status === 429 || status === 503))
        check('RESP-ERR-005', seen(wait, place)).holds(
          /^\d+$/.test(wait) || !Number.isNaN(Date.parse(wait)),
          'seconds, or a date',
        );
      const isNullable = (value: unknown) => value == null || typeof value === 'string';
      check(
        'RESP-ERR-001',
        seen(json ?? response.body ?? null, place),
        json === undefined ? { blockedBy: 'RESP-HTTP-005' } : {},
      ).holds(
        !!text(error?.type) && typeof error?.message === 'string' && isNullable(error.code) && isNullable(error.param),
        '{ error: { type, code, param, message } }',
      );
      // `invalid_request_error` is how an example of the specification has it.
      const type = text(error?.type)?.replace(/^(invalid_request|not_found|too_many_requests|model)_error$/, '$1');
      const goes = STATUSES[type === 'model' ? 'model_error' : (type ?? '')];
      // What a body that is no JSON gets is a matter of its own (ERR-003).
      if (goes && !(status >= 500 && isNoJson(request.body)))
        check('RESP-ERR-002', seen({ status, type }, place)).holds(goes(status), `a status of ${type}`);
    },
  }),
];
