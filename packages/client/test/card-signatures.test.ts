import { generateKeyPairSync } from 'node:crypto';
import { A2AClient } from '@agentproto/client/a2a';
import { type CardCheck, cardVerifier, type PublicKey } from '@agentproto/client/a2a/signatures';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { failureOf } from './scripted-server.ts';

const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    jwk: { ...privateKey.export({ format: 'jwk' }), kid: 'mine' },
    key: { ...(publicKey.export({ format: 'jwk' }) as PublicKey), kid: 'mine' },
  };
};

test('a client speaks with agents whose card is signed by who is trusted, and with no others', async () => {
  const { jwk, key } = keys();
  await using server = await createReferenceServer({
    apiKey: 'key-of-the-test',
    a2a: { signWith: { jwk, jku: true }, extendedCard: { description: 'For those who are known' } },
  });
  const checks: CardCheck[] = [];
  const connect = (options: Parameters<typeof cardVerifier>[0]) =>
    A2AClient.connect(server.url, {
      auth: 'key-of-the-test',
      verifyCard: cardVerifier({ onChecked: (check) => checks.push(check), ...options }),
    });
  await using client = await connect({ keys: [key] });
  await client.extendedCard();
  expect(checks.map(({ verified }) => verified)).toEqual([true, true]);
  expect(await failureOf(connect({ keys: [keys().key] }))).toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: expect.stringContaining('mine: wrong'),
  });
  expect(await failureOf(connect({}))).toMatchObject({ message: expect.stringContaining('mine: unknown-key') });
  await using trusting = await connect({ keySetOrigins: [server.url] });
  expect(trusting.card.signatures).toHaveLength(1);
  await using soft = await connect({ mode: 'soft' });
  expect(soft.card.name).toBe(client.card.name);
});
