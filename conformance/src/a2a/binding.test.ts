import type { Exchange } from '@agentproto/recording';
import { describe, expect, test } from 'vitest';
import { httpJson, jsonRpc } from './binding.ts';

describe('JSON-RPC', () => {
  const binding = jsonRpc('http://h/rpc', 'acme', () => 'id-1');

  test('an operation is a call with the tenant in its params', () => {
    const { method, url, headers, body } = binding.request('GetTask', { id: 't' });
    expect({ method, url }).toEqual({ method: 'POST', url: 'http://h/rpc' });
    expect(JSON.parse(String(body))).toEqual({
      jsonrpc: '2.0',
      id: 'id-1',
      method: 'GetTask',
      params: { tenant: 'acme', id: 't' },
    });
    expect(headers).toContainEqual(['A2A-Version', '1.0']);
  });

  test('headers are replaced whatever their case, and left out when empty', () => {
    const names = (headers: [string, string][]) =>
      binding.request('GetTask', {}, { headers }).headers!.filter(([name]) => /version/i.test(name));
    expect(names([['a2a-version', '99.0']])).toEqual([['a2a-version', '99.0']]);
    expect(names([['A2A-Version', '']])).toEqual([]);
  });
});

describe('HTTP+JSON', () => {
  const binding = httpJson('http://h/base/', 'a b');

  test('ids go into the path, the rest into query or body', () => {
    expect(binding.request('GetTask', { id: 'x/y', historyLength: 0 })).toMatchObject({
      method: 'GET',
      url: 'http://h/base/a%20b/tasks/x%2Fy?historyLength=0',
    });
    expect(binding.request('CancelTask', { id: 't', metadata: { a: 1 } })).toMatchObject({
      method: 'POST',
      url: 'http://h/base/a%20b/tasks/t:cancel',
      body: '{"metadata":{"a":1}}',
    });
    expect(binding.request('SubscribeToTask', { id: 't' }, { verb: 'GET' })).toMatchObject({
      method: 'GET',
      url: 'http://h/base/a%20b/tasks/t:subscribe',
    });
  });

  const answer = (status: number, json?: unknown) =>
    ({
      id: 1,
      binding: 'HTTP+JSON',
      operation: 'DeleteTaskPushNotificationConfig',
      request: { atMs: 0, method: 'DELETE', url: 'http://h', headers: [] },
      response: { atMs: 1, status, headers: [], ...(json === undefined ? {} : { json }) },
      frames: [],
    }) as unknown as Exchange;
  const refusal = { error: { code: 501, message: 'Not here', details: [errorInfo('UNSUPPORTED_OPERATION')] } };

  test('what HTTP refuses in place of an operation is a route that is not there', () => {
    for (const exchange of [answer(405), answer(405, { detail: 'Method Not Allowed' }), answer(501)])
      expect(binding.unread(exchange)?.by).toBe('A2A10-REST-001');
  });

  test.each([
    ['a path that no operation has', pathless(answer(405, refusal))],
    ['an error of the protocol', answer(501, refusal)],
    ['what may be a task that is missing', answer(404, { error: { code: 404, message: 'Not found' } })],
    ['a result', answer(200, {})],
  ])('and %s is none', (_what, exchange) => {
    expect(binding.unread(exchange)?.by).not.toBe('A2A10-REST-001');
  });
});

function errorInfo(reason: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'a2a-protocol.org' };
}

function pathless({ operation: _left, ...exchange }: Exchange): Exchange {
  return exchange;
}
