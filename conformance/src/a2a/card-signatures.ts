import { canonicalJson, cardPayload, type AgentCard } from '@agentproto/protocol/a2a/1.0';
import type { JSONWebKeySet, JWK } from 'jose';
import { isRecord } from '../kit/json.ts';

/** Signatures of a card (8.4): JWS over the canonical JSON of the card without them. */

/** What a protected header decodes to; undefined where it is no base64url of a JSON object. */
export function protectedHeader({ protected: text }: Record<string, unknown>): Record<string, unknown> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const header: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isRecord(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

/** Base64url as JWS has it: without padding (RFC 7515, 2). */
export const isBase64Url = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value);

/**
 * The payload by every reading of the specification: 8.4.1 keeps REQUIRED members, and `optional` ones that were set; 8.4.2 and
 * 8.4.3 remove whatever is at its default; and what signers that canonicalise the card as it is sent have signed.
 */
export function payloadsOf(card: Record<string, unknown>): string[] {
  const { signatures: _left, ...signed } = card;
  return [
    ...new Set([
      cardPayload(card as never as AgentCard),
      canonicalJson(signed),
      canonicalJson(withoutDefaults(signed)),
    ]),
  ];
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).map(([name, member]) => [name, withoutDefaults(member)] as const);
  return Object.fromEntries(kept.filter(([, member]) => !isDefault(member)));
}

function isDefault(value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === '' || value === false || value === 0 || value === null || isEmpty;
}

/** Whether it verifies over any of the payloads; `no key` where none of the keys is the one that it names. */
export async function verify(
  { protected: head, signature, header }: Record<string, unknown>,
  payloads: readonly string[],
  keys: readonly JWK[],
): Promise<'verified' | 'refused' | 'no key'> {
  const { createLocalJWKSet, errors, flattenedVerify } = await import('jose');
  const set = createLocalJWKSet({ keys: [...keys] });
  for (const payload of payloads) {
    const jws = {
      ...{ protected: String(head), signature: String(signature), payload: Buffer.from(payload).toString('base64url') },
      ...(isRecord(header) && { header }),
    };
    try {
      await flattenedVerify(jws, set);
      return 'verified';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'no key';
      // A header without a `kid` leaves open which of several keys it is (see SIGN-001).
      if (error instanceof errors.JWKSMultipleMatchingKeys)
        for await (const key of error)
          if (await flattenedVerify(jws, key).then(Boolean, () => false)) return 'verified';
    }
  }
  return 'refused';
}

/** The keys of a JWK Set, or of a single JWK; none where it is neither. */
export function keysIn(json: unknown): JWK[] {
  if (!isRecord(json)) return [];
  if (Array.isArray((json as Partial<JSONWebKeySet>).keys)) return (json.keys as unknown[]).filter(isRecord) as JWK[];
  return typeof json.kty === 'string' ? [json as JWK] : [];
}
