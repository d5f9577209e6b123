/** JSON-RPC 2.0, section 5.1. */
export const JSON_RPC_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;

export type RpcId = string | number | null;

export interface RpcRequest<Params = unknown> {
  jsonrpc: '2.0';
  /** Absent: a notification, which gets no answer (section 4.1). */
  id?: RpcId;
  method: string;
  /** An object or an array. */
  params?: Params;
}

export interface RpcError<Data = unknown> {
  code: number;
  message: string;
  data?: Data;
}

export type RpcResponse<Result = unknown> =
  | { jsonrpc: '2.0'; id: RpcId; result: Result; error?: never }
  | { jsonrpc: '2.0'; id: RpcId; error: RpcError; result?: never };

export function requestMessage<Params>(id: RpcId, method: string, params?: Params): RpcRequest<Params> {
  return { jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) };
}

/** `result` must not be undefined: JSON would drop it, and an answer needs one (section 5). */
export function resultMessage<Result>(id: RpcId, result: Result): RpcResponse<Result> {
  return { jsonrpc: '2.0', id, result };
}

export function errorMessage(id: RpcId, error: RpcError): RpcResponse<never> {
  return { jsonrpc: '2.0', id, error };
}

export type ReadRequest =
  | { ok: true; request: RpcRequest }
  /** `id` is the request's own where it could be read, else null (section 5). */
  | { ok: false; id: RpcId; error: RpcError };

/** A request from the text of a body. Never throws. */
export function parseRequest(text: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = `Parse error: ${error instanceof Error ? error.message : error}`;
    return { ok: false, id: null, error: { code: JSON_RPC_CODES.parseError, message } };
  }
  return readRequest(value);
}

/** A request from a parsed value. Never throws. Whether the method exists and its params fit, the caller says. */
export function readRequest(value: unknown): ReadRequest {
  if (Array.isArray(value)) {
    return invalid(null, value.length === 0 ? 'expected a request object, got an empty array' : 'batch not supported');
  }
  if (!isObject(value)) return invalid(null, `expected a request object, got ${show(value)}`);
  const id = Object.hasOwn(value, 'id') ? value['id'] : undefined;
  if (id !== undefined && !isId(id)) {
    return invalid(null, `id: expected a string, a number of at most 2^53 - 1, or null, got ${show(id)}`);
  }
  const echoed = id ?? null;
  const { jsonrpc, method, params } = value;
  if (jsonrpc !== '2.0') return invalid(echoed, `jsonrpc: expected "2.0", got ${show(jsonrpc)}`);
  if (typeof method !== 'string') return invalid(echoed, `method: expected a string, got ${show(method)}`);
  if (params !== undefined && (typeof params !== 'object' || params === null)) {
    return invalid(echoed, `params: expected an object or an array, got ${show(params)}`);
  }
  return {
    ok: true,
    request: { jsonrpc, method, ...(id !== undefined && { id }), ...(params !== undefined && { params }) },
  };
}

export type ReadResponse =
  | { kind: 'result'; result: unknown }
  | { kind: 'error'; error: RpcError; id: RpcId }
  /** Not an answer to this request; `reason` says what was expected and what came. */
  | { kind: 'malformed'; reason: string };

/**
 * The answer to the request `expectedId`, held to section 5 word for word: `jsonrpc` "2.0", exactly one of
 * `result` and `error`, the same id in value and type. An error alone may have the id null. Never throws.
 */
export function readResponse(value: unknown, expectedId: string | number): ReadResponse {
  if (!isObject(value)) return malformed(`expected a response object, got ${show(value)}`);
  const { jsonrpc, id, error } = value;
  if (jsonrpc !== '2.0') return malformed(`jsonrpc: expected "2.0", got ${show(jsonrpc)}`);
  const hasResult = Object.hasOwn(value, 'result');
  const hasError = Object.hasOwn(value, 'error');
  if (hasResult === hasError) {
    return malformed(`expected exactly one of result and error, got ${hasResult ? 'both' : 'neither'}`);
  }
  if (id !== expectedId && (id !== null || !hasError)) {
    return malformed(`id: expected ${show(expectedId)}${hasError ? ' or null' : ''}, got ${show(id)}`);
  }
  if (hasResult) return { kind: 'result', result: value['result'] };
  if (!isObject(error)) return malformed(`error: expected an object, got ${show(error)}`);
  const { code, message, data } = error;
  if (!Number.isInteger(code)) return malformed(`error.code: expected an integer, got ${show(code)}`);
  if (typeof message !== 'string') return malformed(`error.message: expected a string, got ${show(message)}`);
  const rpcError = { code: code as number, message, ...(data !== undefined && { data }) };
  return { kind: 'error', error: rpcError, id: id as RpcId };
}

function invalid(id: RpcId, reason: string): ReadRequest {
  return { ok: false, id, error: { code: JSON_RPC_CODES.invalidRequest, message: `Invalid Request: ${reason}` } };
}

function malformed(reason: string): ReadResponse {
  return { kind: 'malformed', reason };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A larger number was rounded when it was parsed: the echo would be another id. */
function isId(value: unknown): value is RpcId {
  return (
    value === null ||
    typeof value === 'string' ||
    (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER)
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
