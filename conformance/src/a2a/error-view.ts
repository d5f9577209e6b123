import { ERRORS, JSON_RPC_ERRORS, type A2AErrorName } from '@agentproto/protocol/a2a/1.0';
import { matcher, type Matcher } from '../kit/match.ts';
import { isRecord } from '../kit/json.ts';

export type ErrorName = A2AErrorName | keyof typeof JSON_RPC_ERRORS;

/** A failure as a binding told it. */
export interface ErrorView {
  /** The errors of the tables that this can be; one, where the target says its code or reason. */
  names: string[];
  /** By what of it the names were found, the first that says something: reason, code, HTTP status (9.5, 11.6). */
  by: 'reason' | 'code' | 'status';
  httpStatus: number;
  /** JSON-RPC `error.code`, or HTTP+JSON `error.code`. */
  code: unknown;
  /** `ErrorInfo.reason` in the details. */
  reason: string | undefined;
  message: unknown;
  /** JSON-RPC `error.data`, HTTP+JSON `error.details`. */
  details: unknown;
}

const tables = [ERRORS['1.0.1'], ERRORS['1.0.0']];
/** What SDKs call the errors of JSON-RPC in an `ErrorInfo`; the spec names no reasons for them. */
const STANDARD_REASONS = new Set([
  'PARSE_ERROR',
  'INVALID_REQUEST',
  'METHOD_NOT_FOUND',
  'INVALID_PARAMS',
  'INTERNAL_ERROR',
]);

export function rpcErrorView(error: Record<string, unknown>, httpStatus: number): ErrorView {
  const reason = reasonOf(error.data) ?? reasonOf(error.details);
  return {
    ...recognized(reason, error.code, httpStatus),
    httpStatus,
    code: error.code,
    reason,
    message: error.message,
    details: error.data,
  };
}

/** HTTP+JSON errors carry no code of their own: the reason names one, the status alone leaves several. */
export function restErrorView(body: unknown, httpStatus: number): ErrorView {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const reason = reasonOf(error.details);
  return {
    ...recognized(reason, undefined, httpStatus),
    httpStatus,
    code: error.code,
    reason,
    message: error.message,
    details: error.details,
  };
}

/** A body of HTTP+JSON before 1.0: an error as JSON-RPC has it, bare or in a member, one by its name, or a status alone. */
export function looseErrorView(body: unknown, httpStatus: number): ErrorView {
  const error = isRecord(body) ? (isRecord(body.error) ? body.error : body) : {};
  const reason = reasonOf(error.details) ?? reasonOf(error.data);
  const name = nameIn(error.error);
  return {
    ...(name ? { names: [name], by: 'reason' as const } : recognized(reason, error.code, httpStatus)),
    httpStatus,
    code: error.code,
    reason,
    message: error.message ?? error.detail,
    details: error.details ?? error.data,
  };
}

/** What is left of an error says which it is; whether more is owed is for the rows about its form. */
function recognized(reason: string | undefined, code: unknown, httpStatus: number): Pick<ErrorView, 'names' | 'by'> {
  const byReason = reason === undefined ? [] : namesBy((row) => 'reason' in row && row.reason === reason);
  if (byReason.length > 0) return { names: byReason, by: 'reason' };
  const byCode = namesBy((row) => row.code === code);
  if (byCode.length > 0) return { names: byCode, by: 'code' };
  // Who says that it is an error of JSON-RPC does not mean one of A2A with the same status.
  const standard = reason !== undefined && STANDARD_REASONS.has(reason);
  return { names: namesBy((row) => row.http === httpStatus && !(standard && 'reason' in row)), by: 'status' };
}

/** The error that a text names, be it with the package of its class, as the Java SDK of 0.3 does. */
function nameIn(text: unknown): string | undefined {
  const name = typeof text === 'string' ? text.slice(text.lastIndexOf('.') + 1) : '';
  return [...tables, JSON_RPC_ERRORS].some((table) => Object.hasOwn(table, name)) ? name : undefined;
}

function reasonOf(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) if (isRecord(detail) && typeof detail.reason === 'string') return detail.reason;
  return undefined;
}

function namesBy(picks: (row: { code: number; http: number; reason?: string }) => boolean): string[] {
  const names = new Set<string>();
  for (const table of [...tables, JSON_RPC_ERRORS])
    for (const [name, row] of Object.entries(table)) if (picks(row)) names.add(name);
  return [...names];
}

/** Matches a reply that fails as this error, in either error table; nothing else will do. */
export function failsAs(...wanted: ErrorName[]): { error: Matcher } {
  return {
    error: matcher(
      wanted.map(described).join(' or '),
      (error) =>
        isRecord(error) && Array.isArray(error.names) && error.names.some((name) => wanted.includes(name as ErrorName)),
    ),
  };
}

function described(name: ErrorName): string {
  const row =
    name in ERRORS['1.0.1']
      ? ERRORS['1.0.1'][name as A2AErrorName]
      : JSON_RPC_ERRORS[name as keyof typeof JSON_RPC_ERRORS];
  return `${name} (${row.code}, HTTP ${row.http})`;
}
