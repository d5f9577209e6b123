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
  life.signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      life.throwIfEnded();
      life.wait();
      const { done, value } = await reader.read().catch((error: unknown) => {
        life.throwIfEnded();
        throw new ConnectionError(`${where}: the connection broke in the middle of the answer`, { cause: error });
      });
      life.rest();
      life.throwIfEnded();
      if (done) return;
      yield value!;
    }
  } finally {
    life.signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Reads a whole body. */
export async function readText(
  response: ClientResponse,
  life: Lifetime,
  idleMs: number,
  limitBytes: number,
  where: string,
): Promise<string> {
  life.idle(idleMs, where);
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of chunks(response, life, where)) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) {
      throw new MalformedResponseError(`a body of at most ${limitBytes} bytes`, where, pieces[0] ?? '');
    }
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  pieces.push(decoder.decode());
  return pieces.join('');
}
