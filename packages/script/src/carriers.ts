import { parseScript, parseScriptText } from './parse.ts';
import { textScript } from './presets.ts';
import { isObject } from './reader.ts';
import type { Script } from './script.ts';
import { tckScript } from './tck.ts';

/** The media type of a data part that is a script. */
export const SCRIPT_MEDIA_TYPE = 'application/vnd.agentproto.script+json';
/** The key of a script in a metadata object. */
export const SCRIPT_METADATA_KEY = 'agentproto/script';

/** The places of a message in which a script may come, as a server finds them in its protocol. */
export interface Carrier {
  texts: string[];
  data: { mediaType?: string; data: unknown }[];
  /** Objects that may have the key `agentproto/script`; nearest to the message first. */
  metadata: unknown[];
  messageId?: string;
  /** Read like a text. */
  model?: string;
}

export interface FoundScript {
  script: Script;
  /** Which carrier it was, for logs: `data`, `metadata`, `@name`, `model @name` or `messageId`. */
  via: string;
}

/**
 * The script that a message brings, or undefined. The order: data part, metadata, text, model, message id.
 * Throws a ScriptError when the first carrier that is there cannot be read.
 */
export function findScript(carrier: Carrier): FoundScript | undefined {
  const part = carrier.data.find(({ mediaType }) => isScriptType(mediaType));
  if (part) return { script: parseScript(part.data), via: 'data' };

  const metadata = carrier.metadata.find((one) => isObject(one) && Object.hasOwn(one, SCRIPT_METADATA_KEY));
  if (isObject(metadata)) return { script: metadataScript(metadata[SCRIPT_METADATA_KEY]), via: 'metadata' };

  for (const text of carrier.texts) {
    const found = textScript(text);
    if (found) return { script: found.script, via: `@${found.word}` };
  }
  const byModel = carrier.model === undefined ? undefined : textScript(carrier.model);
  if (byModel) return { script: byModel.script, via: `model @${byModel.word}` };

  const script = carrier.messageId === undefined ? undefined : tckScript(carrier.messageId);
  return script && { script, via: 'messageId' };
}

/** Metadata values are strings in some protocols (Responses), so JSON text will do. */
function metadataScript(value: unknown): Script {
  return typeof value === 'string' ? parseScriptText(value) : parseScript(value);
}

/** Media types are case-insensitive and may have parameters (RFC 9110, 8.3.1). */
function isScriptType(mediaType: string | undefined): boolean {
  return mediaType?.split(';', 1)[0]?.trim().toLowerCase() === SCRIPT_MEDIA_TYPE;
}
