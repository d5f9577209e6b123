import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from './redactor.ts';

const redact = createRedactor().text;

describe('by name, in JSON', () => {
  test.each<[text: string, redacted: string]>([
    ['{"token": "abc"}', '{"token": "[redacted]"}'],
    ['{ "token" :\n "abc" }', '{ "token" :\n "[redacted]" }'],
    ['{"duplo_token":"a","Password":"d"}', '{"duplo_token":"[redacted]","Password":"[redacted]"}'],
    ['{"accessToken":"b","api-key":"c"}', '{"accessToken":"[redacted]","api-key":"[redacted]"}'],
    [
      '{"authentication":{"scheme":"Bearer","credentials":"abc"}}',
      '{"authentication":{"scheme":"Bearer","credentials":"[redacted]"}}',
    ],
    [
      '{"aws_credentials":{"id":"a","list":["b",{"c":1.5e3}],"on":true,"no":null}}',
      '{"aws_credentials":{"id":"[redacted]","list":["[redacted]",{"c":0}],"on":true,"no":null}}',
    ],
    ['{"Credential":{"Data":{"x":"y"}},"Name":"n"}', '{"Credential":{"Data":{"x":"[redacted]"}},"Name":"n"}'],
    [
      '{"platform_context":{"kubeconfig":"apiVersion: v1\\nusers: []","k8s_namespace":"n"}}',
      '{"platform_context":{"kubeconfig":"[redacted]","k8s_namespace":"n"}}',
    ],
    [
      '{"headers":{"Authorization":"Bearer abc","Set-Cookie":"a=b"}}',
      '{"headers":{"Authorization":"[redacted]","Set-Cookie":"[redacted]"}}',
    ],
    ['{"to\\u006ben":"abc"}', '{"to\\u006ben":"[redacted]"}'],
    ['{"arguments":"{\\"token\\":\\"abc\\",\\"n\\":1}"}', '{"arguments":"{\\"token\\":\\"[redacted]\\",\\"n\\":1}"}'],
    ['[{"token":"a"},{"token":"b"}]', '[{"token":"[redacted]"},{"token":"[redacted]"}]'],
    ['{"api_keys":["a","b"],"after":"c"}', '{"api_keys":["[redacted]","[redacted]"],"after":"c"}'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  test.each([
    '{"token":"","password":null}',
    '{"nextPageToken":"abc","pageToken":"abc"}',
    '{"max_tokens":100,"usage":{"input_tokens":1,"total_tokens":2},"token_type":"bearer","tokenUrl":"https://h/t"}',
    '{"securitySchemes":{"apiKey":{"apiKeySecurityScheme":{"location":"header","name":"X-API-Key"}}}}',
    '{"securityRequirements":[{"schemes":{"token":{"list":["read"]}}}],"security":[{"apiKey":["x"]}]}',
    '{"flows":{"password":{"tokenUrl":"https://h/t"}}}',
    '{"properties":{"password":{"type":"string"}}}',
    '{"a":"token","b":["credentials","x"]}',
    '{"spaced" : [ 1.0, 1e5 , "\\u00e9\\/" ] }\r\n',
  ])('leaves %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('a scalar is secret also where names are free', () => {
    expect(redact('{"properties":{"password":"abc"}}')).toBe('{"properties":{"password":"[redacted]"}}');
  });

  test.each<[text: string, redacted: string]>([
    ['{"a":1,"token":"abc', '{"a":1,"token":"[redacted]'],
    ['{"credentials":{"a":"b","c', '{"credentials":{"a":"[redacted]","[redacted]'],
    ['data: {"token":"abc"}\n\ndata: {"x":"it\'s"}', 'data: {"token":"[redacted]"}\n\ndata: {"x":"it\'s"}'],
    ['a stray " here\n{"token":"abc"}', 'a stray " here\n{"token":"[redacted]"}'],
  ])('what is not whole: %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });
});

describe('by name, in URLs and forms', () => {
  test.each<[text: string, redacted: string]>([
    ['https://h/p?api_key=abc&x=1#token=abc', 'https://h/p?api_key=[redacted]&x=1#token=[redacted]'],
    ['https://user:pass@h/p', 'https://[redacted]@h/p'],
    ['grant_type=x&client_secret=abc&empty_token=', 'grant_type=x&client_secret=[redacted]&empty_token='],
    ['{"url":"https://hook/x?token=abc"}', '{"url":"https://hook/x?token=[redacted]"}'],
    ['/tasks?pageToken=abc&pageSize=5', '/tasks?pageToken=abc&pageSize=5'],
    ['?to%6ben=abc', '?to%6ben=[redacted]'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });
});

describe('by value', () => {
  const secret = 's3"cr€t/ &k';
  const hide = createRedactor([secret, 'abc', '12345678']).text;

  test.each<[text: string, redacted: string]>([
    [`x ${secret} y`, 'x [redacted] y'],
    [JSON.stringify({ a: `x${secret}`, [secret]: 1 }), '{"a":"x[redacted]","[redacted]":1}'],
    ['{"a":"s3\\u0022cr\\u20act\\/ &k"}', '{"a":"[redacted]"}'],
    ['{"a":"s3\\"cr\\u20act/ &k\\u00', '{"a":"[redacted]\\u00'],
    ['cut {"a":"s3\\"cr\\u20act/ &k', 'cut {"a":"[redacted]'],
    [`/p?q=${encodeURIComponent(secret)}`, '/p?q=[redacted]'],
    ['/p?q=%733%22cr%e2%82%act%2f+%26k', '/p?q=[redacted]'],
    ['{"n":12345678,"m":-123456789.5}', '{"n":0,"m":0}'],
    ['"s3"cr€t/ &k"', '"[redacted]"'],
    ['pin is 12345678', 'pin is [redacted]'],
    ['abc', 'abc'],
  ])('%s', (text, redacted) => {
    expect(hide(text)).toBe(redacted);
  });

  test('a secret with a backslash or a quote of its own in what happens to be JSON', () => {
    expect(createRedactor(['abcd"']).text('"abcd"')).toBe('"[redacted]');
    expect(createRedactor(['a\\bcdef']).text('{"x":"a\\bcdef"}')).toBe('{"x":"[redacted]"}');
    expect(createRedactor(['a\\/cdef']).text('{"x":"a\\/cdef"}')).toBe('{"x":"[redacted]"}');
  });

  test('a secret that is part of the mark does not grow it', () => {
    const odd = createRedactor(['redacted', '[red']).text;
    expect(odd('redacted')).toBe('[redacted]');
    expect(odd(odd('redacted'))).toBe('[redacted]');
  });
});

test('a value is redacted as a value, whatever the secret', () => {
  const value = { a: 'x', token: 'y', list: [1, 'a":"x', null] };
  const redacted = createRedactor(['":"x', 'null']).value(value);
  expect(redacted).toEqual({ a: 'x', token: '[redacted]', list: [1, 'a[redacted]', null] });
});

test('JSON stays JSON of the same shape, and twice is the same as once', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('token', 'credentials', 'security', 'a', '__proto__'));
  const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.constantFrom(null, true));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('map')),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  }));
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    return typeof value === 'object' && value !== null ? Object.values(value).map(shape) : typeof value;
  };
  const hide = createRedactor(['1234']).text;
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const once = hide(text);
      expect(shape(JSON.parse(once))).toEqual(shape(JSON.parse(text)));
      expect(hide(once)).toBe(once);
    }),
    { numRuns: 500 },
  );
});

test('any text: never throws, twice is the same as once', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', '\n', '"token":', '?token=', '://', '@', '%4'),
    fc.constantFrom('SECRET', '1234', '\ud800'),
  );
  const hide = createRedactor(['SECRET', '1234', '\ud800\ud800xx']).text;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const once = hide(pieces.join(''));
      expect(hide(once)).toBe(once);
      expect(once).not.toContain('SECRET');
    }),
    { numRuns: 2000 },
  );
});

const HOSTILE = ['[', '{"', '"', '\\', '"\\', '{"a":', '"a"    ', '"token":[', '\n"', '"\\u0041', '?a', '://', '%4'];
test.each(HOSTILE)('hostile text costs linear work: %j again and again', (shape) => {
  const text = shape.repeat(Math.ceil(100_000 / shape.length));
  const started = process.cpuUsage();
  createRedactor(['SECRET']).text(text);
  // Quadratic work on 100,000 characters takes far longer.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
});

test('one long line of many strings costs linear work', () => {
  const started = process.cpuUsage();
  createRedactor().text('"a"    '.repeat(300_000));
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2500);
});
