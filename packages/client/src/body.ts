import type { Bytes } from './bytes.ts';
import { ConnectionError, MalformedResponseError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import type { ClientResponse } from './platform/raw.ts';

/** The chunks of a response's body for as long as `life` lasts. Leaving the loop closes the connection. */
export async function* chunks(
  response: ClientResponse,
  life: Lifetime,
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const cancel = () => void reader.cancel().catch(() => {});
  // A pending read then settles, even over a fetch that does not look at its signal.
  life.addEventListener('abort', cancel);
  try {
    for (;;) {
      life.throwIfAborted();
      life.wait();
      const { done, value } = await reader.read().catch((error: unknown) => {
        life.throwIfAborted();
        throw new ConnectionError(`${where}: the connection broke in the middle of the answer`, { cause: error });
      });
      life.rest();
      life.throwIfAborted();
      if (done) return;
      yield value!;
    }
  } finally {
    life.removeEventListener('abort', cancel);
    cancel();
  }
}

const UTF8 = new TextDecoder();

/** Reads a whole body. */
export async function readText(
  response: ClientResponse,
  life: Lifetime,
  idleMs: number,
  limitBytes: number,
  where: string,
): Promise<string> {
  life.throwIfAborted();
  const read: Uint8Array[] = [];
  let bytes = 0;
  const add = (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) {
      throw new MalformedResponseError(`a body of at most ${limitBytes} bytes`, where, UTF8.decode(read[0]));
    }
    read.push(chunk);
  };
  const whole = response.body?.whole?.();
  if (whole) for (const chunk of whole) add(chunk);
  else {
    life.idle(idleMs, where);
    for await (const chunk of chunks(response, life, where)) add(chunk);
  }
  return read.length === 1 ? UTF8.decode(read[0]) : new Blob(read as Bytes[]).text();
}
