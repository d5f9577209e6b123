import { METHODS, VERSION_HEADER } from '@agentproto/protocol/a2a/1.0';
import { clientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { restErrorView, rpcErrorView } from '../error-view.ts';
import { callsIn, cardsBefore, header, interfacesAt, type ClientCall } from './calls.ts';
import { interfacesOf } from '../eras/1.0.ts';

/** The version that a request asks for: in a header, or as a parameter (3.6.1). */
const versionOf = ({ exchange }: ClientCall): string | undefined =>
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

/** Rules that each request keeps by itself, or against the card. */
export const requestChecks = [
  clientCheck('a2a/client/version', {
    title: 'Every request says which version it is of',
    proves: ['A2A10-CLI-001', 'A2A10-CLI-002'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges)) {
        const version = versionOf(call);
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
      const calls = callsIn(exchanges);
      calls.forEach((call, index) => {
        if (!isVersionRefused(call)) return;
        const later = calls.slice(index + 1).find((one) => isOlder(versionOf(one), versionOf(call)));
        check('A2A10-CLI-013', seen(later && (versionOf(later) ?? 'none'), later?.place ?? call.place)).holds(
          later === undefined,
          `no older version than ${versionOf(call) ?? 'none'} once that was refused`,
        );
      });
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
        const { method, body, url } = exchange.request;
        if (binding !== 'HTTP+JSON' || (method !== 'GET' && method !== 'DELETE')) continue;
        const names = [...(URL.parse(url)?.searchParams.keys() ?? [])].filter((name) => name !== VERSION_HEADER);
        check('A2A10-CLI-012', seen({ names, body: body !== undefined }, place)).holds(
          body === undefined && names.every((name) => /^[a-z][a-zA-Z0-9]*$/.test(name)),
          'no body, and parameters in camelCase',
        );
      }
    },
  }),
];

const tenantPath = (url: string, tenant: string): string =>
  `${new URL(url).pathname.replace(/\/$/, '')}/${encodeURIComponent(tenant)}/`;
