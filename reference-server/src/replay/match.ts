import { createRedactor } from '@agentproto/recording';
import { textOf, type FixtureExchange } from '@agentproto/recording/fixture';

/** What a client asks. */
export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  body: string;
  /** It asks for a WebSocket. */
  isUpgrade?: boolean;
}

/** Something asked for, as it is compared. */
interface Ask extends Required<Asked> {
  /** The methods of JSON-RPC, where it is such a call or several. */
  rpc: string | undefined;
  /** The body without its ids. */
  plain: string | undefined;
}

interface Recorded {
  exchange: FixtureExchange;
  ask: Ask;
}

/** Calls that are told to whoever asked for another. */
const TOLD = 20;

/**
 * Which recorded exchange answers a request: of those with the same method, path and JSON-RPC method, the one whose body is most
 * alike; of several the next that was not played yet, and when all were, the last again. What is secret is in no recording, and so
 * is not compared.
 */
export class FixtureBook {
  readonly #recorded: readonly Recorded[];
  readonly #byPath: Map<string, Recorded[]>;
  readonly #byPlace: Map<string, Recorded[]>;
  readonly #played = new Set<FixtureExchange>();

  constructor(exchanges: readonly FixtureExchange[]) {
    this.#recorded = exchanges.map((exchange) => ({ exchange, ask: askOf(askedIn(exchange)) }));
    this.#byPath = Map.groupBy(this.#recorded, ({ ask }) => ask.path);
    this.#byPlace = Map.groupBy(this.#recorded, ({ ask }) => placeOf(ask));
  }

  /**
   * Undefined where nothing was recorded for it.
   * @param secrets that may be in it
   */
  take(asked: Asked, secrets: readonly string[] = []): FixtureExchange | undefined {
    const ask = askOf(asked, secrets);
    const near = this.#byPath.get(ask.path) ?? this.#byPlace.get(placeOf(ask)) ?? [];
    let best: Recorded | undefined;
    let most = 0;
    let isPlayed = true;
    for (const one of near) {
      const like = likeness(one.ask, ask);
      if (like === 0) continue;
      const wasPlayed = this.#played.has(one.exchange);
      if (wasPlayed && !isPlayed) continue;
      // The first that was not played, or the last that was.
      if (wasPlayed === isPlayed && (isPlayed ? like < most : like <= most)) continue;
      [best, most, isPlayed] = [one, like, wasPlayed];
    }
    if (best) this.#played.add(best.exchange);
    return best?.exchange;
  }

  /** Says that nothing was recorded for it, and what was. */
  nothingFor(asked: Asked): { what: string; why: string } {
    const what = nameOf(askOf(asked));
    const known = [...new Set(this.#recorded.map(({ ask }) => nameOf({ ...ask, path: placeOf(ask) })))];
    const more = known.length > TOLD ? `, and ${known.length - TOLD} more` : '';
    const told = known.slice(0, TOLD).join(', ') || 'none';
    return { what, why: `nothing was recorded for ${what}; recorded are: ${told}${more}` };
  }

  /** Recorded, and asked for by nobody so far. */
  get unplayed(): FixtureExchange[] {
    return this.#recorded.flatMap(({ exchange }) => (this.#played.has(exchange) ? [] : [exchange]));
  }

  reset(): void {
    this.#played.clear();
  }
}

const placeOf = ({ path }: { path: string }): string => path.split('?', 1)[0]!;

const nameOf = ({ method, path, rpc, isUpgrade }: Ask): string =>
  `${method} ${path}${rpc === undefined ? '' : ` ${rpc}`}${isUpgrade ? ' (WebSocket)' : ''}`;

function askedIn({ request: { method, path, headers, body }, response }: FixtureExchange): Asked {
  // One that was refused has no messages.
  const upgrade = headers.find(([name]) => name.toLowerCase() === 'upgrade')?.[1];
  const isUpgrade = response?.messages !== undefined || upgrade?.toLowerCase() === 'websocket';
  return { method, path, body: body ? textOf(body) : '', isUpgrade };
}

function askOf({ method, path, body, isUpgrade = false }: Asked, secrets: readonly string[] = []): Ask {
  const { text } = createRedactor(secrets);
  const shown = text(body);
  const json = parsed(shown);
  return { method, path: text(path), body: shown, isUpgrade, rpc: rpcMethod(json), plain: withoutIds(json) };
}

/** 3: the same bytes; 2: the same but for ids; 1: another body; 0: another call. */
function likeness(recorded: Ask, asked: Ask): number {
  const { method, isUpgrade, rpc, body, plain } = recorded;
  if (method !== asked.method || isUpgrade !== asked.isUpgrade || rpc !== asked.rpc) return 0;
  if (body === asked.body) return 3;
  return plain !== undefined && plain === asked.plain ? 2 : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a batch, those of all its calls. */
function rpcMethod(json: unknown): string | undefined {
  if (Array.isArray(json)) {
    const methods = json.map((one) => (Array.isArray(one) ? undefined : rpcMethod(one)) ?? '');
    return methods.some((method) => method !== '') ? methods.join(', ') : undefined;
  }
  if (typeof json !== 'object' || json === null || !('jsonrpc' in json) || !('method' in json)) return undefined;
  return typeof json.method === 'string' ? json.method : undefined;
}

/** Ids are new each time. */
const ID = /(?:^id|_id|Id)$/;

/** Nothing, too, for what is nested deeper than can be written. */
function withoutIds(json: unknown): string | undefined {
  try {
    return JSON.stringify(json, (name, value: unknown) => (ID.test(name) ? undefined : value));
  } catch {
    return undefined;
  }
}
