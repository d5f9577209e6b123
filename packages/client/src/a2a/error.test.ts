import { ERRORS, JSON_RPC_ERRORS } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import { HttpError, isAgentProtoError } from '../errors.ts';
import { A2AError, fromError, isA2AError, saysMore } from './error.ts';

const own = [...Object.entries(ERRORS['1.0.0']), ...Object.entries(ERRORS['1.0.1'])];
const fromRpcError = (error: unknown, status: number, where: string) => fromError(error, status, where, false);
const fromHttpError = (error: unknown, status: number, where: string) => fromError(error, status, where, true);
const short = (name: string) => name.replace(/Error$/, '');
const info = (reason: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'a2a-protocol.org',
});

describe('every error of both tables', () => {
  test.each([...own, ...Object.entries(JSON_RPC_ERRORS)])('%s by its JSON-RPC code', (name, { code }) => {
    expect(fromRpcError({ code, message: 'why' }, 200, 'GetTask')).toMatchObject({
      name: short(name),
      rpcCode: code,
      httpStatus: 200,
      message: 'GetTask: why',
      details: [],
    });
  });

  test.each(own)('%s by its reason', (name, { code, http, grpc, reason }) => {
    const error = fromHttpError({ code: http, status: grpc, message: 'why', details: [info(reason)] }, http, 'GetTask');
    expect(error).toMatchObject({ name: short(name), rpcCode: code, httpStatus: http, reason });
    expect(error.details).toEqual([info(reason)]);
  });
});

describe('HTTP+JSON without a reason', () => {
  test.each([
    [409, 'ABORTED', 'TaskNotCancelable'],
    [415, 'INVALID_ARGUMENT', 'ContentTypeNotSupported'],
    [502, 'INTERNAL', 'InvalidAgentResponse'],
    [500, 'INTERNAL', 'Internal'],
    [404, 'NOT_FOUND', 'TaskNotFound'],
    [400, 'INVALID_ARGUMENT', 'InvalidParams'],
    [400, 'UNIMPLEMENTED', 'UnsupportedOperation'],
    [400, 'FAILED_PRECONDITION', 'Unrecognized'],
    [404, undefined, 'Unrecognized'],
  ])('%i %s is %s', (code, status, name) => {
    expect(fromHttpError({ code, status, message: 'why' }, code, '').name).toBe(name);
  });
});

test("a code of the server's own is kept", () => {
  expect(fromRpcError({ code: -32050, message: 'why' }, 200, '')).toMatchObject({
    name: 'Unrecognized',
    rpcCode: -32050,
  });
  expect(fromRpcError({ code: -32050, message: 'why', data: [info('TASK_NOT_FOUND')] }, 200, '')).toMatchObject({
    name: 'TaskNotFound',
    rpcCode: -32050,
  });
});

test.each<[unknown, object]>([
  [
    { code: 'TASK_NOT_FOUND', message: 'gone' },
    { name: 'TaskNotFound', reason: 'TASK_NOT_FOUND', message: 'GetTask: gone' },
  ],
  [
    { code: 'TaskNotFoundError', detail: 'gone' },
    { name: 'TaskNotFound', message: 'GetTask: gone' },
  ],
  [
    { code: '-32001', message: 'gone' },
    { name: 'TaskNotFound', rpcCode: -32001 },
  ],
  [
    { code: 'E42', detail: { message: 'odd' } },
    { name: 'Unrecognized', reason: 'E42', message: 'GetTask: odd' },
  ],
  ['all is lost', { name: 'Unrecognized', rpcCode: undefined, message: 'GetTask: all is lost' }],
  [
    { status: 400, hint: 'x' },
    { name: 'Unrecognized', message: 'GetTask: {"status":400,"hint":"x"}' },
  ],
])('an error in a shape of its own: %j', (error, expected) => {
  expect(fromRpcError(error, 200, 'GetTask')).toMatchObject(expected);
});

test('details of any shape', () => {
  expect(fromRpcError({ code: -32001, message: '', data: info('X') }, 200, '').details).toEqual([info('X')]);
  expect(fromRpcError({ code: -32001, message: '', data: 'text' }, 200, '').details).toEqual([]);
  expect(fromRpcError({ code: -32001, message: '', data: [null, 1, info('X')] }, 200, '').reason).toBe('X');
});

test("a gateway's code does not hide that it is the gateway that speaks", () => {
  expect(saysMore(fromRpcError({ code: -32603, message: '' }, 429, ''), 429)).toBe(false);
  expect(saysMore(fromRpcError({ code: -32603, message: '' }, 500, ''), 500)).toBe(true);
  expect(saysMore(fromRpcError({ code: -32001, message: '' }, 401, ''), 401)).toBe(true);
  expect(saysMore(fromHttpError({ message: '' }, 503, ''), 503)).toBe(false);
});

describe('guards', () => {
  const error = new A2AError('TaskNotFound', 'why', { httpStatus: 404 });

  test('by name and by code', () => {
    expect(isA2AError(error)).toBe(true);
    expect(isA2AError(error, 'TaskNotFound')).toBe(true);
    expect(isA2AError(error, 'TaskNotCancelable')).toBe(false);
    expect(isAgentProtoError(error)).toBe(true);
    expect(isAgentProtoError(error, 'HTTP_STATUS')).toBe(false);
    expect(isAgentProtoError(new HttpError('', 500, ''), 'HTTP_STATUS')).toBe(true);
  });

  test('of another copy of the package, and of nothing else', () => {
    const foreign = Object.assign(new Error('why'), {
      [Symbol.for('@agentproto/client/error')]: true,
      code: 'A2A_ERROR',
    });
    foreign.name = 'TaskNotFound';
    expect(isA2AError(foreign, 'TaskNotFound')).toBe(true);
    expect(isA2AError(Object.assign(new Error('why'), { code: 'A2A_ERROR' }))).toBe(false);
    expect(isAgentProtoError({ code: 'HTTP_STATUS' })).toBe(false);
    expect(isAgentProtoError(undefined)).toBe(false);
  });
});
