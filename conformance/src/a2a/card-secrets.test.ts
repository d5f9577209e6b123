import { expect, test } from 'vitest';
import { specialHost } from '../recorder/addresses.ts';
import { internalAddressesIn, secretsIn } from './card-secrets.ts';

const own = new URL('http://127.0.0.1:8080/.well-known/agent-card.json');

test.each([
  [{ description: 'ask with sk-abcdefghijklmnopqrstuvwxyz' }, ['description']],
  [{ capabilities: { extensions: [{ params: { api_key: 'x' } }] } }, ['capabilities.extensions[0].params.api_key']],
  [{ a: '-----BEGIN EC PRIVATE KEY-----' }, ['a']],
  [{ note: 'my-own-token-4711' }, ['note']],
  // What cards of honest agents have.
  [{ securitySchemes: { apiKey: { apiKeySecurityScheme: { location: 'header', name: 'X-API-Key' } } } }, []],
  [
    { securitySchemes: { o: { oauth2SecurityScheme: { flows: { password: { tokenUrl: 'https://x.example/t' } } } } } },
    [],
  ],
  [{ signatures: [{ protected: 'eyJhbGciOiJFUzI1NiJ9', signature: 'QFdkNLNszlGj3z3u0YQGt' }] }, []],
  [{ description: 'Give an API key; ask for risk-management-of-portfolios' }, []],
])('secrets in %j', (card, paths) => expect(secretsIn(card, ['my-own-token-4711'])).toEqual(paths));

test.each([
  [{ documentationUrl: 'http://10.0.0.7/docs' }, ['documentationUrl: 10.0.0.7']],
  [{ description: 'asks http://billing.svc.cluster.local:80/v1.' }, ['description: billing.svc.cluster.local']],
  [{ supportedInterfaces: [{ url: 'http://127.0.0.1:8080/a2a' }] }, []],
  [{ provider: { url: 'https://agents.example.com' } }, []],
])('internal addresses in %j', (card, found) => expect(internalAddressesIn(card, own)).toEqual(found));

test.each(['10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '[::1]', '[fd00::1]', 'agent', 'a.internal'])(
  '%s is special',
  (host) => expect(specialHost(host)).toBe(true),
);
test.each(['8.8.8.8', '172.32.0.1', '[2606:4700::1]', 'example.com', 'internal.example.com'])('%s is not', (host) =>
  expect(specialHost(host)).toBe(false),
);
