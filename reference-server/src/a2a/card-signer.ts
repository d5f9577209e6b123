import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { AgentCardSignature } from '@agentproto/protocol/a2a/1.0';
import { ServerOptionsError } from '../options-error.ts';

/** A key that cards are signed with (§8.4). */
export interface CardKey {
  /** The private key. Without `kid` its thumbprint (RFC 7638) is the key's name, without `alg` the usual one of its kind. */
  jwk: JsonWebKey;
  /** Where verifiers find the public key; true: at this server's own key set. Default: nothing is said of it. */
  jku?: string | true;
  /** What the unprotected header has. */
  header?: Readonly<Record<string, unknown>>;
}

export interface CardSigner {
  /** One signature for each key. The same payload has the same signatures, so that a card keeps its tag. */
  sign(payload: string, keySetUrl: string): Promise<AgentCardSignature[]>;
  /** The same with other protected headers, made anew each time. */
  signWith(
    payload: string,
    keySetUrl: string,
    change: (header: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<AgentCardSignature[]>;
  /** The public keys, as a JWK Set (RFC 7517). */
  keySet(): Promise<{ keys: object[] }>;
}

/** Cards differ by where the server is asked; nobody asks at so many places. */
const KEPT_SIGNATURES = 64;

const ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/** Throws a ServerOptionsError for a key that cannot sign. */
export function cardSigner(keys: readonly CardKey[]): CardSigner {
  const loaded = keys.map((key, index) => ({ ...key, alg: algorithmOf(key, `a2a.signWith[${index}].jwk`) }));
  const known = new Map<string, Promise<AgentCardSignature[]>>();
  // Most servers sign nothing, and start without it.
  const jose = () => import('jose');

  const kidOf = async (jwk: JsonWebKey) =>
    (jwk['kid'] as string | undefined) ?? (await jose()).calculateJwkThumbprint(jwk);

  async function signed(
    payload: string,
    keySetUrl: string,
    change = (header: Record<string, unknown>) => header,
  ): Promise<AgentCardSignature[]> {
    const { FlattenedSign, importJWK } = await jose();
    return Promise.all(
      loaded.map(async ({ jwk, alg, jku, header }) => {
        const url = jku === true ? keySetUrl : jku;
        const own = { alg, typ: 'JOSE', kid: await kidOf(jwk), ...(url !== undefined && { jku: url }) };
        const jws = new FlattenedSign(new TextEncoder().encode(payload)).setProtectedHeader(change(own));
        if (header) jws.setUnprotectedHeader({ ...header });
        const { protected: head = '', signature } = await jws.sign(await importJWK(jwk, alg));
        return { protected: head, signature, ...(header && { header: { ...header } }) };
      }),
    );
  }

  return {
    signWith: signed,
    sign(payload, keySetUrl) {
      const key = JSON.stringify([keySetUrl, payload]);
      const found = known.get(key);
      if (found) return found;
      if (known.size >= KEPT_SIGNATURES) known.clear();
      const signatures = signed(payload, keySetUrl);
      known.set(key, signatures);
      return signatures;
    },
    async keySet() {
      const published = loaded.map(async ({ jwk, alg }) => ({
        ...createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }),
        kid: await kidOf(jwk),
        alg,
        use: 'sig',
      }));
      return { keys: await Promise.all(published) };
    },
  };
}

function algorithmOf({ jwk }: CardKey, at: string): string {
  try {
    createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (error) {
    throw new ServerOptionsError(`${at}: expected a private key as a JWK, got none: ${(error as Error).message}`);
  }
  const alg = (jwk['alg'] as string | undefined) ?? (jwk.kty === 'RSA' ? 'RS256' : ALGORITHMS[jwk.crv ?? '']);
  if (alg !== undefined) return alg;
  throw new ServerOptionsError(
    `${at}: expected a key of RSA, P-256, P-384, P-521 or Ed25519, got ${jwk.kty} ${jwk.crv}`,
  );
}
