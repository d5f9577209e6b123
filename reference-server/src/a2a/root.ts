import { CARD_PATH } from '@agentproto/protocol/a2a/1.0';
import type { AgentCard, AgentInterface } from '@agentproto/protocol/a2a/1.0';
import type { ServerContext } from '../server-context.ts';
import type { A2AContext } from './context.ts';
import type { Fields } from './eras/era.ts';

const served = new WeakMap<ServerContext, A2AContext[]>();

/** The revisions of A2A that a server speaks, in the order in which they were mounted: they share its root. */
export function membersOf(server: ServerContext): A2AContext[] {
  let members = served.get(server);
  if (!members) served.set(server, (members = []));
  return members;
}

/** Begins the names of all methods before 1.0. */
const EARLIER = [Buffer.from('"message/'), Buffer.from('"tasks/'), Buffer.from('"agent/')];

/**
 * Who answers a JSON-RPC request at the root: the method says it; for a method that several have, the revision that made the task; else
 * the first.
 */
export async function memberFor(members: readonly A2AContext[], body: unknown): Promise<A2AContext> {
  const [first] = members;
  if (!first || members.length === 1) return first!;
  // That there is no such method is mostly seen without reading the body, which is read again by who answers.
  if (!(body instanceof Buffer) || !EARLIER.some((name) => body.includes(name))) return first;
  const { method, params } = requestIn(body);
  const able = members.filter((one) => typeof method === 'string' && one.impl.operationOf(one, 'JSONRPC', method));
  const [choice = first, ...others] = able;
  if (others.length === 0 || typeof params?.['id'] !== 'string') return choice;
  const run = await first.store.runs.get(params['id']);
  return able.find(({ revision }) => revision === run?.revision) ?? choice;
}

function requestIn(body: Buffer): { method?: unknown; params?: Fields } {
  try {
    const { method, params } = JSON.parse(body.toString()) as { method?: unknown; params?: Fields };
    return { method, params: typeof params === 'object' && params !== null ? params : {} };
  } catch {
    return {};
  }
}

/**
 * The server as its card at the root shows it: one card for all revisions that publish theirs there, and in one of 1.0 their interfaces.
 * `seen`: a revision as it is called by who asks.
 */
export function rootOf(
  members: readonly A2AContext[],
  cardPath: string,
  seen: (member: A2AContext) => A2AContext,
): A2AContext {
  const [main, ...more] = members.filter(({ era }) => (era?.cardPath ?? CARD_PATH) === cardPath).map(seen);
  if (!main) throw new Error(`Nobody publishes a card at ${cardPath}.`);
  // Of the patches of 1.0 the first is shown.
  const others = more.filter(({ era }) => era !== undefined);
  const earlier = members.filter(({ era }) => era !== undefined).map(seen);
  if (main.era === undefined) {
    const interfaces = main.settings.interfacesGiven ? [] : earlier.flatMap(interfacesOf);
    if (interfaces.length === 0) return main;
    const card = (ctx: A2AContext): AgentCard => {
      const own = main.impl.card(ctx);
      return { ...own, supportedInterfaces: [...own.supportedInterfaces, ...interfaces] };
    };
    // What is signed stays as it was signed.
    const isSigned = main.settings.signWith.length > 0;
    const writeCard = (ctx: A2AContext, own: AgentCard): object =>
      merged([...(isSigned ? [] : others).map(writtenCard), main.impl.writeCard(ctx, own)]);
    return { ...main, impl: { ...main.impl, card, writeCard } };
  }
  if (others.length === 0) return main;
  const root = `${main.baseUrl()}/`;
  const writeCard = (): object => merged([...others, main].map((one) => one.era!.card(one, one.impl.card(one), root)));
  return { ...main, impl: { ...main.impl, writeCard } };
}

const writtenCard = (ctx: A2AContext): object => ctx.impl.writeCard(ctx, ctx.impl.card(ctx));

const interfacesOf = ({ settings, revision, path, baseUrl }: A2AContext): AgentInterface[] =>
  settings.interfaces.map(({ protocolBinding }) => ({
    url: baseUrl() + path,
    protocolBinding,
    protocolVersion: revision,
  }));

/** Objects in one, the later over the earlier; in a member that both have as an object likewise. */
function merged(objects: readonly object[]): object {
  return objects.reduce<Record<string, unknown>>((before, after) => {
    const result = { ...before };
    for (const [name, value] of Object.entries(after)) {
      const other = result[name];
      if (value !== undefined) result[name] = isObject(value) && isObject(other) ? merged([other, value]) : value;
    }
    return result;
  }, {});
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
