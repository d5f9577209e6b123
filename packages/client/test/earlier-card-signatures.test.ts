import { A2AClient } from '@agentproto/client/a2a';
import { type CardCheck, cardVerifier } from '@agentproto/client/a2a/signatures';
import { expect, test } from 'vitest';
import { scriptedServer, sendJson } from './scripted-server.ts';

/** What the signer of a2a-sdk 0.3.26 (Python) made of a card, and the key that it made it with. */
const KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'ZIFM1uEZYZAU1esKHSGaHuBNHUrtTZMZ3UhbbB8SHm0',
  y: 'uPAjoaMVGpSPvOqoRBUtbthWZmyAQNC2Ir3S-xQxYY4',
  kid: 'k1',
};
const CARD = {
  additionalInterfaces: [{ transport: 'JSONRPC', url: 'http://h/rpc' }],
  capabilities: { pushNotifications: false, streaming: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  description: 'Does',
  name: 'Words',
  preferredTransport: 'JSONRPC',
  protocolVersion: '0.3.0',
  security: [{ bearer: [] }],
  securitySchemes: { bearer: { scheme: 'Bearer', type: 'http' } },
  signatures: [
    {
      protected: 'eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSk9TRSJ9',
      signature: '4-Pf0dWee0h2p4fEcTPDUloO0GeZbJvMl-D_oj1365nhGP6XdJMw8F_jjRWXLqgfqxptY2kfCd14pjMMdjTSaQ',
    },
  ],
  skills: [{ description: 'd', id: 's', name: 'S', tags: [] }],
  supportsAuthenticatedExtendedCard: false,
  url: 'http://h/rpc',
  version: '1',
};

const checked = async (card: object): Promise<CardCheck> => {
  await using server = await scriptedServer((response) => sendJson(response, card));
  let result: CardCheck | undefined;
  const verifyCard = cardVerifier({ mode: 'soft', keys: [KEY], onChecked: (check) => (result = check) });
  await (await A2AClient.connect(server.url, { verifyCard })).close();
  return result!;
};

test('a card of 0.3 that the Python SDK has signed', async () => {
  expect(await checked(CARD)).toMatchObject({ verified: true, signatures: [{ kid: 'k1', state: 'verified' }] });
});

test.each<[string, object]>([
  ['its name', { name: 'Other' }],
  ['where it is', { url: 'http://evil/rpc' }],
  ['how it is spoken to', { preferredTransport: 'GRPC' }],
  ['its revision', { protocolVersion: '0.2.6' }],
  ['what a scheme is', { securitySchemes: { bearer: { scheme: 'Bearer', type: 'apiKey' } } }],
])('one in which %s was changed', async (_, changed) => {
  expect((await checked({ ...CARD, ...changed })).verified).toBe(false);
});
