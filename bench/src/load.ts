import { Pool } from 'undici';
import type { Child, Usage } from './child.ts';
import type { Figures, Mode } from './row.ts';

const CONNECTIONS = 64;
/** How many calls come before those that are measured warm: a number and not a time, in which a slower server would do less. */
const WARM_CALLS = 16_000;

/** A body for every call: a server may take the same message id for the same message (A2A 1.0 section 3.1.1). */
export type Body = () => string;

export function rpc(method: string, message: (id: string) => object, configuration?: object): Body {
  let sent = 0;
  return () =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { message: message(`message-${(sent += 1)}`), ...(configuration && { configuration }) },
    });
}

export const HEADERS = { 'content-type': 'application/json', 'a2a-version': '1.0' };

/** Sends bodies over kept-alive connections, and looks at every answer: a wrong one ends the run. */
export class Load implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #body: Body;
  readonly #expected: RegExp;

  constructor(url: string, body: Body, expected: RegExp, connections = CONNECTIONS) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections, pipelining: 1 });
    this.#path = pathname;
    this.#body = body;
    this.#expected = expected;
  }

  async one(): Promise<string> {
    const { body } = await this.#pool.request({
      path: this.#path,
      method: 'POST',
      headers: HEADERS,
      body: this.#body(),
    });
    const text = await body.text();
    if (!this.#expected.test(text)) throw new Error(`unexpected answer: ${text.slice(0, 300)}`);
    return text;
  }

  /** Until `calls` answers have come. */
  async times(calls: number, connections = CONNECTIONS): Promise<void> {
    let left = calls;
    const connection = async () => {
      while (left-- > 0) await this.one();
    };
    await Promise.all(Array.from({ length: connections }, connection));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

/** What `calls` answers cost the server, in µs each: right after its start, and once it is warm. */
export async function coldAndWarm(server: Child, load: Load, calls: number, mode: Mode): Promise<Figures> {
  const some = mode === 'brief' ? 20 : calls;
  const cold = await cost(server, load, Math.min(some, 500));
  await load.times(mode === 'brief' ? some : WARM_CALLS);
  const warm = await cost(server, load, some);
  return { 'cold CPU': cold.cpu, 'cold wall': cold.wall, 'warm CPU': warm.cpu, 'warm wall': warm.wall };
}

async function cost(server: Child, load: Load, calls: number): Promise<{ cpu: number; wall: number }> {
  const before = await server.call<Usage>('usage');
  const started = performance.now();
  await load.times(calls);
  const wall = performance.now() - started;
  const after = await server.call<Usage>('usage');
  return { cpu: ((after.cpuMs - before.cpuMs) * 1_000) / calls, wall: (wall * 1_000) / calls };
}
