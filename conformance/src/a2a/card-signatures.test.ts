import { canonicalJson, cardPayload } from '@agentproto/protocol/a2a/1.0';
import { exportJWK, FlattenedSign, generateKeyPair, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { isBase64Url, keysIn, payloadsOf, protectedHeader, verify } from './card-signatures.ts';

const card = {
  name: 'Zürich',
  description: '',
  supportedInterfaces: [{ url: 'https://a.example.com', protocolBinding: 'JSONRPC', tenant: '' }],
  capabilities: { streaming: false, extensions: [] },
  skills: [],
};

async function signed(payload: string, kid = 'mine') {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jws = await new FlattenedSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'ES256', typ: 'JOSE', kid })
    .sign(privateKey);
  const key: JWK = { ...(await exportJWK(publicKey)), kid: 'mine', alg: 'ES256' };
  return { signature: { protected: jws.protected, signature: jws.signature }, keys: [key] };
}

test.each([
  ['as 8.4.1 has it', cardPayload(card as never)],
  ['as it was sent', canonicalJson(card)],
  // 8.4.2: no properties with default values.
  [
    'without defaults',
    '{"name":"Zürich","supportedInterfaces":[{"protocolBinding":"JSONRPC","url":"https://a.example.com"}]}',
  ],
])('a signature over the card %s verifies', async (_how, payload) => {
  const { signature, keys } = await signed(payload);
  expect(await verify(signature, payloadsOf({ ...card, signatures: [signature] }), keys)).toBe('verified');
  expect(await verify(signature, payloadsOf({ ...card, name: 'Other' }), keys)).toBe('refused');
});

test('without a kid any of several keys may be the one', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { keys: others } = await signed('y');
  const { protected: head, signature } = await new FlattenedSign(new TextEncoder().encode('x'))
    .setProtectedHeader({ alg: 'ES256' })
    .sign(privateKey);
  const keys = [...others, { ...(await exportJWK(publicKey)), kid: 'second' }];
  expect(await verify({ protected: head, signature }, ['x'], keys)).toBe('verified');
  expect(await verify({ protected: head, signature }, ['z'], keys)).toBe('refused');
});

test('a key that is not there is no failure', async () => {
  const { signature, keys } = await signed('x', 'another');
  expect(await verify(signature, ['x'], keys)).toBe('no key');
});

test('forms', () => {
  expect([isBase64Url('aZ_-9'), isBase64Url('YQ=='), isBase64Url('a+b'), isBase64Url(''), isBase64Url(1)]).toEqual([
    ...[true, false, false, false, false],
  ]);
  expect(protectedHeader({ protected: btoa('{"alg":"ES256"}') })).toEqual({ alg: 'ES256' });
  expect([
    protectedHeader({ protected: 'e30x' }),
    protectedHeader({ protected: btoa('[]') }),
    protectedHeader({}),
  ]).toEqual([undefined, undefined, undefined]);
  expect([keysIn({ keys: [{ kty: 'EC' }, 1] }), keysIn({ kty: 'OKP' }), keysIn([]), keysIn({})]).toEqual([
    ...[[{ kty: 'EC' }], [{ kty: 'OKP' }], [], []],
  ]);
});
