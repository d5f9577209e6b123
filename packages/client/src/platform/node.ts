import { Agent, type Dispatch } from '#undici';
import { decoded } from './decoded.ts';
import { type ClientResponse, type Platform, type RawRequest, viaFetch } from './raw.ts';
import { traced } from './tracing.ts';
import { UndiciBody } from './undici-body.ts';

/** What a body may be packed in, as `fetch` asks for it. */
const ENCODINGS = 'gzip, deflate, br';

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
    send: traced((url, request) => (isPlain() ? dispatch(agent, url, request) : fetching.send(url, request))),
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
  return isOwn && globalThis.fetch === ownFetch && process.env['NODE_USE_ENV_PROXY'] !== '1';
}

function dispatch(agent: Agent, url: string, request: RawRequest): Promise<ClientResponse> {
  const { origin, pathname, search } = new URL(url);
  const { method, body, signal } = request;
  const headers: string[] = [];
  for (const [name, value] of request.headers) headers.push(name, value);
  if (!request.headers.has('accept-encoding')) headers.push('accept-encoding', ENCODINGS);
  if (!request.headers.has('user-agent')) headers.push('user-agent', 'agentproto-client');
  return new Promise((resolve, reject) => {
    let stream: UndiciBody | undefined;
    const leave = () => stream?.cancel(signal.reason);
    agent.dispatch(
      { origin, path: pathname + search, method: method as Dispatch['method'], headers, body: body ?? null },
      {
        onRequestStart(controller) {
          stream = new UndiciBody(controller);
          if (signal.aborted) leave();
          else signal.addEventListener('abort', leave, { once: true });
        },
        onResponseStart(_controller, status, received) {
          // 100 and 103 come before the answer itself.
          if (status < 200) return;
          const get = (name: string) => headerText(received[name.toLowerCase()]);
          resolve({ status, headers: { get }, body: decoded(stream!, get('content-encoding')) });
        },
        onResponseData(_controller, chunk) {
          stream!.push(chunk);
        },
        onResponseEnd() {
          signal.removeEventListener('abort', leave);
          stream!.end();
        },
        onResponseError(_controller, error) {
          signal.removeEventListener('abort', leave);
          stream?.fail(error);
          // In the shape of what `fetch` throws.
          reject(new TypeError('the request failed', { cause: error }));
        },
      },
    );
  });
}

function headerText(value: string | string[] | undefined): string | null {
  return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
}
