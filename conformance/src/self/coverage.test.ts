/** What becomes of each operation of the Open Agent API's two documents; writes `docs/coverage.md` where it is asked to (`-u`). */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { openAgentClient, type OpenAgentClient } from '@agentproto/client/open-agent';
import type { MethodName } from '@agentproto/protocol/open-agent/0.7';
import type { MethodName as MethodNameOfReadme } from '@agentproto/protocol/open-agent/readme';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runSuite } from '../kit/runner.ts';
import { fixtures } from './fixtures.ts';

const root = resolve(import.meta.dirname, '../../..');
const REVISIONS = ['0.7', 'readme'] as const;
type Revision = (typeof REVISIONS)[number];
type Operation = MethodName | MethodNameOfReadme;

/** How our client sends each: what does not type-check is not typed in it. */
const CALLS: { [Name in Operation]: (client: OpenAgentClient) => unknown } = {
  getRoot: (client) => client.info(),
  getHealth: (client) => client.health(),
  requestMagicLink: ({ auth }) => auth.requestLink('eve@example.com'),
  verifyMagicLink: ({ auth }) => auth.verifyLink('x'),
  getMagicLinkStatus: ({ auth }) => auth.linkStatus('x'),
  startOAuth: ({ auth }) => auth.authorize('github', undefined),
  completeOAuth: ({ auth }) => auth.callback('github', { code: 'x', state: 'y' }),
  exchangeDeviceCode: ({ auth }) => auth.deviceToken('x'),
  createAgent: ({ agents }) => agents.create({ name: 'Tutor', model: 'agentproto' }),
  listAgents: ({ agents }) => agents.list(),
  getAgent: ({ agents }) => agents.get('x'),
  updateAgent: ({ agents }) => agents.update('x', { name: 'Tutor' }),
  deleteAgent: ({ agents }) => agents.delete('x'),
  runAgent: ({ agents }) => agents.run('x', 'Hi'),
  listTools: ({ agents }) => agents.tools(),
  getTool: ({ agents }) => agents.tool('x'),
  deleteTool: ({ agents }) => agents.deleteTool('x'),
  createTeam: ({ teams }) => teams.create({ name: 'Both', members: [{ agent_id: 'x', role: 'Coder' }] }),
  listTeams: ({ teams }) => teams.list(),
  getTeam: ({ teams }) => teams.get('x'),
  runTeam: ({ teams }) => teams.run('x', 'Hi'),
  createChatCompletion: ({ chat }) => chat.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
  createCompletion: ({ completions }) => completions.create({ model: 'm', prompt: 'Hi' }),
  createEmbedding: ({ embeddings }) => embeddings.create({ model: 'm', input: 'Hi' }),
  listModels: ({ models }) => models.list(),
  searchKnowledge: ({ knowledge }) => knowledge.search('Hi'),
  addKnowledge: ({ knowledge }) => knowledge.add({ text: 'Hi' }),
  deleteKnowledge: ({ knowledge }) => knowledge.delete('x'),
  getAccount: ({ account }) => account.get(),
  getBalance: ({ account }) => account.balance(),
  getUsage: ({ account }) => account.usage(),
  topUp: ({ account }) => account.topup({ amount: 500 }),
  createKey: ({ keys }) => keys.create({ name: 'ci' }),
  listKeys: ({ keys }) => keys.list(),
  getKey: ({ keys }) => keys.get('x'),
  revokeKey: ({ keys }) => keys.revoke('x'),
  getKeyUsage: ({ keys }) => keys.usage('x'),
  listPlans: ({ plans }) => plans.list(),
  getPlan: ({ plans }) => plans.get('x'),
  getCheckout: ({ plans }) => plans.checkout('x'),
  purchasePlan: ({ plans }) => plans.purchase('x', { payment_method_id: 'pm' }),
  listSubscriptions: ({ plans }) => plans.subscriptions(),
  getSubscription: ({ plans }) => plans.subscription('x'),
  cancelSubscription: ({ plans }) => plans.cancel('x'),
  getMcpInfo: ({ mcp }) => mcp.info(),
  openMcpStream: ({ mcp }) => mcp.events().final(),
  postMcpMessage: ({ mcp }) => mcp.post({}),
  receiveStripeEvent: ({ webhooks }) => webhooks.stripe('{}', 't=1,v1=x'),
  receiveSubscriptionEvent: ({ webhooks }) => webhooks.subscription('{}', 't=1,v1=x'),
};

interface Described {
  name: Operation;
  method: string;
  path: string;
}

/** The operations of our OpenAPI document of it. */
function operationsOf(revision: Revision): Described[] {
  const { paths } = parse(readFileSync(join(root, `specs/open-agent/${revision}/openapi.yaml`), 'utf8')) as {
    paths: Record<string, Record<string, { operationId?: Operation }>>;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([verb, { operationId: name }]) =>
      name === undefined ? [] : [{ name, method: verb.toUpperCase(), path }],
    ),
  );
}

/** Which of them a request is, by its method and its path below the base. */
function operationAt(all: readonly Described[], method: string, path: string): Operation | undefined {
  const fits = all.filter(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  // A path that is written out comes before one with places in it.
  return (fits.find((one) => one.path === path) ?? fits[0])?.name;
}

/** What our client sends, to a server that refuses everything: method and path by the name of its own function. */
async function sentBy(revision: Revision, { name, method, path }: Described): Promise<string | undefined> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url!.split('?', 1)[0]}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const called: string[] = [];
  await using client = openAgentClient(url, { revision });
  try {
    await CALLS[name](spied(client, called));
  } catch {
    // That it is refused is meant.
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const all = [{ name, method, path }];
  const is = seen.some((one) => operationAt(all, ...(one.split(' ') as [string, string])) === name);
  return is ? called.join('.') : undefined;
}

/** Notes the names by which something is got at: `agents`, `create`. */
function spied<Target extends object>(target: Target, called: string[]): Target {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof name === 'string') called.push(name);
      if (typeof value === 'function') return value.bind(of) as unknown;
      return typeof value === 'object' && value !== null ? spied(value, called) : value;
    },
  });
}

/** Whether the server knows the operation: who does not says so of the path itself, not of what is named in it. */
async function isServed(base: string, { method, path }: Pick<Described, 'method' | 'path'>): Promise<boolean> {
  const at = path.replaceAll(/\{\w+\}/g, 'none');
  const left = new AbortController();
  const { signal } = left;
  const answer = await fetch(base + at, { method, headers: { 'x-api-key': 'oaa_test_ada' }, signal });
  const text = answer.status === 404 ? await answer.text() : '';
  left.abort();
  return answer.status !== 405 && !text.includes(path) && !text.includes(at);
}

/** The operations that the suite asks the server for: whether it was granted any of its requests. */
async function playedBySuite(server: ReferenceServer, { id, revision }: Judged): Promise<Map<Operation, boolean>> {
  const { headers = [], identity, around } = fixtureOf(id);
  const base = server.urls[id]!;
  const all = operationsOf(revision);
  const played = new Map<Operation, boolean>();
  await runSuite(
    {
      target: base,
      protocols: [id],
      ...{ only: [], skip: [], headers, identity, around: around?.(server) },
      ...{ concurrency: 4, timeoutMs: 3_000, deadlineMs: 280_000, seed: 1 },
      command: { name: 'coverage', version: '0' },
    },
    (entry) => {
      if (!('type' in entry) || entry.type !== 'exchange') return;
      const { request, response } = entry.exchange;
      if (!request.url.startsWith(base)) return;
      const path = request.url.slice(base.length).split('?', 1)[0]!;
      const name = operationAt(all, request.method, path);
      if (name === undefined) return;
      const isGranted = response !== undefined && response.status < 300;
      played.set(name, isGranted || played.get(name) === true);
    },
  );
  return played;
}

interface Judged {
  id: string;
  revision: Revision;
}
const fixtureOf = (id: string) => fixtures.find(({ name }) => name === id)!;

const HEAD = `# Coverage of the Open Agent API

Each operation of its two documents, as \`specs/open-agent\` has them: whether the reference server serves it, how
\`@agentproto/client/open-agent\` calls it, and whether the conformance suite asks for it, of the reference server (\`refused\`: only
in ways that are refused). Written by \`conformance/src/self/coverage.test.ts\`, which asks the server, sends each call of the client, and
plays the suite: \`npx -y pnpm@12 exec vitest run conformance/src/self/coverage.test.ts -u\`. What each operation answers is held
against the published schema of 0.7.0 in \`reference-server/src/open-agent/published-schema.test.ts\`.
`;

test('every operation of both documents is served, typed in the client, and exercised by the suite', async () => {
  let page = HEAD;
  const gaps: string[] = [];
  for (const revision of REVISIONS) {
    const id = `open-agent@${revision}`;
    await using server = await createReferenceServer({ ...fixtureOf(id).options, protocols: [id] });
    const all = operationsOf(revision);
    const played = await playedBySuite(server, { id, revision });
    page += `\n## ${id}: ${all.length} operations\n\n| operation | | served | client | suite |\n| --- | --- | --- | --- | --- |\n`;
    for (const one of all) {
      const { name, method, path } = one;
      const served = await isServed(server.urls[id]!, one);
      const client = await sentBy(revision, one);
      const granted = played.get(name);
      const suite = granted === undefined ? 'no' : granted ? 'yes' : 'refused';
      page += `| ${name} | \`${method} ${path}\` | ${served ? 'yes' : 'no'} | ${client ? `\`${client}\`` : 'no'} | ${suite} |\n`;
      if (!served) gaps.push(`${revision}: ${name} is not served`);
      if (!client) gaps.push(`${revision}: ${name} is not in the client`);
      if (granted === undefined) gaps.push(`${revision}: ${name} is not asked for by the suite`);
    }
  }
  expect(gaps).toEqual([]);
  await expect(page).toMatchFileSnapshot(join(root, 'docs/coverage.md'));
});

test('what is not served, or sent as something else, is seen', async () => {
  await using server = await createReferenceServer({ protocols: ['open-agent@0.7'] });
  const base = server.urls['open-agent@0.7']!;
  const served = (method: string, path: string) => isServed(base, { method, path });
  expect(await served('GET', '/agents/{agentId}')).toBe(true);
  expect(await served('PATCH', '/agents/{agentId}')).toBe(false);
  expect(await served('GET', '/nowhere')).toBe(false);
  expect(await served('GET', '/nowhere/{id}')).toBe(false);
  expect(await sentBy('0.7', { name: 'getAgent', method: 'GET', path: '/agents/{agentId}' })).toBe('agents.get');
  expect(await sentBy('0.7', { name: 'getAgent', method: 'GET', path: '/agent/{agentId}' })).toBeUndefined();
  expect(await sentBy('0.7', { name: 'searchKnowledge', method: 'POST', path: '/knowledge/search' })).toBeUndefined();
});
