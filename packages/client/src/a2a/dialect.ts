import {
  A2A_MEDIA_TYPE,
  type AgentCard,
  type AgentInterface,
  EXTENSIONS_HEADER,
  JSON_MEDIA_TYPE,
  type Task,
  VERSION,
  VERSION_HEADER,
} from '@agentproto/protocol/a2a/1.0';
import { late } from '../late.ts';
import type { Binding, BindingName } from './binding.ts';
import type { Received } from './received.ts';
import { latestRows, type RowOf } from './deviation.ts';
import { jsonRpc } from './json-rpc.ts';

/** The revisions of A2A that the client speaks. */
export type A2AVersion = '1.0' | '0.3' | '0.2' | '0.1';

/** An interface of a card that the client speaks. */
export type SpokenInterface = AgentInterface & { protocolBinding: BindingName };

/**
 * How one revision is spoken over one binding. Requests go in and answers come out as those of 1.0, whatever is on the wire: all
 * that knows of an earlier revision is behind this.
 */
export interface Dialect {
  readonly binding: Binding;
  /** What an answer that is no stream may be, best first. */
  readonly mediaTypes: readonly string[];
  /** What goes with every request. */
  headers(extensions: readonly string[]): { [name: string]: string };
  readonly rowOf: RowOf;
  /** A send comes back when the task has come to rest, unless it shall not (§3.2.2). */
  readonly waits: boolean;
  /** Makes a subscription begin with the task as it is (§3.1.6), where agents need not; `get` reads the task. */
  readonly withSnapshot?: (subscription: AsyncIterable<Received>, get: () => Promise<Task>) => AsyncIterable<Received>;
}

export async function dialectOf(spoken: SpokenInterface, card: AgentCard): Promise<Dialect> {
  const version = versionOf(spoken.protocolVersion);
  return !version || version === '1.0' ? latest(spoken) : (await earlier()).EARLIER[version](spoken, card);
}

/** Who meets no agent of an earlier revision carries none of its code. */
export const earlier = late(() => import('./eras/index.ts'));
/** Nor of the binding that comes second on most cards. */
const overHttp = late(() => import('./http-json.ts'));

async function latest({ url, protocolBinding }: SpokenInterface): Promise<Dialect> {
  const overRpc = protocolBinding === 'JSONRPC';
  return {
    binding: overRpc ? jsonRpc(url) : (await overHttp()).httpJson(url),
    mediaTypes: overRpc ? [JSON_MEDIA_TYPE] : [A2A_MEDIA_TYPE, JSON_MEDIA_TYPE],
    headers: (extensions) => ({
      [VERSION_HEADER]: VERSION,
      ...(extensions.length > 0 && { [EXTENSIONS_HEADER]: extensions.join(', ') }),
    }),
    rowOf: latestRows(overRpc ? 0 : 1),
    waits: true,
  };
}

/** Which of the bindings are spoken in which revision. */
export const SPOKEN: { readonly [Version in A2AVersion]: readonly BindingName[] } = {
  '1.0': ['JSONRPC', 'HTTP+JSON'],
  '0.3': ['JSONRPC', 'HTTP+JSON'],
  '0.2': ['JSONRPC'],
  '0.1': ['JSONRPC'],
};

/** The patch number of a version does not count (§3.6). Undefined: none that is spoken. */
export function versionOf(protocolVersion: unknown): A2AVersion | undefined {
  const [, version] = /^(\d+\.\d+)(\.\d+)*$/.exec(String(protocolVersion)) ?? [];
  return version !== undefined && Object.hasOwn(SPOKEN, version) ? (version as A2AVersion) : undefined;
}
