import { CARD_PATH, METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../../kit/json.ts';
import { routesOf, type KnownCall } from '../../kit/known-call.ts';
import type { Place } from '../../kit/subject.ts';
import { interfacesOf } from '../eras/1.0.ts';
import type { AgentInterface } from '../eras/era.ts';
import { saysVersion } from '../eras/known.ts';
import { sent } from '../sent.ts';
import { taskView } from '../view.ts';
import { lastCards } from './told-cards.ts';

/** What a client did, read from its requests alone: nobody told the recording which operation each was. */

export interface ClientCall {
  exchange: Exchange;
  binding: 'JSONRPC' | 'HTTP+JSON';
  operation: MethodName;
  /** Of the body, the path and the query together. */
  params: Record<string, unknown>;
  /** Where it went, without what the operation adds to it. */
  base: string;
  place: Place;
}

const routeOf = routesOf(METHODS);

export function callOf(exchange: Exchange): ClientCall | undefined {
  const { request } = exchange;
  const url = URL.parse(request.url);
  if (exchange.binding === 'webhook' || !url) return undefined;
  const body = sent(exchange) ?? {};
  const place = { exchange: exchange.id };
  if (request.method === 'POST' && typeof body.method === 'string' && 'jsonrpc' in body) {
    if (!(body.method in METHODS)) return undefined;
    const params = isRecord(body.params) ? body.params : {};
    const operation = body.method as MethodName;
    return { exchange, binding: 'JSONRPC', operation, params, base: url.origin + url.pathname, place };
  }
  const route = routeOf(request.method, url.pathname);
  if (!route) return undefined;
  const { operation, base, ids } = route;
  const params = { ...Object.fromEntries(url.searchParams), ...body, ...ids };
  return { exchange, binding: 'HTTP+JSON', operation, params, base: url.origin + base, place };
}

export const callsIn = (exchanges: readonly Exchange[]): ClientCall[] => exchanges.flatMap((one) => callOf(one) ?? []);

/** As a scenario would have named it. */
export function knownCall(exchange: Exchange): KnownCall | undefined {
  if (isCardFetch(exchange)) return isOlderCard(exchange.response?.json) ? undefined : { binding: 'card' };
  const call = callOf(exchange);
  // 0.3 has its routes below /v1, and who says no version means that (3.6.2).
  const isOlder = call?.binding === 'HTTP+JSON' && call.base.endsWith('/v1') && !saysVersion(exchange);
  return call && !isOlder ? { binding: call.binding, operation: call.operation } : undefined;
}

/** A call, or a card with what 1.0 has in it: other protocols publish cards at the same place. */
export const isShown = (exchanges: readonly Exchange[]): boolean =>
  exchanges.some((one) => {
    const known = knownCall(one);
    const card = one.response?.json;
    return known !== undefined && (known.operation !== undefined || (isRecord(card) && 'supportedInterfaces' in card));
  });

/** As cards were before 1.0, which have one `url`. */
const isOlderCard = (card: unknown): boolean => isRecord(card) && !('supportedInterfaces' in card) && 'url' in card;

export const isCardFetch = ({ request }: Exchange): boolean =>
  request.method === 'GET' && (URL.parse(request.url)?.pathname.endsWith(CARD_PATH) ?? false);

const lastOf = lastCards((exchanges) =>
  exchanges.flatMap((exchange) => {
    // What is said where there is none is no card.
    if (exchange.response?.status !== 200) return [];
    const call = callOf(exchange);
    const isExtended = call?.operation === 'GetExtendedAgentCard';
    if (!isExtended && !isCardFetch(exchange)) return [];
    const card = isExtended ? answersIn(call)[0]?.value : exchange.response.json;
    return isRecord(card) ? [{ exchange, isExtended, card }] : [];
  }),
);

/** What a client had been told of the agent before this request: the last public card, and the last extended one. */
export const cardsBefore = (exchanges: readonly Exchange[], { request }: Exchange): Record<string, unknown>[] =>
  lastOf(exchanges, (one) => one.request.atMs < request.atMs);

/** Entries of the card that this call may have gone to: of its binding, at its address, with a tenant in front or not. */
export function interfacesAt(card: Record<string, unknown>, { binding, base }: ClientCall): AgentInterface[] {
  const plain = (url: string) => url.replace(/\/+$/, '');
  return interfacesOf(card).filter(({ url, protocolBinding, tenant }) => {
    if (protocolBinding !== binding) return false;
    const own = plain(new URL(url).origin + new URL(url).pathname);
    return (
      plain(base) === own ||
      (binding === 'HTTP+JSON' && tenant !== undefined && plain(base) === `${own}/${encodeURIComponent(tenant)}`)
    );
  });
}

/** What an answer says: the result of a plain one, and every event of a stream. */
export function answersIn({ binding, exchange }: ClientCall): { value: Record<string, unknown>; atMs: number }[] {
  const unwrapped = (json: unknown) => (binding === 'JSONRPC' && isRecord(json) ? json.result : json);
  const all = [
    { json: exchange.response?.json, atMs: exchange.response?.atMs ?? 0 },
    ...exchange.frames.map(({ json, atMs }) => ({ json, atMs })),
  ];
  return all.flatMap(({ json, atMs }) => {
    const value = unwrapped(json);
    return isRecord(value) ? [{ value, atMs }] : [];
  });
}

/** The task that an answer tells of, and its state. */
export function stateIn(answer: Record<string, unknown>): { id: string; state: string } | undefined {
  const { task, statusUpdate } = answer;
  const { id, state } = taskView(
    isRecord(task) ? task : isRecord(statusUpdate) ? { ...statusUpdate, id: statusUpdate.taskId } : answer,
  );
  return id !== undefined && state !== undefined ? { id, state } : undefined;
}

export function header({ request }: Exchange, name: string): string | undefined {
  return request.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

export function answerHeader({ response }: Exchange, name: string): string | undefined {
  return response?.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
