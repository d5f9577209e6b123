import type { Exchange } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { ClientOutput, quoteOf } from './client-output.ts';

const KEY = 'sk-0123456789abcdef';

function heard(env: NodeJS.ProcessEnv, ...pieces: [text: string, stream?: 'stderr'][]) {
  let out = '';
  const output = new ClientOutput(
    quoteOf(env, () => []),
    (text) => (out += text),
  );
  for (const [text, stream = 'stdout'] of pieces) output.write(text, stream);
  const before = out;
  output.end();
  return { out, before, tail: output.tail() };
}

test('a secret goes that comes in pieces, between what the other stream brings', () => {
  const { out, before } = heard(
    { SOME_API_KEY: KEY },
    [`one\nkey ${KEY.slice(0, 9)}`],
    ['of the other\n', 'stderr'],
    [KEY.slice(9)],
  );
  expect(before).toBe('one\nof the other\n');
  expect(out).toBe('one\nof the other\nkey [redacted]\n');
});

test.each([
  ['> Authorization: Bearer abc.def', '> Authorization: Bearer [redacted]'],
  ["{ authorization: 'abc' }", "{ authorization: '[redacted]' }"],
  ['sent Bearer eyJhbGciOi.e30.c2ln==', 'sent Bearer [redacted]'],
  ['401: Bearer authentication required', '401: Bearer authentication required'],
  ['  "apiKey": "abc",', '  "apiKey": "[redacted]",'],
  ['GET /x?access_token=abc&y=1', 'GET /x?access_token=[redacted]&y=1'],
  ['https://me:pass@127.0.0.1/', 'https://[redacted]@127.0.0.1/'],
  ['', ''],
])('%j is shown as %j', (line, shown) => {
  expect(heard({}, [`${line}\r\n`]).out).toBe(`${shown}\r\n`);
});

test('a line without an end is cut, and a secret that was cut with it is not shown', () => {
  const { out, tail } = heard(
    { SOME_API_KEY: KEY },
    ['x'.repeat(65_536 - 5)],
    [KEY],
    ['y'.repeat(1_000_000)],
    ['\nnext'],
  );
  expect(out).toMatch(/^x{57344}… \(cut\)\nnext\n$/);
  expect(tail).toHaveLength(4_000);
  expect(tail).toMatch(/^x+… \(cut\)\nnext\n$/);
});

const sent = (...headers: [string, string][]) => ({
  id: 1,
  request: { atMs: 0, method: 'GET', url: '/', headers },
  frames: [],
});

test('the tail is the last that was written, and of secrets it knows what came after', () => {
  const exchanges: Exchange[] = [];
  const output = new ClientOutput(quoteOf({}, () => exchanges));
  for (let i = 0; i < 5_000; i++) output.write(`line ${i} ${KEY}\n`, 'stdout');
  expect(output.tail()).toMatch(/line 4999 sk-\w+\n$/);
  exchanges.push(sent(['x-api-key', KEY]));
  expect(output.tail()).toMatch(/line 4998 \[redacted\]\nline 4999 \[redacted\]\n$/);
  expect(output.tail()).not.toContain(KEY);
});

test('secrets are what an environment holds by such a name, and what was shown', () => {
  const env = { MY_API_KEY: 'held-by-it', DB_PASSWORD: 'short', PATH: '/usr/local/bin', TOKEN: undefined };
  const shown = sent(['Authorization', 'Bearer of-somebody'], ['X-API-Key', 'k-123456'], ['Host', '127.0.0.1:8080']);
  const quote = quoteOf(env, () => [shown]);
  expect(quote('held-by-it short /usr/local/bin of-somebody k-123456 127.0.0.1:8080')).toBe(
    '[redacted] short /usr/local/bin [redacted] [redacted] 127.0.0.1:8080',
  );
});
