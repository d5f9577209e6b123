import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';

/** The JSON object that went out as the body of a request; undefined where it was none. */
export function sent({ request: { body } }: Exchange): Record<string, unknown> | undefined {
  if (!body || !('text' in body)) return undefined;
  try {
    const message: unknown = JSON.parse(body.text);
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** It was asked for as 1.0: what another version, or none, is answered with is not for the rules of this one (3.6.2). */
export function isOfThisVersion({ binding, request }: Exchange): boolean {
  if (binding !== 'JSONRPC' && binding !== 'HTTP+JSON') return true;
  const asked = request.headers.find(([name]) => name.toLowerCase() === 'a2a-version')?.[1];
  return asked !== undefined && /^1\.0(\.|$)/.test(asked);
}
