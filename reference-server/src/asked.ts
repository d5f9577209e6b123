import { METHODS as A2A_01 } from '@agentproto/protocol/a2a/0.1';
import { METHODS as A2A_02 } from '@agentproto/protocol/a2a/0.2';
import { METHODS as A2A_03 } from '@agentproto/protocol/a2a/0.3';
import { METHODS as A2A_10 } from '@agentproto/protocol/a2a/1.0';
import { METHODS as DCAF_21 } from '@agentproto/protocol/chat/dcaf-2.1';
import { METHODS as CHAT } from '@agentproto/protocol/chat/docs';
import { METHODS as OPEN_AGENT_07 } from '@agentproto/protocol/open-agent/0.7';
import { METHODS as OPEN_AGENT_README } from '@agentproto/protocol/open-agent/readme';
import { METHODS as RESPONSES_2601 } from '@agentproto/protocol/responses/2026-01-15';
import { METHODS as RESPONSES_2604 } from '@agentproto/protocol/responses/2026-04-24';
import { METHODS as OPENAI } from '@agentproto/protocol/responses/openai';
import { METHODS as WAYFLOW } from '@agentproto/protocol/responses/wayflow';
import { routesOf } from '@agentproto/protocol/routes';
import { era01 } from './a2a/eras/0.1.ts';
import { era02 } from './a2a/eras/0.2.ts';
import { era03 } from './a2a/eras/0.3.ts';
import { rules as a2aRules } from './a2a/params.ts';
import { rules as chatRules } from './chat/request.ts';
import type { LateModule } from './late-module.ts';
import { rules07, rulesReadme } from './open-agent/request.ts';
import type { ProtocolId } from './protocol-ids.ts';
import { firstRules } from './responses/2026-01-15.ts';
import { ownRules } from './responses/impl.ts';
import { openaiRules } from './responses/openai.ts';
import { wayflowRules } from './responses/wayflow.ts';

/** What is known of what came. */
export interface Came {
  /** `MESSAGE` for what came on a socket. */
  method: string;
  path: string;
  json: unknown;
}

type Methods = Readonly<
  Record<string, { http: { verbs: readonly string[]; path: string }; binding?: string; request: string | null }>
>;

interface Reader {
  methods: Methods;
  route: ReturnType<typeof routesOf>;
  /** Loaded with the first request of the protocol. */
  rules: LateModule<{ validate(name: never, value: unknown): readonly unknown[] }>;
  isRpc: boolean;
}

const reader = (methods: Methods, rules: Reader['rules'], { isRpc = false } = {}): Reader => {
  const overHttp = Object.entries(methods).filter(([, { binding }]) => binding !== 'JSONRPC');
  return { methods, rules, isRpc, route: routesOf(Object.fromEntries(overHttp)) };
};

const a2a = { isRpc: true };
/** Made when somebody looks. */
const READERS: Readonly<Record<ProtocolId, () => Reader>> = {
  'a2a@1.0': () => reader(A2A_10, a2aRules, a2a),
  'a2a@1.0.0': () => reader(A2A_10, a2aRules, a2a),
  'a2a@0.3': () => reader(A2A_03, era03.rules, a2a),
  'a2a@0.2': () => reader(A2A_02, era02.rules, a2a),
  'a2a@0.1': () => reader(A2A_01, era01.rules, a2a),
  'chat@docs': () => reader(CHAT, chatRules),
  'chat@dcaf-2.1': () => reader(DCAF_21, chatRules),
  'responses@2026-04-24': () => reader(RESPONSES_2604, ownRules),
  'responses@2026-01-15': () => reader(RESPONSES_2601, firstRules),
  'responses@openai': () => reader(OPENAI, openaiRules),
  'responses@wayflow': () => reader(WAYFLOW, wayflowRules),
  'open-agent@0.7': () => reader(OPEN_AGENT_07, rules07),
  'open-agent@readme': () => reader(OPEN_AGENT_README, rulesReadme),
};
const made = new Map<string, Reader>();

function readerOf(protocol: string): Reader | undefined {
  let known = made.get(protocol);
  if (!known && Object.hasOwn(READERS, protocol)) made.set(protocol, (known = READERS[protocol as ProtocolId]()));
  return known;
}

/** Which operation of the protocol this asks for; undefined: for none. */
export function operationIn(protocol: string, came: Came): string | undefined {
  const known = readerOf(protocol);
  return known && callIn(known, came)?.operation;
}

/** The message of the request; undefined where it is not as the schema says, and where the operation has none. */
export function requestIn(protocol: string, came: Came): unknown {
  const known = readerOf(protocol);
  const found = known && callIn(known, came);
  const name = found ? known!.methods[found.operation]!.request : null;
  if (!found || name === null) return undefined;
  return found.values.find((value) => known!.rules.loaded.validate(name as never, value).length === 0);
}

/** `values`: what the message may be, the first that is one. */
function callIn(
  { methods, route, isRpc }: Reader,
  { method, path, json }: Came,
): { operation: string; values: readonly unknown[] } | undefined {
  if (method === 'MESSAGE') {
    const operation = Object.keys(methods).find((name) => methods[name]!.binding === 'WebSocket');
    return operation === undefined ? undefined : { operation, values: [json] };
  }
  if (isRpc && method === 'POST' && isObject(json) && 'jsonrpc' in json) {
    const { method: name, params = {} } = json;
    return typeof name === 'string' && Object.hasOwn(methods, name) ? { operation: name, values: [params] } : undefined;
  }
  const { pathname, searchParams } = new URL(path, 'http://double.invalid');
  const found = route(method, pathname);
  if (!found) return undefined;
  const { operation, ids } = found;
  const query = Object.fromEntries(searchParams);
  if (json !== undefined && !isObject(json)) return { operation, values: [json] };
  return { operation, values: [query, readable(query)].map((one) => ({ ...one, ...json, ...ids })) };
}

/** What stands in a query is text, also where numbers and truths are meant. */
const readable = (query: Record<string, string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(query).map(([name, text]) => [
      name,
      /^(?:-?\d{1,15}|true|false)$/.test(text) ? (JSON.parse(text.replace(/^(-?)0+(?=\d)/, '$1')) as unknown) : text,
    ]),
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
