import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exchange, Frame } from './exchange.ts';
import { redactExchange } from './redact.ts';

const exchange: Exchange = {
  id: 3,
  label: 'a2a/stream/cancel',
  binding: 'JSONRPC',
  operation: 'SendStreamingMessage',
  request: {
    atMs: 1,
    method: 'POST',
    url: 'http://u:p@127.0.0.1/a2a?api_key=abc&x=1',
    headers: [
      ['Authorization', 'Bearer abc'],
      ['Proxy-Authorization', 'opaque'],
      ['cookie', 'a=b; c=d'],
      ['X-API-Key', 'abc'],
      ['X-A2A-Notification-Token', 'abc'],
      ['X-Ratelimit-Remaining-Tokens', '100'],
      ['Content-Type', 'application/json'],
    ],
    body: { text: '{"token":"abc","text":"hello"}' },
  },
  response: {
    atMs: 5,
    status: 401,
    headers: [
      ['Set-Cookie', 'session=abc'],
      ['WWW-Authenticate', 'Bearer realm="x"'],
      ['Location', '/login?token=abc'],
    ],
    body: { text: '{"password":"abc"' },
    jsonError: 'quotes abc',
  },
  frames: [
    { index: 0, atMs: 6, direction: 'in', kind: 'sse', data: '{"token":"abc"}', json: { token: 'abc' }, id: '1' },
    { index: 1, atMs: 7, direction: 'in', kind: 'sse-comment', data: 'see ?token=abc' },
    { index: 2, atMs: 8, direction: 'in', kind: 'ws-binary', data: btoa('\xff{"token":"abc"}') },
  ],
  end: { atMs: 9, kind: 'broken', message: 'read ECONNRESET http://u:p@h/' },
};

describe('redactExchange', () => {
  const redacted = redactExchange(exchange);

  test('headers, URL, bodies and frames', () => {
    expect(redacted.request).toEqual({
      atMs: 1,
      method: 'POST',
      url: 'http://[redacted]@127.0.0.1/a2a?api_key=[redacted]&x=1',
      headers: [
        ['Authorization', 'Bearer [redacted]'],
        ['Proxy-Authorization', '[redacted]'],
        ['cookie', '[redacted]'],
        ['X-API-Key', '[redacted]'],
        ['X-A2A-Notification-Token', '[redacted]'],
        ['X-Ratelimit-Remaining-Tokens', '100'],
        ['Content-Type', 'application/json'],
      ],
      body: { text: '{"token":"[redacted]","text":"hello"}' },
    });
    expect(redacted.response?.headers).toEqual([
      ['Set-Cookie', '[redacted]'],
      ['WWW-Authenticate', 'Bearer realm="x"'],
      ['Location', '/login?token=[redacted]'],
    ]);
    expect(redacted.frames[0]).toMatchObject({ data: '{"token":"[redacted]"}', json: { token: '[redacted]' } });
    expect(redacted.frames[1]?.data).toBe('see ?token=[redacted]');
    expect(atob(redacted.frames[2]?.data ?? '')).toBe('\xff{"token":"[redacted]"}');
    expect(redacted.end?.message).toBe('read ECONNRESET http://[redacted]@h/');
  });

  test('the reason why a text is not JSON comes from the redacted text', () => {
    expect(redacted.response?.body).toEqual({ text: '{"password":"[redacted]"' });
    expect(redacted.response?.jsonError).toMatch(/JSON/);
    expect(redacted.response?.jsonError).not.toContain('abc');
  });

  test('a text that the recorder did not take for JSON is not taken for JSON after', () => {
    const twice = { ...exchange.frames[0]!, data: '{"token":"abc","token":1}', jsonError: 'token twice' };
    delete twice.json;
    expect(redactExchange({ ...exchange, frames: [twice] }).frames).toEqual([
      { ...twice, data: '{"token":"[redacted]","token":0}', jsonError: '[redacted]' },
    ]);
  });

  test('the original is not touched, and twice is the same as once', () => {
    const before = structuredClone(exchange);
    expect(redactExchange(redacted)).toEqual(redacted);
    expect(exchange).toEqual(before);
  });

  test('what has no secret stays as it is, JSON and all', () => {
    const plain: Exchange = {
      id: 0,
      request: { atMs: 0, method: 'GET', url: '/', headers: [] },
      response: { atMs: 1, status: 200, headers: [], body: { text: '{"a": 1.0}' }, json: { a: 1 } },
      frames: [{ index: 0, atMs: 2, direction: 'in', kind: 'ndjson', data: '[1', jsonError: 'cut' }],
    };
    expect(redactExchange(plain, { secrets: ['secret-value'] })).toEqual(plain);
  });
});

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

function exchangeWith(text: string, key: string): Exchange {
  const json = JSON.stringify({ [key]: [text, { deep: JSON.stringify({ inner: text }) }], [text]: 1 });
  const ascii = json.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const base64 = Buffer.concat([Buffer.of(0xff), Buffer.from(text)]).toString('base64');
  const frames = [text, json, ascii, json.slice(0, -3), `event ${json}\n${json}`].map((data, index): Frame => ({
    index,
    atMs: 1,
    direction: 'in',
    kind: 'sse',
    data,
    event: text,
    id: text,
  }));
  return {
    id: 0,
    label: text,
    operation: text,
    request: {
      atMs: 0,
      method: 'POST',
      url: `http://h/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}&r=${new URLSearchParams([['v', text]])}`,
      headers: [['X-Whatever', text]],
      body: { base64 },
    },
    response: { atMs: 1, status: 200, headers: [['X-Echo', text]], body: { text: json }, json: JSON.parse(json) },
    frames: [...frames, { index: 9, atMs: 2, direction: 'out', kind: 'ws-binary', data: base64 }],
    end: { atMs: 3, kind: 'broken', message: text },
  };
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [key, ...strings(child)]);
}

describe('given secrets', () => {
  const alphabet = [...'abcXYZ0189"\\/ é€😀%&=+.-_$^(){}[]?*|@:;,\'<>#'];
  const secret = fc
    .array(fc.constantFrom(...alphabet), { minLength: 6, maxLength: 16 })
    .map((chars) => chars.join(''))
    // One that is whitespace or digits in part is part of all kinds of text.
    .filter((text) => /[a-zX-Z].*[é€😀0189]/u.test(text) && !'[redacted]'.includes(text));
  const around = fc.oneof(fc.constantFrom('', ' ', 'x', '"', 'é', '{"a":', '\\'), fc.string({ maxLength: 5 }));

  test('none survives, wherever it stands and however it is encoded', () => {
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom('a', 'token', 'schemes'), (value, before, after, key) => {
        const redacted = redactExchange(exchangeWith(before + value + after, key), { secrets: [value] });
        const seen = strings(redacted);
        const json = JSON.stringify(value).slice(1, -1);
        const bytes = [redacted.request.body, { base64: redacted.frames.at(-1)?.data }].map((body) =>
          Buffer.from((body as { base64: string }).base64, 'base64').toString('latin1'),
        );
        for (const text of seen) {
          expect(text).not.toContain(value);
          expect(text).not.toContain(json);
        }
        for (const text of bytes) expect(text).not.toContain(latin1(value));
        expect(decodeURIComponent(redacted.request.url.replaceAll('+', ' '))).not.toContain(value);
        expect(redactExchange(redacted, { secrets: [value] })).toEqual(redacted);
      }),
      { numRuns: 500 },
    );
  });
});
