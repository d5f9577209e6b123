import { BAD_REQUEST_TYPE, ERROR_DOMAIN, ERROR_INFO_TYPE, ERRORS, JSON_RPC_ERRORS } from '@agentproto/protocol/a2a/1.0';
import type { RpcError } from '@agentproto/wire/json-rpc';
import { HttpError } from '../http-error.ts';
import type { HttpErrorCode } from '../http-error.ts';
import type { A2AContext } from './context.ts';
import { A2AError, internalError } from './a2a-error.ts';
import type { ErrorName, ErrorRow, RestErrorBody } from './a2a-error.ts';

const isJsonRpcError = (name: ErrorName): name is keyof typeof JSON_RPC_ERRORS => Object.hasOwn(JSON_RPC_ERRORS, name);

/** `InvalidParamsError` -> `INVALID_PARAMS` */
export const reasonOf = (name: string): string =>
  name
    .replace(/Error$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toUpperCase();

/** Code, HTTP status and gRPC name of an error (§5.4, §9.5). */
export function errorRow({ settings }: A2AContext, name: ErrorName): ErrorRow {
  return isJsonRpcError(name)
    ? { ...JSON_RPC_ERRORS[name], reason: reasonOf(name) }
    : ERRORS[settings.errorTable][name];
}

/** The details of an error: always an ErrorInfo, and the fields of a request that does not validate (§3.3.2). */
export function errorDetails(
  ctx: A2AContext,
  { error, details: { reason, metadata, violations } }: A2AError,
): object[] {
  const info = {
    '@type': ERROR_INFO_TYPE,
    reason: reason ?? ctx.impl.errorRow(ctx, error).reason,
    domain: ERROR_DOMAIN,
    ...(metadata && { metadata }),
  };
  return violations?.length ? [info, { '@type': BAD_REQUEST_TYPE, fieldViolations: violations }] : [info];
}

/** An error as JSON-RPC says it (§9.5). */
export function rpcErrorObject(ctx: A2AContext, error: A2AError): RpcError {
  return {
    code: ctx.impl.errorRow(ctx, error.error).code,
    message: error.message,
    data: ctx.impl.errorDetails(ctx, error),
  };
}

/** An error as HTTP+JSON says it (§11.6). */
export function restErrorBody(ctx: A2AContext, error: A2AError): RestErrorBody {
  const { http, grpc } = ctx.impl.errorRow(ctx, error.error);
  return { error: { code: http, status: grpc, message: error.message, details: ctx.impl.errorDetails(ctx, error) } };
}

/** How an error of HTTP+JSON is written: as it is. */
export const writeRestError = (_ctx: A2AContext, body: RestErrorBody): object => body;

/** The gRPC names of what HTTP alone knows; the protocol's table has none for them. */
const GRPC_OF: Record<HttpErrorCode, string> = {
  BAD_REQUEST: 'INVALID_ARGUMENT',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'PERMISSION_DENIED',
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_ALLOWED: 'UNIMPLEMENTED',
  BODY_TIMEOUT: 'DEADLINE_EXCEEDED',
  BODY_TOO_LARGE: 'OUT_OF_RANGE',
  UNSUPPORTED_MEDIA_TYPE: 'INVALID_ARGUMENT',
  UNAVAILABLE: 'UNAVAILABLE',
  INTERNAL: 'INTERNAL',
};

/** A fault of the request as HTTP sees it, in the same form. */
export function httpErrorBody({ statusCode, code, message }: HttpError): RestErrorBody {
  const details = [{ '@type': ERROR_INFO_TYPE, reason: code, domain: ERROR_DOMAIN }];
  return { error: { code: statusCode, status: GRPC_OF[code], message, details } };
}

/** What may be told of anything that was thrown; what may not goes to the log. */
export function told(ctx: A2AContext, error: unknown): A2AError | HttpError {
  if (error instanceof A2AError) return error;
  if (error instanceof HttpError)
    return error.code === 'UNSUPPORTED_MEDIA_TYPE'
      ? new A2AError('ContentTypeNotSupportedError', error.message)
      : error;
  ctx.report(error);
  return internalError();
}
