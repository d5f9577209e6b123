import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentCard as SdkCard, generateAgentCardSignature } from '@a2a-js/sdk';
import { type AgentCard, cardPayload } from '@agentproto/protocol/a2a/1.0';
import { FlattenedSign, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { type CardCheck, cardVerifier, type PublicKey } from './index.ts';

const CARD: AgentCard = {
  name: 'Signed – 世界',
  description: '',
  version: '1',
  supportedInterfaces: [{ url: 'http://h/', protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
  capabilities: { streaming: false, extensions: [] },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
};

function pair(alg: string): { jwk: object; key: PublicKey } {
  const { privateKey, publicKey } = alg.startsWith('ES')
    ? generateKeyPairSync('ec', { namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg]! })
    : alg === 'EdDSA' || alg === 'Ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwk: privateKey.export({ format: 'jwk' }),
    key: { ...(publicKey.export({ format: 'jwk' }) as PublicKey), kid: `kid-${alg}` },
  };
}

/** A card with a signature made by jose. */
async function signed(alg: string, jwk: object, head: object = {}, card = CARD): Promise<AgentCard> {
  const header = { alg, typ: 'JOSE', kid: `kid-${alg}`, ...head };
  const sign = new FlattenedSign(new TextEncoder().encode(cardPayload(card))).setProtectedHeader(header);
  const { protected: text = '', signature } = await sign.sign(await importJWK(jwk as never, alg));
  return { ...card, signatures: [...(card.signatures ?? []), { protected: text, signature }] };
}

const states = ({ signatures }: CardCheck) => signatures.map(({ state }) => state);
const soft = (keys: PublicKey[]) => cardVerifier({ mode: 'soft', keys });
const { jwk, key } = pair('ES256');

test.each(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'])(
  '%s, signed by jose',
  async (alg) => {
    const own = pair(alg);
    const card = await signed(alg, own.jwk);
    expect(await cardVerifier({ keys: [own.key] })(card)).toMatchObject({ verified: true });
    for (const other of [
      { ...card, name: 'Signed' },
      { ...card, iconUrl: 'http://evil/' },
    ])
      expect(states(await soft([own.key])(other))).toEqual(['wrong']);
    expect(states(await soft([{ ...pair(alg).key, kid: own.key.kid! }])(card))).toEqual(['wrong']);
  },
);

test('members at their default do not matter, unless they are REQUIRED or optional', async () => {
  const card = await signed('ES256', jwk);
  const verify = soft([key]);
  const [offer] = card.supportedInterfaces;
  expect((await verify({ ...card, securityRequirements: [] })).verified).toBe(true);
  expect((await verify({ ...card, supportedInterfaces: [{ ...offer!, tenant: 'other' }] })).verified).toBe(false);
  expect((await verify({ ...card, capabilities: {} })).verified).toBe(false);
});

test('signed by @a2a-js/sdk, which leaves out what is empty', async () => {
  const sign = generateAgentCardSignature((await importJWK(jwk as never, 'ES256')) as never, {
    alg: 'ES256',
    kid: 'kid-ES256',
    typ: 'JOSE',
  });
  const card = SdkCard.toJSON(await sign(SdkCard.fromJSON(CARD))) as AgentCard;
  expect(await cardVerifier({ keys: [key] })(card)).toMatchObject({ verified: true });
  expect(states(await soft([key])({ ...card, name: 'Other' }))).toEqual(['wrong']);
});

describe('what does not verify', () => {
  const secret = { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA' };
  test.each<[string, () => Promise<AgentCard>, string]>([
    ['a key that nobody trusts', () => signed('ES256', jwk, { kid: 'other' }), 'unknown-key'],
    ['a shared secret', () => signed('HS256', secret), 'unsupported'],
    [
      'an algorithm that is not the key’s',
      async () => signed('RS256', pair('RS256').jwk, { kid: 'kid-ES256' }),
      'malformed',
    ],
    ['no name of a key', () => signed('ES256', jwk, { kid: undefined }), 'malformed'],
    ['none', async () => head({ alg: 'none', kid: 'kid-ES256' }), 'unsupported'],
    ['the name of a member of every object', async () => head({ alg: 'constructor', kid: 'kid-ES256' }), 'unsupported'],
    ['what has to be understood', async () => head({ alg: 'ES256', kid: 'kid-ES256', crit: ['b64'] }), 'unsupported'],
    ['no header', async () => ({ ...CARD, signatures: [{ protected: '%%', signature: 'AA' }] }), 'malformed'],
    [
      'no signature',
      async () => ({
        ...(await signed('ES256', jwk)),
        signatures: [{ ...(await signed('ES256', jwk)).signatures![0]!, signature: 'A=' }],
      }),
      'malformed',
    ],
  ])('%s', async (_, make, state) => {
    const card = await make();
    expect(states(await soft([key])(card))).toEqual([state]);
    await expect(cardVerifier({ keys: [key] })(card)).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' });
  });
  const head = (value: object): AgentCard => ({
    ...CARD,
    signatures: [{ protected: Buffer.from(JSON.stringify(value)).toString('base64url'), signature: 'AA' }],
  });

  test('one that does is enough; none at all is not; off looks at nothing', async () => {
    const twice = await signed('ES256', jwk, {}, await signed('EdDSA', pair('EdDSA').jwk));
    expect(states(await cardVerifier({ keys: [key] })(twice))).toEqual(['unknown-key', 'verified']);
    await expect(cardVerifier({ keys: [key] })(CARD)).rejects.toThrow('got none');
    expect(await soft([key])(CARD)).toEqual({ verified: false, signatures: [] });
    expect(await cardVerifier({ mode: 'off' })(await signed('ES256', jwk))).toEqual({
      verified: false,
      signatures: [],
    });
  });
});

test('keys by a function, and key sets of origins that are believed only, fetched once', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys: [key] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const card = await signed('ES256', jwk, { jku: `${origin}/keys` });
  const verify = cardVerifier({ mode: 'soft', keySetOrigins: [origin] });
  expect((await verify(card)).verified).toBe(true);
  expect((await verify(card)).verified).toBe(true);
  expect(asked).toBe(1);
  expect(states(await cardVerifier({ mode: 'soft', keySetOrigins: ['https://h'] })(card))).toEqual(['unknown-key']);
  expect(asked).toBe(1);
  const wanted: object[] = [];
  const byFunction = cardVerifier({ keys: (which) => (wanted.push(which), key) });
  expect((await byFunction(card)).verified).toBe(true);
  expect(wanted).toEqual([{ kid: 'kid-ES256', alg: 'ES256', jku: `${origin}/keys` }]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(states(await cardVerifier({ mode: 'soft', keySetOrigins: [origin] })(card))).toEqual(['malformed']);
});
