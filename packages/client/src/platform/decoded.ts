import { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { ByteStream } from './raw.ts';

// What has come is given out at once: an event must not wait for the next one. A stream that is cut ends without an
// error here, and is found out by whoever reads the protocol.
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const DECODERS: { readonly [encoding: string]: () => NodeJS.ReadWriteStream } = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () => createBrotliDecompress(BROTLI),
};

/** A body without its `Content-Encoding` (RFC 9110, 8.4); as it is where there is none, or one that is not known. */
export function decoded(body: ByteStream, encoding: string | null): ByteStream {
  if (!encoding) return body;
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const decoders = names.reverse().map((name) => DECODERS[name]);
  if (decoders.length === 0 || decoders.includes(undefined)) return body;
  const source = Readable.from(chunksOf(body), { objectMode: false });
  const last = decoders.reduce<NodeJS.ReadableStream>((from, make) => {
    const to = make!();
    from.on('error', (error) => (to as unknown as Readable).destroy(error as Error));
    return from.pipe(to);
  }, source) as Readable;
  const iterator = last[Symbol.asyncIterator]();
  const cancel = async (reason?: unknown) => {
    source.destroy();
    last.destroy();
    await body.cancel(reason);
  };
  const reader = { read: async () => (await iterator.next()) as { done: boolean; value?: Uint8Array }, cancel };
  return { getReader: () => reader, cancel };
}

async function* chunksOf(body: ByteStream): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value!;
}
