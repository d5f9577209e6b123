import { invariant } from '../../kit/invariant.ts';
import { isRecord, record, records, text } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';

/** The message of an error, as FastAPI, OpenAI or anybody has it; of a 422 the first fault. */
export function messageIn(json: unknown): string | undefined {
  const { detail, message, msg, error } = record(json) ?? {};
  const inner = isRecord(detail) ? detail : (records(detail)[0] ?? {});
  return (
    text(detail) ||
    text(message) ||
    text(msg) ||
    text(record(error)?.message) ||
    text(error) ||
    text(inner.msg) ||
    text(inner.message)
  );
}

export const errorInvariants = [
  invariant('open-agent/error/body', {
    title: 'What is refused is refused in JSON, with a message',
    proves: ['OAA-ERR-001'],
    ofHostile: true,
    examine({ id, operation, response, end }, check) {
      if (!response || response.status < 400 || operation === undefined || end?.kind === 'left') return;
      const { status, json, body } = response;
      // What is not there at all is refused by whatever stands before the API.
      if ([404, 405, 501].includes(status) && json === undefined) return;
      check('OAA-ERR-001', seen(json ?? body ?? null, { exchange: id })).holds(
        messageIn(json) !== undefined,
        'JSON with a message: in detail, message, or error.message',
      );
    },
  }),
];
