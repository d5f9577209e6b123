import type { Exchange } from '@agentproto/recording';
import { clientCheck, type ClientRecording } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { keysIn, payloadsOf, protectedHeader, verify } from '../card-signatures.ts';
import { interfacesOf } from '../eras/1.0.ts';
import { answerHeader, answersIn, callsIn, header, interfacesAt, isCardFetch, type ClientCall } from './calls.ts';

const maxAgeMs = (exchange: Exchange): number | undefined => {
  const [, seconds] = /max-age=(\d+)/i.exec(answerHeader(exchange, 'cache-control') ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
};

interface SignedCard {
  fetch: Exchange;
  outcomes: readonly string[];
  /** At least one signature verifies. */
  isTrue: boolean;
  /** The first request to its agent. */
  next: ClientCall | undefined;
}

/** The signed cards that a client was shown, as far as it could have seen through them: a key to look by was known. */
async function signedCards({ exchanges, keys = [] }: ClientRecording): Promise<SignedCard[]> {
  const cards: SignedCard[] = [];
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
    if (outcomes.every((outcome) => outcome === 'no key')) continue;
    // A card that was fetched later has a verdict of its own.
    const untilMs = exchanges.find(
      (one) => isCardFetch(one) && one.request.atMs > fetch.request.atMs && one.response?.status === 200,
    )?.request.atMs;
    const places = new Set([fetch.request, ...interfacesOf(card)].map(({ url }) => URL.parse(url)?.origin));
    const next = callsIn(exchanges).find(
      ({ base, exchange: { request } }) =>
        request.atMs > fetch.request.atMs && request.atMs < (untilMs ?? Infinity) && places.has(new URL(base).origin),
    );
    cards.push({ fetch, outcomes, isTrue: outcomes.includes('verified'), next });
  }
  return cards;
}

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
    async examine(recording, check) {
      const cards = await signedCards(recording);
      // That no request follows shows something of a client that goes on where a signature is right.
      const twin = recording.twin ? await signedCards(recording.twin) : [];
      const believes = [...cards, ...twin].some(({ isTrue, next }) => isTrue && next !== undefined);
      for (const { fetch, outcomes, isTrue, next } of cards) {
        if (isTrue || (next === undefined && !believes)) continue;
        check('A2A10-CLI-010', seen(outcomes, next?.place ?? { exchange: fetch.id })).holds(
          next === undefined,
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
            `an interface of the extended card: ${[...new Set(interfacesOf(extended).map(({ url }) => url))].join(' or ')}`,
          );
      }
    },
  }),
];
