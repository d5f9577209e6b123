import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../../../kit/json.ts';
import type { Place } from '../../../kit/subject.ts';
import type { AgentInterface, Era } from '../../eras/era.ts';
import { routesTo, saysNewerVersion } from '../../eras/known.ts';
import { declaredIn } from '../../eras/old-card.ts';
import { sent } from '../../sent.ts';
import type { RpcSpeech } from '../../speech.ts';
import { lastCards, type LastCards, type ToldCard } from '../told-cards.ts';

/** What a client of an era before 1.0 did, read from its requests alone. */

export interface OldCall {
  exchange: Exchange;
  binding: 'JSONRPC' | 'HTTP+JSON';
  /** By its name in 1.0. */
  operation: MethodName;
  /** As they were said: the params over JSON-RPC, the body over HTTP+JSON. */
  said: unknown;
  /** Of the path, over HTTP+JSON. */
  ids: Record<string, string>;
  /** Where it went, without what the operation adds to it. */
  base: string;
  place: Place;
}

export interface OldReading {
  era: Era;
  callOf(exchange: Exchange): OldCall | undefined;
  callsIn(exchanges: readonly Exchange[]): OldCall[];
  /** Those that came. */
  cards: LastCards;
}

/** Where 0.2 has its extended card, beside the interface (7.10). */
const CARD_BESIDE = /\/agent\/authenticatedExtendedCard\/?$/;

export function readingOf(era: Era): OldReading {
  const rpc = era.reads('JSONRPC') as RpcSpeech;
  const methods = new Map(rpc.methods.map((method) => [rpc.nameOf(method), method]));
  const routeOf = routesTo(era);
  const hasCardBeside = era.id === 'a2a@0.2';

  function callOf(exchange: Exchange): OldCall | undefined {
    const { request } = exchange;
    const url = URL.parse(request.url);
    if (exchange.binding === 'webhook' || !url || saysNewerVersion(exchange)) return undefined;
    const place = { exchange: exchange.id };
    const body = sent(exchange);
    if (request.method === 'POST' && typeof body?.method === 'string') {
      const operation = methods.get(body.method);
      const base = url.origin + url.pathname;
      return operation && { exchange, binding: 'JSONRPC', operation, said: body.params, ids: {}, base, place };
    }
    if (hasCardBeside && request.method === 'GET' && CARD_BESIDE.test(url.pathname)) {
      const base = url.origin + url.pathname.replace(CARD_BESIDE, '');
      return {
        exchange,
        binding: 'HTTP+JSON',
        operation: 'GetExtendedAgentCard',
        said: undefined,
        ids: {},
        base,
        place,
      };
    }
    const route = routeOf?.(request.method, url.pathname);
    if (!route) return undefined;
    const { operation, base, ids } = route;
    return { exchange, binding: 'HTTP+JSON', operation, said: body, ids, base: url.origin + base, place };
  }

  function toldBy(exchange: Exchange): ToldCard[] {
    const { response } = exchange;
    // What is said where there is none is no card.
    if (response?.status !== 200) return [];
    const call = callOf(exchange);
    const isExtended = call?.operation === 'GetExtendedAgentCard';
    if (!isExtended && cardPlaceOf(exchange) === undefined) return [];
    const card = call?.binding === 'JSONRPC' && isRecord(response.json) ? response.json.result : response.json;
    return isRecord(card) ? [{ exchange, isExtended, card }] : [];
  }

  return {
    era,
    callOf,
    callsIn: (exchanges) => exchanges.flatMap((one) => callOf(one) ?? []),
    cards: lastCards((exchanges) => exchanges.flatMap(toldBy)),
  };
}

/** The card was asked for at a well-known place of any era, with the file name that was used. */
export function cardPlaceOf({ request }: Exchange): string | undefined {
  if (request.method !== 'GET') return undefined;
  return /\/\.well-known\/(agent(?:-card)?\.json)$/.exec(URL.parse(request.url)?.pathname ?? '')?.[1];
}

/** A card of before 1.0: who has one of both kinds may be spoken to as the other says. */
const isOld = (card: unknown): card is Record<string, unknown> =>
  isRecord(card) && typeof card.url === 'string' && !('supportedInterfaces' in card);

/** What a client had been told of the agent before this request: the last public card, and the last extended one. */
export const oldCardsBefore = (
  { cards }: OldReading,
  exchanges: readonly Exchange[],
  { request }: Exchange,
): Record<string, unknown>[] => cards(exchanges, ({ response }) => response!.atMs <= request.atMs).filter(isOld);

const bare = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '');
};

/** This call went to that interface: some name the version in its url already, and not again in the path. */
export function isAt({ base, binding }: OldCall, { url, protocolBinding }: AgentInterface): boolean {
  if (protocolBinding !== binding) return false;
  const own = bare(url);
  return bare(base) === own || (binding === 'HTTP+JSON' && `${bare(base)}/v1` === own);
}

/** The interfaces that cards declare, the preferred one first. */
export const interfacesIn = (cards: readonly Record<string, unknown>[]): AgentInterface[] => cards.flatMap(declaredIn);
