import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../../kit/json.ts';
import { routesOf, type KnownCall } from '../../kit/known-call.ts';
import { sent } from '../sent.ts';
import type { RestSpeech, RpcSpeech } from '../speech.ts';
import type { Era } from './era.ts';

/** Which calls of a recording are of an era before 1.0. */
export interface KnownInEra {
  known(exchange: Exchange): KnownCall | undefined;
  /** The recording has what no other era has. */
  shown(exchanges: readonly Exchange[]): boolean;
}

/** Methods that 0.1 has, and what came after it has for tasks of another shape. */
const COMMON = /^tasks\/(?:get|cancel|resubscribe)$/;
/** Where 0.2 has its extended card, beside the interface (7.10). */
const CARD_BESIDE = /\/agent\/authenticatedExtendedCard\/?$/;

interface Shows {
  /** The era shows itself by its card alone: another one has all of its calls. */
  byCardAlone?: boolean;
  /** A card of this one says that it is that, and not the era. */
  unless?: Era;
}

export function knownIn(era: Era, { byCardAlone = false, unless }: Shows): KnownInEra {
  const rpc = era.reads('JSONRPC') as RpcSpeech;
  const methods = new Map(rpc.methods.map((method) => [rpc.nameOf(method), method]));
  const routeOf = routesTo(era);

  const methodIn = ({ request }: Exchange): string | undefined => {
    if (request.method !== 'POST') return undefined;
    const body = sent({ request } as Exchange);
    return typeof body?.method === 'string' && 'jsonrpc' in body ? body.method : undefined;
  };

  function known(exchange: Exchange): KnownCall | undefined {
    if (cardIn(exchange, era)) return { binding: 'card' };
    const method = methodIn(exchange);
    if (method !== undefined) {
      const operation = COMMON.test(method) && isOfOther(exchange) ? undefined : methods.get(method);
      return operation && { binding: 'JSONRPC', operation };
    }
    const { pathname } = new URL(exchange.request.url);
    if (era.id === 'a2a@0.2' && CARD_BESIDE.test(pathname))
      return { binding: 'card', operation: 'GetExtendedAgentCard' };
    // Who says a version speaks one that has any.
    const operation = saysVersion(exchange) ? undefined : routeOf?.(exchange.request.method, pathname)?.operation;
    return operation && { binding: 'HTTP+JSON', operation };
  }

  return {
    known,
    shown(exchanges) {
      const shows = (other: Era) => exchanges.some((one) => cardIn(one, other));
      if (unless && !(shows(era) && !byCardAlone) && shows(unless)) return false;
      return shows(era) || (!byCardAlone && exchanges.some((one) => known(one) && !COMMON.test(methodIn(one) ?? '')));
    },
  };

  /** The task that came is not of this era: 0.1 has sessions, what came after it contexts. */
  function isOfOther({ response, frames }: Exchange): boolean {
    const names = era.id === 'a2a@0.1' ? ['kind', 'contextId'] : ['sessionId'];
    return [response?.json, frames[0]?.json].some(
      (json) => isRecord(json) && isRecord(json.result) && names.some((name) => name in (json.result as object)),
    );
  }
}

/** A card of this era, at a place of it. */
function cardIn({ request, response }: Exchange, era: Era): boolean {
  const { pathname } = new URL(request.url);
  if (request.method !== 'GET' || !era.cards.some((name) => pathname.endsWith(`/.well-known/${name}`))) return false;
  const card = response?.json;
  return isRecord(card) && era.readCard(card, request.url, false) !== undefined;
}

/** The operations that an era has over HTTP+JSON; undefined where it has no such binding. */
export function routesTo(era: Era) {
  if (!era.bindings.includes('HTTP+JSON')) return undefined;
  const { methods, routeOf } = era.reads('HTTP+JSON') as RestSpeech;
  return routesOf(
    Object.fromEntries(methods.map((method) => [method, { http: routeOf(method) }])) as Record<
      MethodName,
      { http: { verbs: readonly string[]; path: string } }
    >,
  );
}

export const saysVersion = ({ request }: Exchange): boolean =>
  request.headers.some(([name]) => name.toLowerCase() === 'a2a-version') || request.url.includes('A2A-Version=');

/** It says a version that is none of those before 1.0: some name theirs, which had no header for it. */
export function saysNewerVersion({ request }: Exchange): boolean {
  const inHeader = request.headers.find(([name]) => name.toLowerCase() === 'a2a-version')?.[1];
  const said = inHeader ?? URL.parse(request.url)?.searchParams.get('A2A-Version');
  return said != null && !/^\s*(?:0\.|$)/.test(said);
}
