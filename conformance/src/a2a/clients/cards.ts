import type { Exchange } from '@agentproto/recording';
import { clientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { keysIn, payloadsOf, protectedHeader, verify } from '../card-signatures.ts';
import { interfacesOf } from '../eras/1.0.ts';
import { answerHeader, answersIn, callsIn, header, interfacesAt, isCardFetch } from './calls.ts';

const maxAgeMs = (exchange: Exchange): number | undefined => {
  const [, seconds] = /max-age=(\d+)/i.exec(answerHeader(exchange, 'cache-control') ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
};

/** Rules about cards: how long they hold, whether they are believed, and what replaces them. */
export const cardChecks = [
  clientCheck('a2a/client/card-again', {
    title: 'A card that has expired is asked for again by its tag',
    proves: ['A2A10-CLI-009'],
    examine({ exchanges }, check) {
      const fetches = exchanges.filter(isCardFetch);
      fetches.forEach((again, index) => {
        const before = fetches
          .slice(0, index)
          .findLast(({ request, response }) => request.url === again.request.url && response?.status === 200);
        if (!before?.response) return;
        const tag = answerHeader(before, 'etag') ?? answerHeader(before, 'last-modified');
        const ageMs = maxAgeMs(before);
        if (tag === undefined || ageMs === undefined || again.request.atMs - before.response.atMs <= ageMs) return;
        const asked = header(again, 'if-none-match') ?? header(again, 'if-modified-since');
        check('A2A10-CLI-009', seen(asked, { exchange: again.id })).holds(
          asked !== undefined,
          'If-None-Match or If-Modified-Since',
        );
      });
    },
  }),

  clientCheck('a2a/client/signature', {
    title: 'A card whose signatures are all wrong is not believed',
    proves: ['A2A10-CLI-010'],
    async examine({ exchanges, keys = [] }, check) {
      for (const fetch of exchanges.filter(isCardFetch)) {
        const card = fetch.response?.json;
        const signatures = isRecord(card) && Array.isArray(card.signatures) ? card.signatures.filter(isRecord) : [];
        if (!isRecord(card) || signatures.length === 0) continue;
        const sets = new Set(signatures.map((one) => protectedHeader(one)?.jku));
        const fetched = exchanges.filter(({ request }) => sets.has(request.url));
        const known = [...keys, ...fetched.flatMap(({ response }) => keysIn(response?.json))];
        const payloads = payloadsOf(card);
        const outcomes = await Promise.all(
          signatures.map((one) => (known.length > 0 ? verify(one, payloads, known) : 'no key')),
        );
        // Only a card that a client could have seen through shows whether it looks.
        if (outcomes.every((outcome) => outcome === 'no key')) continue;
        const isTrue = outcomes.includes('verified');
        // A card that was fetched later has a verdict of its own.
        const untilMs = exchanges.find(
          (one) => isCardFetch(one) && one.request.atMs > fetch.request.atMs && one.response?.status === 200,
        )?.request.atMs;
        const places = new Set([fetch.request, ...interfacesOf(card)].map(({ url }) => URL.parse(url)?.origin));
        const next = callsIn(exchanges).find(
          ({ base, exchange: { request } }) =>
            request.atMs > fetch.request.atMs &&
            request.atMs < (untilMs ?? Infinity) &&
            places.has(new URL(base).origin),
        );
        check('A2A10-CLI-010', seen(outcomes, next?.place ?? { exchange: fetch.id })).holds(
          isTrue || next === undefined,
          'no request to an agent whose card has no signature that verifies',
        );
      }
    },
  }),

  clientCheck('a2a/client/extended-card', {
    title: 'The extended card takes the place of the public one',
    proves: ['A2A10-CLI-011'],
    examine({ exchanges }, check) {
      const calls = callsIn(exchanges);
      for (const call of calls.filter(({ operation }) => operation === 'GetExtendedAgentCard')) {
        const extended = answersIn(call)[0]?.value;
        if (!extended || interfacesOf(extended).length === 0) continue;
        for (const later of calls.filter(
          ({ exchange }) => exchange.request.atMs > (call.exchange.response?.atMs ?? Infinity),
        ))
          check('A2A10-CLI-011', seen(later.exchange.request.url, later.place)).holds(
            interfacesAt(extended, later).length > 0,
            `an interface of the extended card: ${interfacesOf(extended)
              .map(({ url }) => url)
              .join(' or ')}`,
          );
      }
    },
  }),
];
