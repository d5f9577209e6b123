import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ReferenceServer, ServerOptions } from '@agentproto/reference-server';
import type { JWK } from 'jose';
import type { ClientSituation, SituationSetUp } from '../../kit/client-check.ts';

/** What agents say in the end. */
export const TEXT = 'Hello from the other side';
/** No secret: the server that takes it lives as long as the scenario. */
export const API_KEY = 'agentproto-test-key';
/** After which what the client does not do itself happens another way. */
const MEANWHILE_MS = 1_500;

const answers: ServerOptions['agent'] = () => ({ steps: [{ status: 'thinking' }, { sleep: 300 }, { text: TEXT }] });

/** A key of the agent's, new each time; clients find its public half in the environment, and at the agent. */
function signed(): SituationSetUp {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = { kid: `agent-${randomUUID()}`, alg: 'ES256' };
  const key = { ...publicKey.export({ format: 'jwk' }), ...names, use: 'sig' } as JWK;
  return {
    options: { a2a: { signWith: { jwk: { ...privateKey.export({ format: 'jwk' }), ...names }, jku: true } } },
    env: { AGENTPROTO_CARD_KEYS: JSON.stringify({ keys: [key] }) },
    keys: [key],
  };
}

/** The extended card names interfaces of its own, at the root. */
export const extended =
  (protocolVersion: string) =>
  (origin: string): SituationSetUp => ({
    options: {
      a2a: {
        extendedCard: {
          description: 'For those who show who they are.',
          supportedInterfaces: ['JSONRPC', 'HTTP+JSON'].map((protocolBinding) => ({
            ...{ url: `${origin}/`, protocolBinding, protocolVersion },
          })),
        },
      },
    },
  });

/** A task that waits is let in by somebody else, unless it has gone on. */
function letIn(): SituationSetUp {
  let server: ReferenceServer | undefined;
  const message = (taskId: string) => ({
    messageId: randomUUID(),
    taskId,
    role: 'ROLE_USER',
    parts: [{ text: 'yes' }],
  });
  const follow = (taskId: string) =>
    server?.fetch(server.urls['a2a@1.0']!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message: message(taskId) } }),
    });
  return {
    options: {
      hooks: {
        onTurnEnd({ id, state }) {
          // The client may have ended by then, and its server with it.
          if (state === 'auth-required') setTimeout(() => void follow(id)?.catch(() => {}), MEANWHILE_MS).unref();
        },
      },
    },
    began: (started) => void (server = started),
  };
}

/**
 * Agents that a client is put before, each of which gives occasion for some of its rules. Where clients have to wait comes early:
 * whatever else there is goes on meanwhile.
 */
export const clientSituations: readonly ClientSituation[] = [
  { name: 'plain', title: 'An agent that keeps the protocol', options: {} },
  {
    ...{ name: 'authorization', title: 'The task waits for an authorization, which comes another way' },
    options: {
      agent: () => ({ steps: [{ end: 'auth-required', text: 'Who are you?' }], turns: [{ steps: [{ text: TEXT }] }] }),
    },
    ...{ setUp: letIn, expected: { text: TEXT } },
  },
  { name: 'expired-card', title: 'The card may be kept for one second', options: { a2a: { cardMaxAgeS: 1 } } },
  {
    ...{ name: 'webhook', title: 'Webhooks are called, twice each time, and by somebody who is not the agent' },
    options: {
      agent: answers,
      a2a: { capabilities: { streaming: true, pushNotifications: true } },
      quirks: ['a2a.delivery.forged-too', 'a2a.legal.delivery-twice'],
      webhooks: { loopback: true, attempts: 2, backoffMs: 50 },
    },
    expected: { text: TEXT },
  },
  { name: 'tenant', title: 'The interfaces of the card have a tenant', options: { a2a: { tenants: ['north'] } } },
  {
    name: 'unknown-members',
    title: 'Objects have members that no specification knows',
    twin: 'plain',
    options: { quirks: ['a2a.legal.unknown-members'] },
  },
  { name: 'signed-card', title: 'The card is signed', options: {}, setUp: signed },
  {
    ...{ name: 'forged-card', title: 'The card was changed after it was signed', expected: 'failed' },
    twin: 'signed-card',
    ...{ options: { quirks: ['a2a.signature.of-another-card'] }, setUp: signed },
  },
  {
    ...{ name: 'extended-card', title: 'The extended card has other interfaces than the public one' },
    ...{ options: {}, setUp: extended('1.0'), apiKey: API_KEY },
  },
  {
    ...{ name: 'refused-version', title: 'The card declares 1.0 and 0.3, and 1.0 is refused', expected: 'failed' },
    options: { protocols: ['a2a@1.0', 'a2a@0.3'], quirks: ['a2a.version.refuses-its-own'] },
  },
];
