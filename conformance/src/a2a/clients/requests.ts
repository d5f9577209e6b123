import {
  METHODS,
  VERSION_HEADER,
  type GetTaskPushNotificationConfigRequest,
  type GetTaskRequest,
  type ListTasksRequest,
} from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { clientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { restErrorView, rpcErrorView } from '../error-view.ts';
import { callOf, callsIn, cardsBefore, header, interfacesAt, type ClientCall } from './calls.ts';
import { interfacesOf } from '../eras/1.0.ts';
import { sent } from '../sent.ts';

/** The version that a request asks for: in a header, or as a parameter (3.6.1). */
const versionOf = (exchange: Exchange): string | undefined =>
  header(exchange, VERSION_HEADER) ?? URL.parse(exchange.request.url)?.searchParams.get(VERSION_HEADER) ?? undefined;

function isVersionRefused({ exchange: { response } }: ClientCall): boolean {
  const { json, status = 0 } = response ?? {};
  const error = isRecord(json) && isRecord(json.error) ? json.error : {};
  const view =
    typeof error.code === 'number' && error.code < 0 ? rpcErrorView(error, status) : restErrorView(json, status);
  return view.by !== 'status' && view.names.includes('VersionNotSupportedError');
}

/** Another version that is not older, or the same in other words, takes nothing away. None at all is 0.3 (3.6.2). */
function isOlder(one = '0.3', other = '0.3'): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [one, other].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10) || 0),
  ) as [number[], number[]];
  return major !== otherMajor ? major < otherMajor : minor < otherMinor;
}

/** A call that says an older version, or a method by a name that only older ones have. */
function isOlderCall(exchange: Exchange, version: string | undefined): boolean {
  if (callOf(exchange)) return isOlder(versionOf(exchange), version);
  const { method } = exchange.binding === 'webhook' ? {} : (sent(exchange) ?? {});
  return typeof method === 'string' && /^(?:message|tasks|agent)\//.test(method);
}

/** Rules that each request keeps by itself, or against the card. */
export const requestChecks = [
  clientCheck('a2a/client/version', {
    title: 'Every request says which version it is of',
    proves: ['A2A10-CLI-001', 'A2A10-CLI-002'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges)) {
        const version = versionOf(call.exchange);
        check('A2A10-CLI-001', seen(version, call.place)).holds(
          version !== undefined && version.trim() !== '',
          `${VERSION_HEADER} with ${call.operation}`,
        );
        if (version) check('A2A10-CLI-002', seen(version, call.place)).holds(/^\d+\.\d+$/.test(version), 'Major.Minor');
      }
    },
  }),

  clientCheck('a2a/client/one-version', {
    title: 'A version that is refused is not exchanged for another in silence',
    proves: ['A2A10-CLI-013'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges).filter(isVersionRefused)) {
        const refused = versionOf(call.exchange);
        const later = exchanges.slice(exchanges.indexOf(call.exchange) + 1).find((one) => isOlderCall(one, refused));
        const place = { exchange: (later ?? call.exchange).id };
        check('A2A10-CLI-013', seen(later && (versionOf(later) ?? 'none'), place)).holds(
          later === undefined,
          `no older version than ${refused ?? 'none'} once that was refused`,
        );
      }
    },
  }),

  clientCheck('a2a/client/interface', {
    title: 'An interface of the card is used as it stands there',
    proves: ['A2A10-CLI-003', 'A2A10-CLI-004'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges)) {
        const cards = cardsBefore(exchanges, call.exchange);
        if (cards.length === 0) continue;
        const used = cards.flatMap((card) => interfacesAt(card, call));
        // Which bindings a client speaks is its own choice; of one that it does, the first entry is its (8.3.2).
        const first = cards.flatMap(
          (card) => interfacesOf(card).find(({ protocolBinding }) => protocolBinding === call.binding) ?? [],
        );
        check('A2A10-CLI-003', seen(call.exchange.request.url, call.place)).holds(
          used.some(({ url }) => first.some((one) => one.url === url)),
          first.length > 0
            ? `${first[0]!.url}, the first interface of ${call.binding}`
            : `no ${call.binding}, which the card does not declare`,
        );
        if (used.length === 0) continue;
        const url = URL.parse(call.exchange.request.url);
        const inPath = used.find(
          ({ tenant }) => tenant !== undefined && url?.pathname.startsWith(tenantPath(used[0]!.url, tenant)),
        );
        const given = inPath?.tenant ?? (call.params.tenant === '' ? undefined : call.params.tenant);
        check('A2A10-CLI-004', seen(given, call.place)).holds(
          used.some(({ tenant }) => tenant === given),
          used[0]!.tenant === undefined ? 'no tenant' : `the tenant ${used.map(({ tenant }) => tenant).join(' or ')}`,
        );
      }
    },
  }),

  clientCheck('a2a/client/capability', {
    title: 'What the card does not declare is not asked for',
    proves: ['A2A10-CLI-005'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges)) {
        const row = METHODS[call.operation];
        const cards = cardsBefore(exchanges, call.exchange);
        if (cards.length === 0 || !('capability' in row)) continue;
        const declared = cards.some(
          ({ capabilities }) => isRecord(capabilities) && capabilities[row.capability] === true,
        );
        check('A2A10-CLI-005', seen(call.operation, call.place)).holds(
          declared,
          `no ${call.operation}, as the card does not declare ${row.capability}`,
        );
      }
    },
  }),

  clientCheck('a2a/client/query', {
    title: 'GET and DELETE say everything in path and query',
    proves: ['A2A10-CLI-012'],
    examine({ exchanges }, check) {
      for (const { binding, exchange, place } of callsIn(exchanges)) {
        const { method, url } = exchange.request;
        if (binding !== 'HTTP+JSON' || (method !== 'GET' && method !== 'DELETE')) continue;
        const misspelt = [...(URL.parse(url)?.searchParams.keys() ?? [])].filter(isMisspelt);
        const body = saysSomething(exchange);
        check('A2A10-CLI-012', seen({ misspelt, body }, place)).holds(
          !body && misspelt.length === 0,
          'no parameters in a body, and those of the query in camelCase',
        );
      }
    },
  }),
];

/** What requests without a body have beside their path (11.5). */
const QUERY = [
  ...(['tenant', 'historyLength', 'contextId', 'status', 'pageSize', 'pageToken', 'statusTimestampAfter'] as const),
  ...(['includeArtifacts', 'id', 'taskId'] as const),
] satisfies (keyof GetTaskRequest | keyof ListTasksRequest | keyof GetTaskPushNotificationConfigRequest)[];
const BY_LETTERS = new Map(QUERY.map((name) => [name.toLowerCase(), name]));

/** One of the protocol's parameters in other words. What else may be in a query, such as a key, has names of its own. */
const isMisspelt = (name: string): boolean =>
  (BY_LETTERS.get(name.replace(/[-_]/g, '').toLowerCase()) ?? name) !== name;

/** There is a body, and it holds more than `null` or an object without members, which say nothing. */
function saysSomething({ request: { body } }: Exchange): boolean {
  if (!body) return false;
  if (!('text' in body)) return true;
  try {
    const value: unknown = JSON.parse(body.text);
    return value !== null && !(isRecord(value) && Object.keys(value).length === 0);
  } catch {
    return body.text.trim() !== '';
  }
}

const tenantPath = (url: string, tenant: string): string =>
  `${new URL(url).pathname.replace(/\/$/, '')}/${encodeURIComponent(tenant)}/`;
