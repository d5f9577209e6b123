import type { Bytes } from '../../bytes.ts';

/** A public key as JSON (RFC 7517). */
export interface PublicKey {
  kty: string;
  kid?: string;
  alg?: string;
  [member: string]: unknown;
}

interface Algorithm {
  /** For importing the key. */
  key: { name: string; namedCurve?: string; hash?: string };
  /** For verifying. */
  use: { name: string; hash?: string; saltLength?: number };
}

const ecdsa = (namedCurve: string, hash: string): Algorithm => ({
  key: { name: 'ECDSA', namedCurve },
  use: { name: 'ECDSA', hash },
});
const rsa = (name: string, bits: number): Algorithm => ({
  key: { name, hash: `SHA-${bits}` },
  use: { name, ...(name === 'RSA-PSS' && { saltLength: bits / 8 }) },
});
const ED25519: Algorithm = { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } };

/** RFC 7518, 3.1, RFC 8037. Those with a shared secret are left out: who can verify could sign. */
const ALGORITHMS = {
  ES256: ecdsa('P-256', 'SHA-256'),
  ES384: ecdsa('P-384', 'SHA-384'),
  ES512: ecdsa('P-521', 'SHA-512'),
  RS256: rsa('RSASSA-PKCS1-v1_5', 256),
  RS384: rsa('RSASSA-PKCS1-v1_5', 384),
  RS512: rsa('RSASSA-PKCS1-v1_5', 512),
  PS256: rsa('RSA-PSS', 256),
  PS384: rsa('RSA-PSS', 384),
  PS512: rsa('RSA-PSS', 512),
  EdDSA: ED25519,
  Ed25519: ED25519,
};

export type AlgorithmName = keyof typeof ALGORITHMS;

export function isAlgorithm(name: string): name is AlgorithmName {
  return Object.hasOwn(ALGORITHMS, name);
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Throws for a key that is of another kind than the algorithm. */
export function importKey({ ext: _, key_ops: _ops, use: _use, ...jwk }: PublicKey, alg: AlgorithmName): Promise<Key> {
  // Some platforms look at `alg`, and know `EdDSA` or `Ed25519`, not both.
  const { alg: _alg, ...plain } = jwk;
  return crypto.subtle.importKey('jwk', plain, ALGORITHMS[alg].key, false, ['verify']);
}

/** RFC 7515, 5.2: over the encoded header and payload, with a point between them. */
export function verify(
  alg: AlgorithmName,
  key: Key,
  signature: Bytes,
  head: string,
  payload: string,
): Promise<boolean> {
  const signed = new TextEncoder().encode(`${head}.${toBase64Url(payload)}`);
  return crypto.subtle.verify(ALGORITHMS[alg].use, key, signature, signed);
}

/** Throws for what is no base64url (RFC 7515, 2: without padding). */
export function fromBase64Url(text: string): Bytes {
  if (typeof text !== 'string' || /[^\w-]/.test(text)) throw new Error('expected base64url without padding');
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
