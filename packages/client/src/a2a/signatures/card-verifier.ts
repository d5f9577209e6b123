import { type AgentCard, type AgentCardSignature, cardPayload } from '@agentproto/protocol/a2a/1.0';
import { DiscoveryError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { rawOf } from '../raw.ts';
import { withoutDefaults } from './earlier-card.ts';
import { fromBase64Url, importKey, isAlgorithm, type PublicKey, verify } from './jws.ts';
import { keySets, type KeySetOptions } from './key-set.ts';

export type { PublicKey } from './jws.ts';

/**
 * `verified`; `wrong`: it is not of this card, or not by this key; `unknown-key`: nobody who is trusted has a key of this name; `unsupported`: an
 * algorithm that is not known here; `malformed`: not what §8.4.2 says.
 */
export type SignatureState = 'verified' | 'wrong' | 'unknown-key' | 'unsupported' | 'malformed';

export interface CheckedSignature {
  state: SignatureState;
  /** The name of the key, where the signature says it. */
  kid: string | undefined;
  /** A sentence, where it is not `verified`. */
  why: string | undefined;
}

export interface CardCheck {
  /** At least one signature is (§8.4.3). */
  verified: boolean;
  signatures: CheckedSignature[];
}

export interface CardVerifierOptions extends KeySetOptions {
  /** `strict`: a card without a signature that verifies is refused. `soft`: it is told and taken. `off`: nothing is looked at. Default: strict. */
  mode?: 'off' | 'soft' | 'strict';
  /** Public keys that are trusted, as JWKs with the `kid` that signatures name; or what finds one. */
  keys?:
    | readonly PublicKey[]
    | ((wanted: { kid: string; alg: string; jku?: string }) => PublicKey | undefined | Promise<PublicKey | undefined>);
  /** Told of each card that was looked at. */
  onChecked?: (check: CardCheck, card: AgentCard) => void;
}

/**
 * Checks the signatures of agent cards (§8.4): JWS with ES256/384/512, RS256/384/512, PS256/384/512 or EdDSA, by the platform's own
 * cryptography. For `verifyCard` of `A2AClient.connect`; throws `DiscoveryError` for a card that is refused.
 */
export function cardVerifier(options: CardVerifierOptions): (card: AgentCard) => Promise<CardCheck> {
  const { mode = 'strict', keys = [], onChecked } = options;
  const atUrl = keySets(options);

  async function keyFor(kid: string, alg: string, jku: string | undefined): Promise<PublicKey | undefined> {
    const asked = { kid, alg, ...(jku !== undefined && { jku }) };
    const own = typeof keys === 'function' ? await keys(asked) : keys.find((key) => key.kid === kid);
    return own ?? (jku === undefined ? undefined : (await atUrl(jku)).find((key) => key.kid === kid));
  }

  async function check(
    { protected: head, signature }: AgentCardSignature,
    payloads: string[],
  ): Promise<CheckedSignature> {
    const header = headerIn(head);
    const { kid, alg, jku, crit } = header ?? {};
    const said = (state: SignatureState, why?: string): CheckedSignature => ({
      state,
      kid: typeof kid === 'string' ? kid : undefined,
      why,
    });
    if (!header || typeof kid !== 'string' || typeof alg !== 'string')
      return said('malformed', 'expected a protected header with alg and kid');
    // RFC 7515, 4.1.11: what has to be understood, and is not.
    if (crit !== undefined) return said('unsupported', `crit: expected nothing, got ${JSON.stringify(crit)}`);
    if (!isAlgorithm(alg)) return said('unsupported', `alg: expected an algorithm with a public key, got ${alg}`);
    try {
      const jwk = await keyFor(kid, alg, typeof jku === 'string' ? jku : undefined);
      if (!jwk) return said('unknown-key', `expected a key that is trusted, got ${kid}`);
      if (jwk.alg !== undefined && jwk.alg !== alg)
        return said('wrong', `alg: expected ${jwk.alg} of the key, got ${alg}`);
      const key = await importKey(jwk, alg);
      const bytes = fromBase64Url(signature);
      for (const payload of payloads) if (await verify(alg, key, bytes, head, payload)) return said('verified');
      return said('wrong', 'it is not the signature of this card by this key');
    } catch (error) {
      return said('malformed', error instanceof Error ? error.message : String(error));
    }
  }

  return async (card) => {
    if (mode === 'off') return { verified: false, signatures: [] };
    const given = Array.isArray(card.signatures) ? card.signatures : [];
    // What an agent of an earlier revision wrote is what it has signed.
    const payloads = given.length > 0 ? payloadsOf((rawOf(card) ?? card) as AgentCard) : [];
    const signatures: CheckedSignature[] = [];
    for (const each of given.slice(0, MOST_SIGNATURES)) signatures.push(await check(each, payloads));
    const result = { verified: signatures.some(({ state }) => state === 'verified'), signatures };
    onChecked?.(result, card);
    if (result.verified || mode === 'soft') return result;
    const got = signatures.map(({ kid, state, why }) => `${kid ?? 'one without a name'}: ${state}, ${why}`).join('; ');
    throw new DiscoveryError(`card: expected a signature that verifies (A2A §8.4.3), got ${got || 'none'}`);
  };
}

/** A card that has more is not checked to its end. */
const MOST_SIGNATURES = 16;

/**
 * What may have been signed: the card as §8.4.1 says, and as the A2A project's SDKs have it, which leave out every empty
 * text, list and object, REQUIRED ones too (§8.4.3 says both). A member that is empty means the same as one that is not there.
 */
function payloadsOf(card: AgentCard): string[] {
  try {
    const forms = [card, withoutEmpty(card), withoutEmpty(withoutDefaults({ ...card }))];
    return [...new Set(forms.filter((form) => form !== undefined).map((form) => cardPayload(form as AgentCard)))];
  } catch {
    // What is no I-JSON has no canonical form, and nobody can have signed it.
    return [];
  }
}

function withoutEmpty(value: unknown): unknown {
  if (value === '' || value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return value;
  const list = Array.isArray(value);
  const entries = Object.entries(value).flatMap(([name, member]) => {
    const left = withoutEmpty(member);
    return left === undefined ? [] : [[name, left] as const];
  });
  if (entries.length === 0) return undefined;
  return list ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}

function headerIn(text: string): { [member: string]: unknown } | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(text)));
    return isObject(header) ? header : undefined;
  } catch {
    return undefined;
  }
}
