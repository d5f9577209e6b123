import type { ValidationError } from '@agentproto/protocol/open-agent/0.7';

interface More {
  /** As OpenAI has them, where its operations are refused. */
  code?: string;
  param?: string;
  headers?: Readonly<Record<string, string>>;
  /** The faults of a request; then the answer is FastAPI's list. */
  faults?: readonly ValidationError[];
}

/** Why a request is refused, in the family's terms. */
export class OpenAgentError extends Error {
  override readonly name = 'OpenAgentError';
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: readonly ValidationError[] | undefined;

  constructor(status: number, message: string, { code, param, headers = {}, faults }: More = {}) {
    super(message);
    this.status = status;
    this.code = code ?? null;
    this.param = param ?? null;
    this.headers = headers;
    this.faults = faults;
  }
}

export const bad = (message: string, more?: More): OpenAgentError => new OpenAgentError(400, message, more);
export const notFound = (what: string): OpenAgentError => new OpenAgentError(404, `${what} not found`);
export const unauthorized = (message: string): OpenAgentError =>
  new OpenAgentError(401, message, { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } });

/** One fault of a request, at a place such as `['path', 'key_id']`. */
export const unprocessable = (loc: (string | number)[], msg: string, type = 'value_error'): OpenAgentError =>
  new OpenAgentError(422, `${loc.join('.')}: ${msg}`, { faults: [{ loc, msg, type }] });
