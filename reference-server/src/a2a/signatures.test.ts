import { generateKeyPairSync } from 'node:crypto';
import { cardPayload } from '@agentproto/protocol/a2a/1.0';
import type { AgentCard } from '@agentproto/protocol/a2a/1.0';
import { AgentCard as SdkCard, verifyAgentCardSignature } from '@a2a-js/sdk';
import { createLocalJWKSet, flattenedVerify, importJWK } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import { startServer } from './caller.test.kit.ts';

const keyOf = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' });
const jwk = keyOf('P-256');
const { d: _private, ...publicJwk } = jwk;

const cardAt = async (url: string): Promise<{ card: AgentCard; etag: string | null }> => {
  const response = await fetch(`${url}/.well-known/agent-card.json`);
  return { card: (await response.json()) as AgentCard, etag: response.headers.get('etag') };
};

const headOf = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as { kid: string; jku?: string };

test('a signed card verifies against the key set that it names, and is the same each time', async () => {
  const { url } = await startServer({ a2a: { signWith: { jwk, jku: true, header: { note: 'plain' } } } });
  const { card, etag } = await cardAt(url);
  const [signature] = card.signatures!;
  const { jku, ...head } = headOf(signature!.protected);
  expect(head).toMatchObject({ alg: 'ES256', typ: 'JOSE' });
  const keys = (await (await fetch(jku!)).json()) as JSONWebKeySet;
  expect(JSON.stringify(keys)).not.toContain('"d"');
  const jws = { ...signature!, payload: Buffer.from(cardPayload(card)).toString('base64url') };
  await flattenedVerify(jws, createLocalJWKSet(keys));
  const forged = { ...jws, payload: Buffer.from(cardPayload({ ...card, name: 'Other' })).toString('base64url') };
  await expect(flattenedVerify(forged, createLocalJWKSet(keys))).rejects.toThrow('signature verification failed');
  expect(signature!.header).toEqual({ note: 'plain' });
  // The signatures of this kind differ from one to the next; the card's tag must not.
  expect((await cardAt(url)).etag).toBe(etag);
});

test('@a2a-js/sdk verifies it, and no other card', async () => {
  const { url } = await startServer({ a2a: { signWith: { jwk: { ...jwk, kid: 'mine' } } } });
  const { card } = await cardAt(url);
  const key = await importJWK(publicJwk as never, 'ES256');
  const verify = verifyAgentCardSignature(async (kid) => {
    expect(kid).toBe('mine');
    return key;
  });
  await verify(SdkCard.fromJSON(card));
  await expect(verify(SdkCard.fromJSON({ ...card, name: 'Other' }))).rejects.toThrow('No valid signatures');
});

test('signatures of others are carried, those of the extended card are its own', async () => {
  const foreign = { protected: 'e30', signature: 'AA' };
  const server = await startServer({
    apiKey: 'k',
    a2a: {
      card: { signatures: [foreign] },
      extendedCard: { description: 'More' },
      signWith: [{ jwk }, { jwk: keyOf('P-384') }],
    },
  });
  const { card } = await cardAt(server.url);
  expect(card.signatures).toHaveLength(3);
  expect(card.signatures![0]).toEqual(foreign);
  const response = await fetch(`${server.urls['a2a@1.0']}/extendedAgentCard`, {
    headers: { authorization: 'Bearer k', 'a2a-version': '1.0' },
  });
  const extended = (await response.json()) as AgentCard;
  expect(extended.signatures).toHaveLength(2);
  const payload = Buffer.from(cardPayload(extended)).toString('base64url');
  await flattenedVerify({ ...extended.signatures![0]!, payload }, await importJWK(publicJwk as never, 'ES256'));
});

test('what cannot sign is refused when the server is made', async () => {
  await expect(createReferenceServer({ a2a: { signWith: { jwk: publicJwk } } })).rejects.toThrow(
    /a2a\.signWith\[0\]\.jwk: expected a private key as a JWK/,
  );
});
