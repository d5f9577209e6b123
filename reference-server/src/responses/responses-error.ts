/** The types of the table in Errors; a revision may spell them otherwise. */
export type ErrorKind =
  | 'invalid_request'
  | 'not_found'
  | 'too_many_requests'
  | 'server_error'
  | 'model_error'
  | 'unauthorized';

export interface ErrorDetails {
  code?: string;
  param?: string;
  headers?: Readonly<Record<string, string>>;
  /** Beside the status of the kind. */
  status?: number;
}

const STATUS: Record<ErrorKind, number> = {
  invalid_request: 400,
  unauthorized: 401,
  not_found: 404,
  too_many_requests: 429,
  server_error: 500,
  model_error: 500,
};

/** What is wrong with a request, or with answering it, in the protocol's words. */
export class ResponsesError extends Error {
  override readonly name = 'ResponsesError';
  readonly kind: ErrorKind;
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ErrorKind, message: string, { code, param, headers = {}, status }: ErrorDetails = {}) {
    super(message);
    this.kind = kind;
    this.status = status ?? STATUS[kind];
    this.code = code ?? null;
    this.param = param ?? null;
    this.headers = headers;
  }
}

export const invalid = (message: string, details?: ErrorDetails): ResponsesError =>
  new ResponsesError('invalid_request', message, details);

export const notFound = (message: string, details?: ErrorDetails): ResponsesError =>
  new ResponsesError('not_found', message, details);
