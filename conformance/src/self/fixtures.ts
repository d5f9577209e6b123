import { generateKeyPairSync } from 'node:crypto';
import type { Headers } from '@agentproto/recording';
import type { ReferenceServer, ServerOptions } from '@agentproto/reference-server';
import type { Around } from '../kit/family.ts';
import type { RunOptions } from '../kit/runner.ts';

/** One way in which the reference server is set up; some rules exclude each other on one instance (ARCHITECTURE). */
export interface Fixture {
  name: string;
  /** The protocols that are judged on it. */
  protocols: readonly string[];
  options: ServerOptions;
  /** What it is there for: only scenarios that need one of these (a capability, a word) are played. Default: all are. */
  needs?: readonly string[];
  /** Sent with every request. */
  headers?: Headers;
  identity?: RunOptions['identity'];
  /** The protocol at whose own URL the suite is pointed; default: at the server's. */
  at?: string;
  /** What stands around its accounts. */
  around?: (server: ReferenceServer) => Around;
}

/** Which scenarios are played on it. */
export function playsOn({ needs }: Fixture): RunOptions['plays'] {
  return (
    needs && (({ capability = [], stimulus = [] }) => [...capability, ...stimulus].some((one) => needs.includes(one)))
  );
}

const KEYS = { alice: 'key-of-alice-0001', bob: 'key-of-bob-0002' };

const own: readonly Fixture[] = [
  { name: 'default', protocols: ['a2a@1.0', 'chat@docs'], options: { limits: { bodyBytes: 1_000_000 } } },
  {
    name: 'no-streaming',
    protocols: ['a2a@1.0'],
    options: { a2a: { capabilities: { streaming: false, extendedAgentCard: true } } },
    needs: ['-streaming', 'unconfigured'],
  },
  {
    name: 'secured',
    protocols: ['a2a@1.0'],
    options: {
      identities: KEYS,
      a2a: {
        capabilities: { streaming: true, pushNotifications: true },
        extendedCard: { description: 'For callers that are known.' },
      },
      webhooks: { loopback: true, backoffMs: 20 },
    },
    needs: ['pushNotifications', 'extendedAgentCard', '2id', 'cred'],
    headers: [['Authorization', `Bearer ${KEYS.alice}`]],
    identity: { name: 'bob', headers: [['Authorization', `Bearer ${KEYS.bob}`]] },
  },
  {
    name: 'offer',
    protocols: ['a2a@1.0'],
    options: {
      a2a: {
        tenants: ['north', 'south'],
        signWith: {
          jwk: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
          jku: true,
        },
        capabilities: {
          streaming: true,
          extensions: [
            { uri: 'https://example.com/extensions/trace/v1', description: 'Says who asked whom.' },
            { uri: 'https://example.com/extensions/policy/v2', description: 'Keeps to a policy.', required: true },
          ],
        },
      },
    },
    needs: ['ext', 'ext!', 'tenant', 'two-tenants', 'signed', 'key'],
  },
  {
    name: 'chat, set up',
    protocols: ['chat@docs'],
    options: {
      apiKey: KEYS.alice,
      chat: {
        router: 'scripted',
        queue: true,
        a2a: true,
        mcp: { tools: [{ name: 'list_pods', output: 'web-1' }] },
        pingMs: 60,
        pongMs: 150,
      },
    },
    needs: ['cred', 'clock', 'quiet', 'router', 'queue', 'a2a', 'mcp'],
    headers: [['Authorization', `Bearer ${KEYS.alice}`]],
  },
  {
    name: 'chat@dcaf-2.1',
    protocols: ['chat@dcaf-2.1'],
    options: { chat: { router: 'scripted', queue: true, a2a: true, mcp: true, pingMs: 60, pongMs: 150 } },
    at: 'chat@dcaf-2.1',
  },
  { name: 'chat, no pings', protocols: ['chat@docs'], options: { chat: { pingMs: null } }, needs: ['ping-off'] },
  { name: 'responses', protocols: ['responses@2026-04-24'], options: {} },
  {
    name: 'responses, a short hour',
    protocols: ['responses@2026-04-24'],
    options: { responses: { socketMs: 100 } },
    needs: ['clock'],
  },
  ...['responses@2026-01-15', 'responses@openai'].map((id) => ({ name: id, protocols: [id], options: {}, at: id })),
  {
    name: 'responses@wayflow',
    protocols: ['responses@wayflow'],
    options: { apiKey: KEYS.alice },
    at: 'responses@wayflow',
    headers: [['Authorization', `Bearer ${KEYS.alice}`]],
  },
  {
    name: 'open-agent@0.7',
    protocols: ['open-agent@0.7'],
    options: { control: true },
    at: 'open-agent@0.7',
    headers: [['X-API-Key', 'oaa_test_ada']],
    identity: { name: 'bob', headers: [['X-API-Key', 'oaa_test_bob']] },
    around: aroundAccounts,
  },
  {
    name: 'open-agent@readme',
    protocols: ['open-agent@readme'],
    options: { control: true },
    at: 'open-agent@readme',
    headers: [['Authorization', 'Bearer oaa_test_ada']],
    identity: { name: 'bob', headers: [['Authorization', 'Bearer oaa_test_bob']] },
    around: aroundAccounts,
  },
  {
    name: 'open-agent, short sessions',
    protocols: ['open-agent@0.7'],
    options: { control: true, openAgent: { sessionMs: 1_000 } },
    needs: ['clock'],
    at: 'open-agent@0.7',
    headers: [['X-API-Key', 'oaa_test_ada']],
    around: aroundAccounts,
  },
];

/** The mailbox of the server, the page on which it lets devices in, and the secret that it verifies with by default. */
function aroundAccounts({ url, urls }: ReferenceServer): Around {
  return {
    mailbox: new URL(`${url}/__agentproto/mailbox`),
    deviceApprove: new URL(`${urls['open-agent@0.7'] ?? url}/provider/device`),
    stripeSecret: 'whsec_agentproto_test',
  };
}

/** The same server by the first patch of A2A 1.0, in each set-up of the newest. */
const byFirstPatch = own
  .filter(({ protocols }) => protocols.includes('a2a@1.0'))
  .map((fixture) => ({ ...fixture, name: `1.0.0, ${fixture.name}`, protocols: ['a2a@1.0.0'] }));

/** And as each earlier era has it, at its own url. */
const byEra = ['a2a@0.3', 'a2a@0.2', 'a2a@0.1'].flatMap((id) =>
  own
    .filter(({ protocols }) => protocols.includes('a2a@1.0'))
    .map((fixture) => ({ ...fixture, name: `${id}, ${fixture.name}`, protocols: [id], at: id })),
);

export const fixtures: readonly Fixture[] = [...own, ...byFirstPatch, ...byEra];
