import type { ErrorBody, ErrorDetail } from '@agentproto/protocol/chat/docs';
import type { Violation } from '@agentproto/rules/chat/docs';
import type { HttpError } from '../http-error.ts';

/** A refusal in the protocol's own form (agent-server: Error Responses). */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly status: number;
  readonly detail: ErrorBody['detail'];
  /** Why, for programs: a member of our own beside `detail`. */
  readonly reason: string | undefined;

  constructor(status: number, detail: ErrorBody['detail'], reason?: string) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
    this.status = status;
    this.detail = detail;
    this.reason = reason;
  }
}

/** 422: a body that cannot be read. */
export const unreadable = (type: string, msg: string): ChatError => new ChatError(422, [{ type, loc: ['body'], msg }]);

/** 422: a body that is not what the schema says. */
export const invalid = (violations: readonly Violation[]): ChatError => new ChatError(422, violations.map(detailOf));

function detailOf({ pointer, message, got }: Violation): ErrorDetail {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const loc = steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { type: got === 'nothing' ? 'missing' : 'value_error', loc: ['body', ...loc], msg: message };
}

export type Told = ChatError | HttpError;
