import type { Bytes } from '../bytes.ts';
import type { Part } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../errors.ts';
import { partsOf, type Said } from './text.ts';

/** What a part that is a file says of it (§4.1.6). */
export interface FileOptions {
  /** Default: a `File`'s own. */
  filename?: string;
  /** Default: a `Blob`'s own. */
  mediaType?: string;
  /** A larger file is refused: a part holds it whole, and a third longer than it is. Default 16 MiB. */
  maxBytes?: number;
}

/** A file in an answer: at a url, which nothing is fetched from, or here. */
export type ReceivedFile = { filename?: string; mediaType?: string } & (
  | { url: string; bytes?: never }
  | { bytes: Bytes; url?: never }
);

const MIB = 1024 * 1024;

/**
 * A part that is a file, for a message. Node opens one by its path: `filePart(await openAsBlob('plan.pdf'), { filename: 'plan.pdf' })`, or
 * `filePartAt('plan.pdf')` of `@agentproto/client/a2a/node`. Throws `InvalidInputError` for one that is too large.
 */
export async function filePart(source: Blob | ArrayBuffer | Uint8Array, options: FileOptions = {}): Promise<Part> {
  const { maxBytes = 16 * MIB } = options;
  const { name, type } = source as Partial<File>;
  const size = source instanceof Blob ? source.size : source.byteLength;
  if (size > maxBytes) throw new InvalidInputError(`file: expected at most ${maxBytes} bytes, got ${size}`);
  const filename = options.filename ?? name;
  const mediaType = options.mediaType || type;
  const bytes = source instanceof Blob ? await source.arrayBuffer() : source;
  return { raw: base64(new Uint8Array(bytes)), ...(filename && { filename }), ...(mediaType && { mediaType }) };
}

/** The files in what an agent says, taken from where `textOf` takes texts. Throws a `DOMException` for what is no base64. */
export function filesOf(said: Said): ReceivedFile[] {
  return partsOf(said).flatMap(({ raw, url, filename, mediaType }) => {
    if (raw === undefined && url === undefined) return [];
    const about = { ...(filename && { filename }), ...(mediaType && { mediaType }) };
    return [raw === undefined ? { ...about, url: url! } : { ...about, bytes: fromBase64(raw) }];
  });
}

/** So many arguments a function takes everywhere. */
const AT_ONCE = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += AT_ONCE) binary += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(binary);
}

/** ProtoJSON: readers take both alphabets, with padding and without. */
function fromBase64(text: string): Bytes {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
