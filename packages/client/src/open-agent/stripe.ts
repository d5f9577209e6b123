import { AgentProtoError, InvalidInputError } from '../failure.ts';

/** A body as it came over the wire: parsed and written again, its bytes may be others. */
export type RawBody = string | Uint8Array;

export interface SignOptions {
  /** Seconds since the epoch. Default: now. */
  timestamp?: number;
}

export interface VerifyOptions {
  /** How old a signature may be, in seconds. Default 300, as Stripe's own libraries have it; `Infinity`: time is not looked at. */
  toleranceSeconds?: number;
  /** How far its time may lie ahead, in seconds. Default: however far, as Stripe's own libraries have it. */
  futureSeconds?: number;
  /** Seconds since the epoch. Default: the platform's clock. */
  now?: () => number;
}

/** Why a signature was refused. */
export type SignatureFault =
  /** There is no header, or no `t` or no `v1` in it. */
  | 'malformed-header'
  /** No `v1` is that of the body, the time and a secret. */
  | 'no-match'
  | 'too-old'
  | 'in-the-future'
  /** It is signed, and is no JSON object. */
  | 'not-an-event';

/** A webhook that Stripe did not sign, or too long ago. A server answers it with 400. */
export class StripeSignatureError extends AgentProtoError {
  readonly code = 'STRIPE_SIGNATURE';
  override readonly name = 'StripeSignatureError';
  readonly fault: SignatureFault;

  constructor(fault: SignatureFault, message: string) {
    super(`Stripe-Signature: ${message}`);
    this.fault = fault;
  }
}

/** What all of Stripe's events have; `data.object` is what the event is about. */
export interface StripeEvent {
  id: string;
  object: 'event';
  type: string;
  data: { object: Record<string, unknown> };
  [member: string]: unknown;
}

const TEXT = new TextEncoder();
/** Lowercase only, as Stripe writes it. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/**
 * The `Stripe-Signature` of a body: `t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>` with the endpoint's secret as it
 * is written (`whsec_…`). Several secrets give several `v1`, as while a secret is changed.
 */
export async function signStripe(
  body: RawBody,
  secret: string | readonly string[],
  { timestamp = Math.floor(Date.now() / 1000) }: SignOptions = {},
): Promise<string> {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw new InvalidInputError(`timestamp: expected whole seconds since the epoch, got ${timestamp}`);
  }
  const signed = signedBytes(timestamp.toString(), body);
  const signatures = secretsOf(secret).map(async (one) => {
    const bytes = await crypto.subtle.sign('HMAC', await keyOf(one), signed);
    return `v1=${[...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  });
  return [`t=${timestamp}`, ...(await Promise.all(signatures))].join(',');
}

/**
 * Checks the `Stripe-Signature` of a webhook, in constant time (WebCrypto), and gives the event. Any `v1` of any secret will do.
 * Throws `StripeSignatureError`; the signature is looked at before the time. Whether an event came before is for the
 * caller to know, by its `id`: Stripe delivers again.
 */
export async function verifyStripe(
  body: RawBody,
  header: string | null | undefined,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<StripeEvent> {
  const { toleranceSeconds = 300, futureSeconds = Infinity, now = () => Date.now() / 1000 } = options;
  if (!(toleranceSeconds > 0)) {
    throw new InvalidInputError(`toleranceSeconds: expected a number above 0, or Infinity, got ${toleranceSeconds}`);
  }
  const secrets = secretsOf(secret);
  const { t, v1 } = parsed(header ?? '');
  const signed = signedBytes(t, body);
  let matches = false;
  for (const key of await Promise.all(secrets.map(keyOf))) {
    // All of them, so that the time taken does not say which was right.
    for (const signature of v1) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) matches = true;
    }
  }
  if (!matches) throw new StripeSignatureError('no-match', 'no v1 in it is that of this body and a secret given');
  const age = Math.floor(now()) - Number(t);
  if (age > toleranceSeconds) {
    throw new StripeSignatureError('too-old', `expected an age of at most ${toleranceSeconds} s, got ${age}`);
  }
  if (-age > futureSeconds) {
    throw new StripeSignatureError('in-the-future', `expected at most ${futureSeconds} s ahead, got ${-age}`);
  }
  return eventOf(body);
}

/** As Stripe's libraries read it: no spaces, the last `t`, every `v1`. */
function parsed(header: string): { t: string; v1: Uint8Array<ArrayBuffer>[] } {
  const items = header.split(',').map((item) => item.split('=', 2) as [string, string?]);
  const t = items.findLast(([name]) => name === 't')?.[1];
  const v1 = items.flatMap(([name, value = '']) => (name === 'v1' && HEX_SHA256.test(value) ? [bytesOf(value)] : []));
  if (t === undefined || !/^\d{1,15}$/.test(t)) {
    throw new StripeSignatureError('malformed-header', 'expected t=<seconds>,v1=<hex>, got no time');
  }
  if (v1.length === 0) {
    throw new StripeSignatureError('malformed-header', 'expected a v1 of 64 lowercase hexadecimal digits, got none');
  }
  return { t, v1 };
}

function eventOf(body: RawBody): StripeEvent {
  let event: unknown;
  try {
    event = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch {
    event = undefined;
  }
  const { id, type } = (event ?? {}) as Partial<StripeEvent>;
  if (typeof id !== 'string' || typeof type !== 'string') {
    throw new StripeSignatureError('not-an-event', 'the signed body is no JSON object with an id and a type');
  }
  return event as StripeEvent;
}

function secretsOf(secret: string | readonly string[]): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0 || secrets.some((one) => typeof one !== 'string' || one.trim() === '')) {
    throw new InvalidInputError("secret: expected the endpoint's secret, whsec_…");
  }
  return secrets;
}

function keyOf(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', TEXT.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}

function signedBytes(t: string, body: RawBody): Uint8Array<ArrayBuffer> {
  const head = TEXT.encode(`${t}.`);
  const bytes = typeof body === 'string' ? TEXT.encode(body) : body;
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
