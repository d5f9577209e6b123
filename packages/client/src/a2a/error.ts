import {
  type A2AErrorName as SpecErrorName,
  ERROR_INFO_TYPE,
  type ERRORS,
  type JSON_RPC_ERRORS,
} from '@agentproto/protocol/a2a/1.0';
import { AgentProtoError, isAgentProtoError } from '../errors.ts';

type WithoutSuffix<Name extends string> = Name extends `${infer Base}Error` ? Base : Name;

/** The protocol's own names and those of JSON-RPC (§5.4, §9.5), without `Error`; `Unrecognized` for any other. */
export type A2AErrorName = WithoutSuffix<SpecErrorName | keyof typeof JSON_RPC_ERRORS> | 'Unrecognized';

/** One object of `error.data` or `error.details` (§9.5, §11.6). */
export interface ErrorDetail {
  '@type'?: string;
  [member: string]: unknown;
}

/** The agent answered with an error of the protocol. */
export class A2AError extends AgentProtoError {
  readonly code = 'A2A_ERROR';
  /** `TaskNotFound`, `InvalidParams` … */
  override readonly name: A2AErrorName;
  /** JSON-RPC's, also where another binding carried the error; undefined when the name is `Unrecognized` and no code came. */
  readonly rpcCode: number | undefined;
  /** Undefined: the client itself saw that the agent would refuse. */
  readonly httpStatus: number | undefined;
  /** `ErrorInfo.reason`, when the agent gave one. */
  readonly reason: string | undefined;
  readonly details: readonly ErrorDetail[];

  constructor(
    name: A2AErrorName,
    message: string,
    from: {
      rpcCode?: number | undefined;
      httpStatus?: number;
      reason?: string | undefined;
      details?: readonly ErrorDetail[];
    },
  ) {
    super(message);
    this.name = name;
    this.rpcCode = from.rpcCode ?? (name === 'Unrecognized' ? undefined : CODES[name]);
    this.httpStatus = from.httpStatus;
    this.reason = from.reason;
    this.details = from.details ?? [];
  }
}

/** Whether a caught value is an `A2AError` (of any copy of this package), and of the given name. */
export function isA2AError(value: unknown, name?: A2AErrorName): value is A2AError {
  return isAgentProtoError(value) && value.code === 'A2A_ERROR' && (name === undefined || value.name === name);
}

type Table = (typeof ERRORS)['1.0.1'] & typeof JSON_RPC_ERRORS;

/** The same in 1.0.0 and 1.0.1; only statuses moved. The compiler holds it to the protocol's own tables, which are too large to ship. */
const CODES: { readonly [SpecName in keyof Table as WithoutSuffix<SpecName>]: Table[SpecName]['code'] } = {
  JSONParse: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  Internal: -32603,
  TaskNotFound: -32001,
  TaskNotCancelable: -32002,
  PushNotificationNotSupported: -32003,
  UnsupportedOperation: -32004,
  ContentTypeNotSupported: -32005,
  InvalidAgentResponse: -32006,
  ExtendedAgentCardNotConfigured: -32007,
  ExtensionSupportRequired: -32008,
  VersionNotSupported: -32009,
};

type KnownName = keyof typeof CODES;

function nameOfCode(code: number): KnownName | undefined {
  return (Object.keys(CODES) as KnownName[]).find((name) => CODES[name] === code);
}

/** `TASK_NOT_FOUND` is the reason of `TaskNotFound`, and so on for all. */
function nameOfReason(reason: string | undefined): KnownName | undefined {
  const name = reason?.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return name && Object.hasOwn(CODES, name) ? (name as KnownName) : undefined;
}

/** For HTTP+JSON errors without a reason: what the status alone can only mean, in the table of 1.0.0 or of 1.0.1 (§5.4). */
const BY_STATUS: { [status: string]: KnownName } = {
  409: 'TaskNotCancelable',
  415: 'ContentTypeNotSupported',
  500: 'Internal',
  502: 'InvalidAgentResponse',
  NOT_FOUND: 'TaskNotFound',
  INVALID_ARGUMENT: 'InvalidParams',
  UNIMPLEMENTED: 'UnsupportedOperation',
  INTERNAL: 'Internal',
};

/** Whatever code a gateway puts into its body. */
const OF_THE_WAY = [401, 403, 407, 408, 425, 429, 503, 504];

/** From a JSON-RPC error object (§9.5). */
export function fromRpcError(
  error: { code: number; message: string; data?: unknown },
  httpStatus: number,
  where: string,
): A2AError {
  const { code: rpcCode, message } = error;
  const details = objects(error.data);
  const reason = reasonOf(details);
  return new A2AError(nameOfCode(rpcCode) ?? nameOfReason(reason) ?? 'Unrecognized', `${where}: ${message}`, {
    rpcCode,
    httpStatus,
    reason,
    details,
  });
}

/** From the `error` of an HTTP+JSON body (§11.6). */
export function fromHttpError(
  error: { code?: unknown; status?: unknown; message?: unknown; details?: unknown },
  httpStatus: number,
  where: string,
): A2AError {
  const details = objects(error.details);
  const reason = reasonOf(details);
  const name = nameOfReason(reason) ?? BY_STATUS[httpStatus] ?? BY_STATUS[String(error.status)] ?? 'Unrecognized';
  return new A2AError(name, `${where}: ${String(error.message)}`, { httpStatus, reason, details });
}

/** Whether an error in the body says more than the HTTP status, which speaks of the way to the agent. */
export function saysMore({ rpcCode = 0 }: A2AError, httpStatus: number): boolean {
  const ofTheProtocol = rpcCode <= -32001 && rpcCode > -32100;
  return ofTheProtocol || !OF_THE_WAY.includes(httpStatus);
}

function reasonOf(details: readonly ErrorDetail[]): string | undefined {
  const info =
    details.find((detail) => detail['@type'] === ERROR_INFO_TYPE) ?? details.find((detail) => 'reason' in detail);
  return typeof info?.['reason'] === 'string' ? info['reason'] : undefined;
}

/** A single object where a list should be is taken for a list of one: 1.0.0 has such a sample. */
function objects(value: unknown): ErrorDetail[] {
  return [value].flat().filter(isObject);
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
