import {
  type A2AErrorName as SpecErrorName,
  ERROR_INFO_TYPE,
  type ERRORS,
  type JSON_RPC_ERRORS,
  type Task,
} from '@agentproto/protocol/a2a/1.0';
import { AgentProtoError, hasCode } from '../failure.ts';
import { sentenceIn } from '../sentence.ts';
import { isObject, type Place } from '../json.ts';

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
  /** The member of the card that does not offer the operation, such as `capabilities.pushNotifications` (§3.3.4): nothing was sent. */
  readonly cardMember: string | undefined;

  constructor(
    name: A2AErrorName,
    message: string,
    from: {
      rpcCode?: number | undefined;
      httpStatus?: number;
      reason?: string | undefined;
      details?: readonly ErrorDetail[];
      cardMember?: string;
    },
  ) {
    super(message);
    this.name = name;
    this.rpcCode = from.rpcCode ?? (name === 'Unrecognized' ? undefined : CODES[name]);
    this.httpStatus = from.httpStatus;
    this.reason = from.reason;
    this.details = from.details ?? [];
    this.cardMember = from.cardMember;
  }
}

/** Whether a caught value is an `A2AError` (of any copy of this package), and of the given name. */
export function isA2AError(value: unknown, name?: A2AErrorName): value is A2AError {
  return hasCode(value, 'A2A_ERROR') && (name === undefined || value.name === name);
}

/** With `expectCompleted`: the task is over, or waits, and is not completed. */
export class TaskNotCompletedError extends AgentProtoError {
  readonly code = 'TASK_NOT_COMPLETED';
  override readonly name = 'TaskNotCompletedError';
  readonly task: Task;

  constructor(task: Task, said: string) {
    super(`the task ${task.id} is ${task.status.state}, not completed${said && `: ${said}`}`);
    this.task = task;
  }
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

/** `TASK_NOT_FOUND` is the reason of `TaskNotFound`, and so on for all; some servers write the name itself. */
function nameOfReason(reason: string | undefined): KnownName | undefined {
  const plain = reason?.toLowerCase().replace(/[^a-z]|error$/g, '');
  return (Object.keys(CODES) as KnownName[]).find((name) => name.toLowerCase() === plain);
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

/**
 * From the `error` of a JSON-RPC answer (§9.5) or of an HTTP+JSON body (§11.6), whatever its shape. `byStatus`: where
 * nothing else says what it is, the HTTP status does.
 */
export function fromError(error: unknown, httpStatus: number, where: Place, byStatus: boolean): A2AError {
  const { code, status, data, details: given } = isObject(error) ? error : {};
  const number = Number(code);
  const rpcCode = code && Number.isInteger(number) && (number < 0 || !byStatus) ? number : undefined;
  const details = objects(data ?? given);
  // A text for a code is a reason in the wrong place.
  const reason = reasonOf(details) ?? (typeof code === 'string' && rpcCode === undefined ? code : undefined);
  const name =
    (rpcCode !== undefined && nameOfCode(rpcCode)) ||
    nameOfReason(reason) ||
    (byStatus && (BY_STATUS[httpStatus] ?? BY_STATUS[String(status)])) ||
    'Unrecognized';
  const said = sentenceIn(error) ?? JSON.stringify(error).slice(0, 200);
  return new A2AError(name, `${where}: ${said}`, { rpcCode, httpStatus, reason, details });
}

/** Whether a whole body is the error object of a JSON-RPC answer, as in HTTP+JSON of A2A 0.3. */
export function isRpcError(body: unknown): boolean {
  return isInShape(body) && (body as { code: number }).code < 0;
}

/** Whether an error is what its binding says: `code` an integer, `message` a text (§9.5, §11.6). */
export function isInShape(error: unknown): boolean {
  return isObject(error) && Number.isInteger(error['code']) && typeof error['message'] === 'string';
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
