import { expect, test } from 'vitest';
import { exchangeText } from './exchange.ts';

test('all that was sent and all that came stands there, and nothing steers the terminal', () => {
  const text = exchangeText({
    id: 12,
    label: 'a2a/send/task',
    binding: 'JSONRPC',
    operation: 'SendMessage',
    request: {
      atMs: 100,
      method: 'POST',
      url: 'http://127.0.0.1/rpc',
      headers: [['A2A-Version', '1.0']],
      body: { text: '{"id":1}' },
    },
    response: { atMs: 108, status: 500, headers: [['Content-Type', 'text/html']], body: { text: '<h1>\u001b[31m' } },
    frames: [{ index: 0, atMs: 110, direction: 'in', kind: 'sse', data: '{"a":[1]}' }],
    end: { atMs: 120, kind: 'complete' },
  });
  expect(text).toEqual([
    'exchange 12, JSONRPC, SendMessage, in a2a/send/task',
    '',
    '> POST http://127.0.0.1/rpc',
    '> A2A-Version: 1.0',
    '',
    '{',
    '  "id": 1',
    '}',
    '',
    '< 500   +8 ms',
    '< Content-Type: text/html',
    '',
    '<h1>\ufffd[31m',
    '',
    '< [0] sse   +10 ms',
    '{',
    '  "a": [',
    '    1',
    '  ]',
    '}',
    '',
    'complete   +20 ms',
  ]);
});
