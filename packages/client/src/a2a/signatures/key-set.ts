import { isObject } from '../../json.ts';
import type { PublicKey } from './jws.ts';

export interface KeySetOptions {
  /**
   * Origins, such as `https://keys.example.com`, whose key sets are believed where a signature names them by `jku`. Nothing else is fetched: whoever
   * writes a card also writes its `jku`. Default: none.
   */
  keySetOrigins?: readonly string[];
  /** What key sets are fetched with. Default: the platform's. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds for a key set to come. Default 10,000. */
  keySetMs?: number;
  /** Milliseconds for which a key set is believed. Default 600,000. */
  keySetMaxAgeMs?: number;
}

const MOST_BYTES = 1024 * 1024;

/** Gives the keys at a url; none where its origin is not believed. Throws where they cannot be had. */
export function keySets(options: KeySetOptions): (url: string) => Promise<readonly PublicKey[]> {
  const { keySetOrigins = [], fetch = globalThis.fetch, keySetMs = 10_000, keySetMaxAgeMs = 600_000 } = options;
  const origins = new Set(keySetOrigins.map((origin) => new URL(origin).origin));
  const kept = new Map<string, { keys: Promise<readonly PublicKey[]>; until: number }>();

  async function read(url: URL): Promise<readonly PublicKey[]> {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.timeout(keySetMs),
    });
    if (!response.ok) throw new Error(`the key set at ${url.origin}${url.pathname} answered HTTP ${response.status}`);
    const set: unknown = JSON.parse(await limited(response));
    const keys: unknown = isObject(set) ? set['keys'] : undefined;
    if (!Array.isArray(keys)) throw new Error(`expected a key set at ${url.origin}${url.pathname} (RFC 7517)`);
    return keys.filter(isObject) as PublicKey[];
  }

  return async (given) => {
    const url = URL.parse(given);
    if (!url || !origins.has(url.origin)) return [];
    const known = kept.get(url.href);
    if (known && known.until > Date.now()) return known.keys;
    const keys = read(url);
    kept.set(url.href, { keys, until: Date.now() + keySetMaxAgeMs });
    // A failure is not kept.
    keys.catch(() => kept.delete(url.href));
    return keys;
  };
}

async function limited(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    bytes += read.value.byteLength;
    if (bytes > MOST_BYTES) {
      await reader?.cancel();
      throw new Error(`expected a key set of at most ${MOST_BYTES} bytes`);
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}
