import { Agent, type Dispatch } from '#undici';
import { type ClientResponse, type Platform, type Outgoing, viaFetch } from './raw.ts';
import { traced } from './tracing.ts';
import { Exchange } from './undici-exchange.ts';

/** What a body may be packed in, as `fetch` asks for it. */
const ENCODINGS = 'gzip, deflate, br';

/** Node looks at it when it starts. */
const USES_PROXY = process.env['NODE_USE_ENV_PROXY'] === '1';
/** Node's `fetch`, unless somebody has put another in its place before this module was loaded. */
const ownFetch = globalThis.fetch;
/** Where Node's `fetch` looks for its way out, and where undici from version 8 on keeps its own. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
const OWN_DISPATCHER = Symbol.for('undici.globalDispatcher.2');

/**
 * Node: undici itself, a pool of connections a client. `fetch` is the same undici behind streams, objects and checks of
 * the web platform, which cost more than all the rest of a call.
 */
export function createPlatform(fetch?: typeof globalThis.fetch): Platform {
  if (fetch) return { ...viaFetch(fetch), send: traced(viaFetch(fetch).send) };
  // The client's own time limits rule.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const fetching = viaFetch((...args) => globalThis.fetch(...args));
  return {
    send: traced((request) => (isPlain() ? dispatch(agent, request) : fetching.send(request))),
    close: () => void agent.destroy(),
  };
}

/** A program that has put something of its own in the way (a proxy, a mock) means every request to go that way. */
function isPlain(): boolean {
  const held = globalThis as { [DISPATCHER]?: object; [OWN_DISPATCHER]?: object };
  // Who merely imports undici 8 has it put its own there, wrapped for the `fetch` of older ones.
  const dispatcher =
    held[DISPATCHER]?.constructor.name === 'Dispatcher1Wrapper' ? held[OWN_DISPATCHER] : held[DISPATCHER];
  const isOwn = dispatcher === undefined || dispatcher.constructor.name === 'Agent';
  return isOwn && globalThis.fetch === ownFetch && !USES_PROXY;
}

/** Most requests of a program go where the one before went. */
let latest = { url: '', origin: '', path: '' };

function partsOf(url: string): typeof latest {
  if (url !== latest.url) {
    const { origin, pathname, search } = new URL(url);
    latest = { url, origin, path: pathname + search };
  }
  return latest;
}

function dispatch(agent: Agent, { method, url, headers, body, until }: Outgoing): Promise<ClientResponse> {
  const { origin, path } = partsOf(url);
  const sent: string[] = [];
  for (const name in headers) sent.push(name, headers[name]!);
  if (headers['accept-encoding'] === undefined) sent.push('accept-encoding', ENCODINGS);
  if (headers['user-agent'] === undefined) sent.push('user-agent', 'agentproto-client');
  const exchange = new Exchange(until);
  agent.dispatch({ origin, path, method: method as Dispatch['method'], headers: sent, body: body ?? null }, exchange);
  return exchange.head;
}
