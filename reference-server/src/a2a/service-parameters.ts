import type { IncomingHttpHeaders } from 'node:http';
import { EXTENSIONS_HEADER, VERSION, VERSION_HEADER } from '@agentproto/protocol/a2a/1.0';
import { HttpError } from '../http-error.ts';
import type { A2AContext } from './context.ts';
import { A2AError } from './a2a-error.ts';

/** Names of headers, as Node has them. */
const VERSION_KEY = VERSION_HEADER.toLowerCase();
const EXTENSIONS_KEY = EXTENSIONS_HEADER.toLowerCase();

/** Who calls. Throws an HttpError (401) with the challenge (§7.4). */
export function authenticate({ identify }: A2AContext, headers: IncomingHttpHeaders): string {
  const owner = identify(headers);
  if (owner === undefined) {
    throw new HttpError('UNAUTHENTICATED', 'Show the API key as: Authorization: Bearer KEY', {
      'www-authenticate': 'Bearer realm="agentproto"',
    });
  }
  return owner;
}

/** The version that the caller asks for, a header or a parameter of the query; empty when it says none (§3.6.1). */
export function readVersion(_ctx: A2AContext, headers: IncomingHttpHeaders, query: URLSearchParams): string {
  return headerText(headers, VERSION_KEY) || (query.get(VERSION_HEADER)?.trim() ?? '');
}

/** Throws when the version is not spoken here. Patch numbers do not count (§3.6); none at all means 0.3 (§3.6.2). */
export function checkVersion(_ctx: A2AContext, asked: string): void {
  if (asked === VERSION) return;
  const [, version] = /^(\d{1,9}\.\d{1,9})(?:\.\d{1,9})?$/.exec(asked || '0.3') ?? [];
  if (version === VERSION) return;
  const got = asked === '' ? 'none, which means 0.3' : JSON.stringify(asked.slice(0, 100));
  throw new A2AError('VersionNotSupportedError', `${VERSION_HEADER}: expected ${VERSION}, got ${got}`, {
    metadata: { supportedVersions: VERSION },
  });
}

/** The extensions that the caller asks for: comma-separated, in one header or several (§9.2). */
export function readExtensions(_ctx: A2AContext, headers: IncomingHttpHeaders): string[] {
  const text = headerText(headers, EXTENSIONS_KEY);
  if (text === '') return [];
  return text
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => uri !== '');
}

/** Those of them that are declared; others are ignored (§4.6.3). Throws when a required one is missing (§3.3.4). */
export function activateExtensions({ settings }: A2AContext, asked: readonly string[]): string[] {
  const declared = settings.capabilities.extensions ?? [];
  const missing = declared.find(({ uri, required }) => required && uri !== undefined && !asked.includes(uri));
  if (missing?.uri !== undefined) {
    throw new A2AError(
      'ExtensionSupportRequiredError',
      `${EXTENSIONS_HEADER}: expected the required extension ${missing.uri}`,
      {
        metadata: { extension: missing.uri },
      },
    );
  }
  return declared.flatMap(({ uri }) => (uri !== undefined && asked.includes(uri) ? [uri] : []));
}

/** What the answer says of them (docs/topics/extensions). */
export function extensionHeaders(_ctx: A2AContext, activated: readonly string[]): Record<string, string> {
  return activated.length > 0 ? { [EXTENSIONS_HEADER]: activated.join(', ') } : {};
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim();
}
