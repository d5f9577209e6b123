import { describe, expect, test } from 'vitest';
import { mismatch } from '../kit/match.ts';
import { failsAs, looseErrorView, restErrorView, rpcErrorView } from './error-view.ts';

const info = (reason: string) => [
  { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'a2a-protocol.org' },
];

describe('JSON-RPC', () => {
  test('what is left of an error names it: the reason, then the code, then the status', () => {
    const data = info('TASK_NOT_FOUND');
    expect(rpcErrorView({ code: -32_050, data }, 200)).toMatchObject({ names: ['TaskNotFoundError'], by: 'reason' });
    expect(rpcErrorView({ code: -32_004, data: info('TASK_IS_OVER') }, 200)).toMatchObject({
      names: ['UnsupportedOperationError'],
      by: 'code',
    });
    const byStatus = rpcErrorView({ code: 404, status: 'NOT_FOUND' }, 404);
    expect(byStatus.by).toBe('status');
    expect(byStatus.names).toContain('TaskNotFoundError');
  });
  test('the code names the error', () => {
    expect(rpcErrorView({ code: -32_001, message: 'x' }, 200).names).toEqual(['TaskNotFoundError']);
    expect(rpcErrorView({ code: -32_602 }, 200).names).toEqual(['InvalidParamsError']);
    expect(rpcErrorView({ code: -1 }, 200).names).toEqual([]);
    expect(rpcErrorView({ code: '-32001' }, 200).names).toEqual([]);
  });
});

describe('HTTP+JSON', () => {
  test('the reason names the error, whatever the status', () => {
    expect(restErrorView({ error: { code: 409, details: info('TASK_NOT_CANCELABLE') } }, 409).names).toEqual([
      'TaskNotCancelableError',
    ]);
  });
  test('a reason of JSON-RPC leaves no error of A2A', () => {
    const names = restErrorView({ error: { code: 400, details: info('INVALID_PARAMS') } }, 400).names;
    expect(names).toContain('InvalidParamsError');
    expect(names).not.toContain('UnsupportedOperationError');
  });
  test('the status alone leaves those of both tables', () => {
    expect(restErrorView({ error: {} }, 409).names).toEqual(['TaskNotCancelableError']);
    expect(restErrorView('<html>', 404).names).toContain('TaskNotFoundError');
    expect(restErrorView({ error: {} }, 400).names).toEqual(
      expect.arrayContaining(['TaskNotCancelableError', 'UnsupportedOperationError', 'InvalidParamsError']),
    );
    expect(restErrorView({}, 418).names).toEqual([]);
  });
});

describe('HTTP+JSON before 1.0', () => {
  test('a name is as good as a code, with or without its package', () => {
    for (const error of ['io.a2a.spec.TaskNotFoundError', 'TaskNotFoundError'])
      expect(looseErrorView({ error, message: 'Gone' }, 500)).toMatchObject({
        names: ['TaskNotFoundError'],
        by: 'reason',
        message: 'Gone',
      });
  });
  test('other words leave it to the status', () => {
    for (const error of ['Not Found', 'toString', ''])
      expect(looseErrorView({ error }, 404)).toMatchObject({ by: 'status' });
  });
});

test('failsAs takes the intended error alone', () => {
  const wanted = failsAs('TaskNotFoundError');
  expect(mismatch(wanted, { error: rpcErrorView({ code: -32_001 }, 200) })).toBeUndefined();
  expect(mismatch(wanted, { error: rpcErrorView({ code: -32_602 }, 200) })).toMatchObject({
    expected: 'TaskNotFoundError (-32001, HTTP 404)',
  });
  expect(mismatch(wanted, { result: {} })).toBeDefined();
});
