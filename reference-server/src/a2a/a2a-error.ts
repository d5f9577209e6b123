import type { A2AErrorName, JSON_RPC_ERRORS } from '@agentproto/protocol/a2a/1.0';

export type ErrorName = A2AErrorName | keyof typeof JSON_RPC_ERRORS;

/** A field that is not as it should be, as google.rpc.BadRequest says it. */
export interface FieldViolation {
  field: string;
  description: string;
}

export interface A2AErrorDetails {
  /** Of the ErrorInfo. Default: the error's own. */
  reason?: string;
  /** Of the ErrorInfo. */
  metadata?: Record<string, string>;
  violations?: readonly FieldViolation[];
}

/** An error of the protocol, in no binding's form (§3.3.2). */
export class A2AError extends Error {
  override readonly name = 'A2AError';
  readonly error: ErrorName;
  readonly details: A2AErrorDetails;

  constructor(error: ErrorName, message: string, details: A2AErrorDetails = {}) {
    super(message);
    this.error = error;
    this.details = details;
  }
}

export function invalidParams(violations: readonly FieldViolation[], reason?: string): A2AError {
  const message = violations.map(({ description }) => description).join('; ');
  return new A2AError('InvalidParamsError', `Invalid parameters: ${message}`, {
    violations,
    ...(reason && { reason }),
  });
}

export const internalError = (): A2AError => new A2AError('InternalError', 'Internal error');

/** A row of the error tables (§5.4, §9.5). */
export interface ErrorRow {
  code: number;
  http: number;
  grpc: string;
  reason: string;
}

export interface RestErrorBody {
  error: { code: number; status: string; message: string; details: object[] };
}
