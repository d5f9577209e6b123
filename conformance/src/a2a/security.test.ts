import { expect, test } from 'vitest';
import { demandsCredentials, schemesOf, wrongCredentials } from './security.ts';

test.each([
  [[{ schemes: { bearer: { list: [] } } }], true],
  // Anybody may call where one of the requirements is empty, and where there is none.
  [[{ schemes: { bearer: { list: [] } } }, { schemes: {} }], false],
  [[], false],
  [undefined, false],
  ['bearer', false],
])('%j demands credentials: %s', (securityRequirements, demands) =>
  expect(demandsCredentials({ securityRequirements })).toBe(demands),
);

test('schemes are known by what shows on the wire', () => {
  const securitySchemes = {
    a: { httpAuthSecurityScheme: { scheme: 'Basic' } },
    b: { apiKeySecurityScheme: { location: 'header', name: 'X-Key' } },
    c: { oauth2SecurityScheme: { flows: {} } },
    d: 'odd',
  };
  expect(schemesOf({ securitySchemes })).toEqual({ http: ['basic', 'bearer'], headers: ['x-key'] });
  expect(schemesOf({})).toEqual({ http: [], headers: [] });
});

test('wrong credentials look like the right ones, and hold nothing of them', () => {
  const own: [string, string][] = [
    ['Authorization', 'Bearer secret-4711'],
    ['X-Key', 'secret-4711'],
  ];
  expect(wrongCredentials(own, 'u')).toEqual([
    ['Authorization', 'Bearer wrong-u'],
    ['X-Key', 'wrong-u'],
  ]);
});
