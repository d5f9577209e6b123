import { isUtf8 } from 'node:buffer';
import type { Body } from '@agentproto/recording';

/** Text where the bytes are UTF-8 (a byte order mark stays), else base64; nothing where no byte came. */
export function bodyOf(bytes: Uint8Array): Body | undefined {
  if (bytes.length === 0) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? { text: buffer.toString() } : { base64: buffer.toString('base64') };
}

/** Deeper values can be parsed but overflow the stack of whoever walks or writes them. */
const DEEPEST_JSON = 512;

export type JsonReading = { json: unknown } | { jsonError: string };

export function readJson(text: string): JsonReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { jsonError: String(error instanceof Error ? error.message : error) };
  }
  if (isDeeper(json, DEEPEST_JSON)) return { jsonError: `nested deeper than ${DEEPEST_JSON} levels` };
  return { json };
}

/** As `readJson`, where the media type or the first character says JSON. */
export function readJsonBody(body: Body | undefined, mediaType: string): JsonReading | undefined {
  const saysJson = /^application\/(?:[\w.+-]+\+)?json$/.test(mediaType);
  if (!body) return undefined;
  if ('base64' in body) return saysJson ? { jsonError: 'not UTF-8' } : undefined;
  return saysJson || /^\s*[[{]/.test(body.text) ? readJson(body.text) : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    const below: unknown[] = [];
    for (const parent of level) {
      if (typeof parent !== 'object' || parent === null) continue;
      for (const child of Object.values(parent)) if (typeof child === 'object' && child !== null) below.push(child);
    }
    level = below;
  }
  return false;
}
