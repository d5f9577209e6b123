import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorMessage, JSON_RPC_CODES, parseRequest, readRequest } from './json-rpc.ts';
import { readResponse, requestMessage, resultMessage } from './json-rpc.ts';
import type { ReadRequest, RpcId } from './json-rpc.ts';

const anyId = fc.oneof(fc.string(), fc.maxSafeInteger(), fc.constant(null));
const structured = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
const anyParams = fc.option(structured, { nil: undefined });

describe('requests', () => {
  test('a request that is written is read again', () => {
    fc.assert(
      fc.property(anyId, fc.string(), anyParams, (id, method, params) => {
        const text = JSON.stringify(requestMessage(id, method, params));
        expect(parseRequest(text)).toEqual({ ok: true, request: JSON.parse(text) });
      }),
    );
  });

  test('a notification has no id', () => {
    const read = readRequest({ jsonrpc: '2.0', method: 'm' });
    expect(read).toEqual({ ok: true, request: { jsonrpc: '2.0', method: 'm' } });
  });

  test('members that the standard does not know are left out', () => {
    const read = readRequest({ jsonrpc: '2.0', id: 1, method: 'm', params: [], extra: true });
    expect(read).toEqual({ ok: true, request: { jsonrpc: '2.0', id: 1, method: 'm', params: [] } });
  });

  test('a fractional id is odd but allowed', () => {
    expect(readRequest({ jsonrpc: '2.0', id: 1.5, method: 'm' })).toMatchObject({ ok: true, request: { id: 1.5 } });
  });

  const refused: [text: string, code: number, id: RpcId, message: RegExp][] = [
    ['', -32700, null, /^Parse error: /],
    ['{"jsonrpc":"2.0"', -32700, null, /^Parse error: /],
    ['[]', -32600, null, /empty array/],
    ['[{"jsonrpc":"2.0","id":1,"method":"m"}]', -32600, null, /^Invalid Request: batch not supported$/],
    ['"text"', -32600, null, /expected a request object, got "text"/],
    ['null', -32600, null, /got null/],
    ['{}', -32600, null, /jsonrpc: expected "2.0", got nothing/],
    ['{"jsonrpc":2,"id":7,"method":"m"}', -32600, 7, /jsonrpc: expected "2.0", got 2/],
    ['{"jsonrpc":"1.0","id":"x","method":"m"}', -32600, 'x', /got "1.0"/],
    ['{"jsonrpc":"2.0","id":7}', -32600, 7, /method: expected a string, got nothing/],
    ['{"jsonrpc":"2.0","id":7,"method":1}', -32600, 7, /method: expected a string, got 1/],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', -32600, null, /id: expected .*, got an object/],
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', -32600, null, /id: expected .*, got true/],
    ['{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}', -32600, null, /id: expected/],
    ['{"jsonrpc":"2.0","id":1e999,"method":"m"}', -32600, null, /got Infinity/],
    ['{"jsonrpc":"2.0","id":7,"method":"m","params":"p"}', -32600, 7, /params: expected .* got "p"/],
    ['{"jsonrpc":"2.0","id":7,"method":"m","params":null}', -32600, 7, /params: expected .* got null/],
  ];
  test.each(refused)('%s is refused with %i', (text, code, id, message) => {
    const read = parseRequest(text);
    expect(read).toMatchObject({ ok: false, id, error: { code } });
    expect(read.ok ? '' : read.error.message).toMatch(message);
  });

  test('nothing makes the readers throw, and a refusal is always a code of the standard', () => {
    const almost = fc.record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
        id: fc.jsonValue(),
        method: fc.jsonValue(),
        params: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const codes = new Set<number | undefined>();
    const note = (read: ReadRequest) => void codes.add(read.ok ? undefined : read.error.code);
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.jsonValue(), almost), (value) => note(readRequest(value))));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => note(parseRequest(text))));
    note(parseRequest('['.repeat(1_000_000)));
    note(parseRequest('['.repeat(1_000_000) + ']'.repeat(1_000_000)));
    codes.delete(undefined);
    expect([...codes].toSorted()).toEqual([JSON_RPC_CODES.invalidRequest, JSON_RPC_CODES.parseError]);
  });
});

describe('responses', () => {
  test('an answer that is written is read again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.maxSafeInteger()), fc.jsonValue(), (id, result) => {
        expect(readResponse(JSON.parse(JSON.stringify(resultMessage(id, result))), id)).toEqual({
          kind: 'result',
          result: JSON.parse(JSON.stringify(result)),
        });
      }),
    );
    const error = { code: -32001, message: 'Task not found', data: [{ a: 1 }] };
    expect(readResponse(errorMessage(1, error), 1)).toEqual({ kind: 'error', error, id: 1 });
    expect(readResponse(errorMessage(null, error), 1)).toEqual({ kind: 'error', error, id: null });
  });

  const malformed: [value: unknown, reason: string][] = [
    [[], 'expected a response object, got an array'],
    ['x', 'expected a response object, got "x"'],
    [{ id: 1, result: {} }, 'jsonrpc: expected "2.0", got nothing'],
    [{ jsonrpc: '2.0', id: 1 }, 'expected exactly one of result and error, got neither'],
    [{ jsonrpc: '2.0', id: 1, result: {}, error: null }, 'expected exactly one of result and error, got both'],
    [{ jsonrpc: '2.0', id: '1', result: {} }, 'id: expected 1, got "1"'],
    [{ jsonrpc: '2.0', result: {} }, 'id: expected 1, got nothing'],
    [{ jsonrpc: '2.0', id: null, result: {} }, 'id: expected 1, got null'],
    [{ jsonrpc: '2.0', id: 2, error: { code: 1, message: '' } }, 'id: expected 1 or null, got 2'],
    [{ jsonrpc: '2.0', id: 1, error: 'no' }, 'error: expected an object, got "no"'],
    [{ jsonrpc: '2.0', id: 1, error: { code: '1', message: '' } }, 'error.code: expected an integer, got "1"'],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1.5, message: '' } }, 'error.code: expected an integer, got 1.5'],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1 } }, 'error.message: expected a string, got nothing'],
  ];
  test.each(malformed)('%j is malformed', (value, reason) => {
    expect(readResponse(value, 1)).toEqual({ kind: 'malformed', reason });
  });

  test('nothing makes the reader throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['result', 'error', 'malformed']).toContain(readResponse(value, 1).kind);
      }),
    );
  });
});
