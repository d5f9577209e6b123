import type { FixtureExchange } from '@agentproto/recording/fixture';
import { textOf } from '@agentproto/recording/fixture';

/** What a client asks. */
export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  body: string;
}

/**
 * Which recorded exchange answers a request: of those with the same method, path and JSON-RPC method, the one whose body is most
 * alike; of several the next that was not played yet, and when all were, the last again.
 */
export class FixtureBook {
  readonly #exchanges: readonly FixtureExchange[];
  readonly #played = new Set<FixtureExchange>();

  constructor(exchanges: readonly FixtureExchange[]) {
    this.#exchanges = exchanges;
  }

  /** Undefined where nothing was recorded for it. */
  take(asked: Asked): FixtureExchange | undefined {
    const likeness = likenessTo(asked);
    const exact = this.#exchanges.filter(({ request }) => request.path === asked.path);
    const near = exact.length > 0 ? exact : this.#exchanges.filter(({ request }) => pathOf(request) === pathOf(asked));
    const fit = near
      .map((exchange) => ({ exchange, like: likeness(exchange) }))
      .filter(({ like }) => like !== undefined);
    const fresh = fit.filter(({ exchange }) => !this.#played.has(exchange));
    const best = fresh.length > 0 ? most(fresh) : most(fit.toReversed());
    if (best) this.#played.add(best.exchange);
    return best?.exchange;
  }

  /** What there is, for whoever asked for something else. */
  get known(): string[] {
    return [...new Set(this.#exchanges.map(({ request }) => `${request.method} ${pathOf(request)}`))];
  }

  /** Recorded, and asked for by nobody so far. */
  get unplayed(): FixtureExchange[] {
    return this.#exchanges.filter((exchange) => !this.#played.has(exchange));
  }

  reset(): void {
    this.#played.clear();
  }
}

const pathOf = ({ path }: { path: string }): string => path.split('?', 1)[0]!;

/** The first of those that are most alike. */
function most<Like extends { like: number | undefined }>(all: readonly Like[]): Like | undefined {
  return all.reduce<Like | undefined>((best, one) => (best && best.like! >= one.like! ? best : one), undefined);
}

/** 3: the same bytes; 2: the same but for ids; 1: another body; undefined: another call. */
function likenessTo(asked: Asked): (exchange: FixtureExchange) => number | undefined {
  const json = parsed(asked.body);
  const plain = withoutIds(json);
  return ({ request }) => {
    if (request.method !== asked.method) return undefined;
    const body = request.body ? textOf(request.body) : '';
    const recorded = parsed(body);
    if (rpcMethod(recorded) !== rpcMethod(json)) return undefined;
    if (body === asked.body) return 3;
    return recorded !== undefined && withoutIds(recorded) === plain ? 2 : 1;
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function rpcMethod(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('jsonrpc' in json) || !('method' in json)) return undefined;
  return typeof json.method === 'string' ? json.method : undefined;
}

/** Ids are new each time. */
const ID = /(?:^id|_id|Id)$/;

function withoutIds(json: unknown): string | undefined {
  return json === undefined
    ? undefined
    : JSON.stringify(json, (name, value: unknown) => (ID.test(name) ? undefined : value));
}
