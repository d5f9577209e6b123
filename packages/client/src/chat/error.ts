import type { ErrorDetail } from '@agentproto/protocol/chat/docs';
import { AgentProtoError, hasCode, HttpError } from '../failure.ts';
import type { ChatReply } from './reply.ts';
import type { Mask } from './secrets.ts';

/** The agent ended the turn with an `error` event. */
export class ChatTurnError extends AgentProtoError {
  readonly code = 'CHAT_TURN_FAILED';
  override readonly name = 'ChatTurnError';
  /** What the agent says of it. */
  readonly detail: string;
  /** What the events before it amount to. */
  readonly partial: ChatReply;

  constructor(where: string, detail: string, partial: ChatReply) {
    super(`${where}: ${detail}`);
    this.detail = detail;
    this.partial = partial;
  }
}

/** An HTTP status that is no success, with a body that says why (agent-server: Error Responses). */
export class ChatHttpError extends HttpError {
  /** A sentence, or one entry for each fault of the request. */
  readonly detail: string | ErrorDetail[];

  constructor(where: string, status: number, detail: string | ErrorDetail[], retryAfterMs: number | undefined) {
    const said =
      typeof detail === 'string' ? detail : detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
    super(where, status, said, { retryAfterMs, reason: said });
    this.detail = detail;
  }
}

/** Whether a caught value is a `ChatTurnError` (of any copy of this package). */
export function isChatTurnError(value: unknown): value is ChatTurnError {
  return hasCode(value, 'CHAT_TURN_FAILED');
}

/** Whether a caught value is a `ChatHttpError` (of any copy of this package). */
export function isChatHttpError(value: unknown): value is ChatHttpError {
  return hasCode(value, 'HTTP_STATUS') && 'detail' in value;
}

/** What an error status with this body means; undefined where the body has no `detail`. */
export function chatErrorOf(
  where: string,
  status: number,
  body: string,
  retryAfterMs: number | undefined,
  mask: Mask,
): ChatHttpError | undefined {
  const detail = detailOf(body);
  if (typeof detail === 'string') return new ChatHttpError(where, status, mask(detail), retryAfterMs);
  if (!Array.isArray(detail)) return undefined;
  // Without `input`, where some servers put the whole message.
  const faults = detail.map((fault: Partial<ErrorDetail> | null) => ({
    type: String(fault?.type),
    loc: Array.isArray(fault?.loc) ? fault.loc : [],
    msg: mask(String(fault?.msg)),
  }));
  return new ChatHttpError(where, status, faults, retryAfterMs);
}

function detailOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { detail?: unknown } | null)?.detail;
  } catch {
    return undefined;
  }
}
