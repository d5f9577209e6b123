import { anyOf, nonEmptyString } from '../../kit/match.ts';
import { seen } from '../../kit/subject.ts';
import { isBase64Url, keysIn, payloadsOf, protectedHeader, verify } from '../card-signatures.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';
import { isLoopback } from '../../recorder/webhook-receiver.ts';
import type { A2AAgent } from '../agent.ts';

const UNSIGNED = 'the card has no signatures';

/** The card as it was served, with its signatures. */
async function signedCard(agent: A2AAgent) {
  const reply = await agent.fetch('GET', agent.cardUrl, [], { binding: 'card' });
  const { json } = reply.exchange.response ?? {};
  const card = isRecord(json) ? json : {};
  const signatures = Array.isArray(card.signatures) ? card.signatures.filter(isRecord) : [];
  return { place: reply.place, card, signatures };
}

export const signatureScenarios = [
  scenario('a2a/card/signature-form', {
    title: 'A signature of the card is a JWS whose header says by which key',
    proves: ['A2A10-SIGN-001', 'A2A10-SIGN-002', 'A2A10-SIGN-004', 'A2A10-SIGN-005'],
    bindings: ['card'],
    stimulus: ['signed'],
    async play({ agent, check, notApplicable }) {
      const { place, signatures } = await signedCard(agent);
      if (signatures.length === 0) throw notApplicable(UNSIGNED);
      for (const one of signatures) {
        check('A2A10-SIGN-004', seen(one, place)).holds(
          isBase64Url(one.protected) && isBase64Url(one.signature),
          'protected and signature in base64url without padding',
        );
        check('A2A10-SIGN-004', seen(one, place)).holds(
          one.header === undefined || one.header === null || isRecord(one.header),
          'a header that is an object, where there is one',
          one.header,
        );
        const header = protectedHeader(one);
        const readable = isBase64Url(one.protected) ? undefined : ('A2A10-SIGN-004' as const);
        check('A2A10-SIGN-001', seen(header, place), { blockedBy: readable }).has({
          alg: nonEmptyString,
          kid: nonEmptyString,
        });
        if (!header) continue;
        check('A2A10-SIGN-002', seen(header, place)).has({ typ: anyOf('JOSE', 'jose') });
        if (header.jku === undefined) continue;
        const url = typeof header.jku === 'string' ? URL.parse(header.jku) : null;
        // A server that is tried on one machine has its keys there, too.
        check('A2A10-SIGN-005', seen(header.jku, place)).holds(
          url?.protocol === 'https:' || (url?.protocol === 'http:' && agent.isLocal && isLoopback(url)),
          'a jku that is https',
        );
      }
    },
  }),

  scenario('a2a/card/signature', {
    title: 'A signature of the card verifies',
    proves: ['A2A10-SIGN-003'],
    bindings: ['card'],
    stimulus: ['signed', 'key'],
    async play({ agent, check, notApplicable }) {
      const { place, card, signatures } = await signedCard(agent);
      if (signatures.length === 0) throw notApplicable(UNSIGNED);
      let judged = 0;
      for (const one of signatures) {
        const keys = [...agent.cardKeys, ...(await publishedKeys(agent, protectedHeader(one)?.jku))];
        const outcome = keys.length > 0 ? await verify(one, payloadsOf(card), keys) : 'no key';
        if (outcome === 'no key') continue;
        judged += 1;
        const { protected: head, signature } = one;
        check('A2A10-SIGN-003', seen({ protected: head, signature }, place)).holds(
          outcome === 'verified',
          'a signature that verifies over the canonical JSON of the card without its signatures',
        );
      }
      if (judged === 0) throw notApplicable('no signature names a key that is known here: --card-key FILE gives one');
    },
  }),
];

/** The key set that a signature names, where it is the target's own: nobody else is asked. */
async function publishedKeys(agent: A2AAgent, jku: unknown) {
  const url = typeof jku === 'string' ? URL.parse(jku) : null;
  if (url?.origin !== new URL(agent.cardUrl).origin) return [];
  const reply = await agent.fetch('GET', url.href, [['Accept', 'application/json']], { binding: 'keys' });
  return keysIn(reply.exchange.response?.json);
}
