import { isRecord } from '../../../kit/json.ts';
import { clientCheck, type ClientCheck } from '../../../kit/client-check.ts';
import { seen } from '../../../kit/subject.ts';
import { saysNewerVersion } from '../../eras/known.ts';
import { header } from '../calls.ts';
import { sent } from '../../sent.ts';
import { cardPlaceOf, interfacesIn, isAt, oldCardsBefore, type OldCall, type OldReading } from './calls.ts';

const mediaType = (call: OldCall): string | undefined =>
  header(call.exchange, 'content-type')?.split(';', 1)[0]!.trim().toLowerCase();

/** Nobody was there, or could help: another address may be tried after that (5.6.3). */
const hasFailed = ({ exchange: { response } }: OldCall): boolean =>
  response === undefined || response.status === 404 || response.status >= 500;

/** A method that is named `{category}/{action}` (3.5.1), as those of extensions are (3.5.5). */
const NAMED = /^[^/\s]+(?:\/[^/\s]+)+$/;
/** The routes of another revision, which has no version in them. */
const OTHER_ROUTE = /^\/(?:message:(?:send|stream)|tasks(?:\/[^/]+.*)?|card|extendedAgentCard)\/?$/;

/** Rules that each request keeps by itself, or against the card. */
export const requestChecks = (reading: OldReading): ClientCheck[] => [
  clientCheck('a2a/client/declared-url', {
    title: 'A transport is used at the url that the card declares for it',
    proves: ['A2A03-CLI-001', 'A2A03-CLI-002'],
    examine({ exchanges }, check) {
      const failed: OldCall[] = [];
      for (const call of reading.callsIn(exchanges)) {
        // Only what came before the next ones counts for them.
        if (hasFailed(call)) failed.push(call);
        const cards = oldCardsBefore(reading, exchanges, call.exchange);
        const declared = interfacesIn(cards);
        const isBeside = call.operation === 'GetExtendedAgentCard' && reading.era.id === 'a2a@0.2';
        if (declared.length === 0 || isBeside) continue;
        const subject = seen(call.exchange.request.url, call.place);
        const own = declared.filter(({ protocolBinding }) => protocolBinding === call.binding);
        check('A2A03-CLI-001', subject).holds(
          own.some((one) => isAt(call, one)),
          own.length > 0
            ? `${own.map(({ url }) => url).join(' or ')}, as the card declares ${call.binding}`
            : `no ${call.binding}, which the card does not declare`,
        );
        const main = cards.flatMap((card) => interfacesIn([card]).slice(0, 1));
        const preferred = main.filter(({ protocolBinding }) => protocolBinding === call.binding);
        if (preferred.length === 0 || !own.some((one) => isAt(call, one))) continue;
        const isThere = (one: OldCall) => preferred.some((entry) => isAt(one, entry));
        const isMain = isThere(call);
        // Who was let down there may go elsewhere.
        if (!isMain && failed.some(isThere)) continue;
        check('A2A03-CLI-002', subject).holds(
          isMain,
          `${preferred[0]!.url}, the main url, whose transport is the preferred one`,
        );
      }
    },
  }),

  clientCheck('a2a/client/content-type', {
    title: 'Bodies are application/json',
    proves: ['A2A03-CLI-003'],
    examine({ exchanges }, check) {
      for (const call of reading.callsIn(exchanges)) {
        const { body } = call.exchange.request;
        if (!body || ('text' in body && body.text === '')) continue;
        const type = mediaType(call);
        check('A2A03-CLI-003', seen(type, call.place)).holds(type === 'application/json', 'application/json');
      }
    },
  }),

  clientCheck('a2a/client/json-rpc', {
    title: 'A request is a JSON-RPC request',
    proves: ['A2A03-CLI-004', 'A2A03-CLI-005'],
    examine({ exchanges }, check) {
      for (const { binding, exchange, place } of reading.callsIn(exchanges)) {
        if (binding !== 'JSONRPC') continue;
        const { jsonrpc, id } = sent(exchange) ?? {};
        const isLegal = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
        check('A2A03-CLI-004', seen({ jsonrpc, id }, place)).holds(
          jsonrpc === '2.0' && isLegal,
          'jsonrpc "2.0", and an id that is a string, a number or null',
        );
        if (!isLegal) continue;
        check('A2A03-CLI-005', seen(id, place)).holds(
          id !== undefined && id !== null && (typeof id === 'string' || Number.isInteger(id)),
          'an id that is neither null nor a fraction, since an answer is wanted',
        );
      }
    },
  }),

  clientCheck('a2a/client/names', {
    title: 'Methods and routes have the names of the revision',
    proves: ['A2A03-CLI-006'],
    examine({ exchanges }, check) {
      for (const exchange of exchanges) {
        if (exchange.binding === 'webhook' || saysNewerVersion(exchange)) continue;
        const declared = interfacesIn(oldCardsBefore(reading, exchanges, exchange));
        const url = URL.parse(exchange.request.url);
        const isHere = (binding: string, path: (pathname: string) => boolean) =>
          declared.some(
            (one) =>
              one.protocolBinding === binding &&
              URL.parse(one.url)!.origin === url?.origin &&
              path(new URL(one.url).pathname.replace(/\/+$/, '')),
          );
        const place = { exchange: exchange.id };
        if (reading.callOf(exchange)) {
          if (declared.length > 0)
            check('A2A03-CLI-006', seen(url?.pathname, place)).holds(true, 'a name of the revision');
          continue;
        }
        const method = exchange.request.method === 'POST' ? sent(exchange)?.method : undefined;
        if (typeof method === 'string') {
          if (!isHere('JSONRPC', (pathname) => pathname === url!.pathname.replace(/\/+$/, ''))) continue;
          check('A2A03-CLI-006', seen(method, place)).holds(NAMED.test(method), 'a method named {category}/{action}');
        } else if (
          isHere(
            'HTTP+JSON',
            (pathname) =>
              !pathname.endsWith('/v1') &&
              url!.pathname.startsWith(pathname) &&
              OTHER_ROUTE.test(url!.pathname.slice(pathname.length)),
          )
        )
          check('A2A03-CLI-006', seen(url!.pathname, place)).holds(false, 'a route that begins with /v1');
      }
    },
  }),

  clientCheck('a2a/client/card-place', {
    title: 'The card is looked for at its well-known place',
    proves: ['A2A03-CLI-022'],
    examine({ exchanges, partial }, check) {
      const asked = exchanges.filter((one) => cardPlaceOf(one) !== undefined);
      const [first] = asked;
      if (!first || partial) return;
      const wanted = reading.era.cards[0]!;
      // Who looks at the place of another revision as well finds it.
      check('A2A03-CLI-022', seen(asked.map(cardPlaceOf), { exchange: first.id })).holds(
        asked.some((one) => cardPlaceOf(one) === wanted),
        `a request for /.well-known/${wanted}`,
      );
    },
  }),

  clientCheck('a2a/client/credentials', {
    title: 'An agent that wants credentials is shown some',
    proves: ['A2A03-CLI-013', 'A2A03-CLI-021'],
    examine({ exchanges, situation }, check) {
      const calls = reading.callsIn(exchanges);
      for (const call of calls.filter(({ operation }) => operation === 'GetExtendedAgentCard')) {
        const [card] = oldCardsBefore(reading, exchanges, call.exchange);
        const schemes = isRecord(card?.securitySchemes) ? Object.values(card.securitySchemes).filter(isRecord) : [];
        if (schemes.length === 0) continue;
        // A certificate is not seen here.
        const isShown = schemes.some((scheme) => scheme.type === 'mutualTLS' || shows(call, scheme));
        // Who asks without, and then with what the answer wants, has authenticated the request.
        const again = calls.some(
          (later) =>
            later.operation === call.operation &&
            later.exchange.request.atMs > call.exchange.request.atMs &&
            schemes.some((scheme) => shows(later, scheme)),
        );
        check('A2A03-CLI-013', seen(isShown ? 'credentials' : 'none', call.place)).holds(
          isShown || again,
          `credentials of ${schemes.map(({ type }) => String(type)).join(' or ')}`,
        );
      }
      // Whether a client has any to show is only known where they were handed over.
      if (situation?.apiKey === undefined || calls.length === 0) return;
      const shown = calls.find(({ exchange }) => SHOWING.some((name) => header(exchange, name) !== undefined));
      check('A2A03-CLI-021', seen(shown ? 'credentials' : 'none', (shown ?? calls[0]!).place)).holds(
        shown !== undefined,
        'the key that was handed over, in a header',
      );
    },
  }),
];

const SHOWING = ['authorization', 'x-api-key'];

/** The request has what a scheme of the card asks for. */
function shows({ exchange }: OldCall, { type, in: place, name }: Record<string, unknown>): boolean {
  if (type !== 'apiKey') return header(exchange, 'authorization') !== undefined;
  if (typeof name !== 'string') return false;
  if (place === 'query') return URL.parse(exchange.request.url)?.searchParams.has(name) ?? false;
  if (place === 'cookie') return header(exchange, 'cookie')?.includes(`${name}=`) ?? false;
  return header(exchange, name) !== undefined;
}
