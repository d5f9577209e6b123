import type { Body, Exchange } from '@agentproto/recording';

/** Where a value first came from. */
export interface Origin {
  exchange: Exchange;
  /** Members and indices, from the root of the JSON in which it stood. */
  path: readonly (string | number)[];
}

/** What servers hand out to be sent back: ids, cursors, and their like. */
const TOKEN = /^(?=.*\d)[\w.~+=-]{8,200}$/;

/** The tokens of a play that the target made up, each with the first answer that had it. */
export function tokensMade(exchanges: readonly Exchange[]): Map<string, Origin> {
  const moments = exchanges.flatMap((exchange) => [
    { atMs: exchange.request.atMs, see: () => tokensSent(exchange).forEach((token) => ours.add(token)) },
    ...(exchange.response?.body
      ? [{ atMs: exchange.response.atMs, see: () => learn(exchange, textOf(exchange.response!.body)) }]
      : []),
    ...exchange.frames.map(({ atMs, direction, data }) => ({
      atMs,
      see: () => (direction === 'in' ? learn(exchange, data) : tokensIn(data).forEach((token) => ours.add(token))),
    })),
  ]);
  const ours = new Set<string>();
  const made = new Map<string, Origin>();
  const learn = (exchange: Exchange, text: string) =>
    eachText(parsed(text), [], (value, path) => {
      if (TOKEN.test(value) && !ours.has(value) && !made.has(value)) made.set(value, { exchange, path });
    });
  for (const { see } of moments.toSorted((a, b) => a.atMs - b.atMs)) see();
  return made;
}

/** Every token that a request carries, in its address or its body. */
export function tokensSent({ request, frames }: Exchange): string[] {
  const url = decoded(request.url);
  return [
    ...url.split(/[/:?&=#]+/).filter((part) => TOKEN.test(part)),
    ...tokensIn(textOf(request.body)),
    ...frames.flatMap(({ direction, data }) => (direction === 'out' ? tokensIn(data) : [])),
  ];
}

function tokensIn(text: string): string[] {
  const found: string[] = [];
  eachText(parsed(text), [], (value) => {
    for (const part of [value, ...value.split('/')]) if (TOKEN.test(part)) found.push(part);
  });
  return found;
}

export function textOf(body: Body | undefined): string {
  return body && 'text' in body ? body.text : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Deeper than this nobody keeps an id. */
const DEEPEST = 32;

function eachText(
  value: unknown,
  path: readonly (string | number)[],
  see: (text: string, path: readonly (string | number)[]) => void,
): void {
  if (typeof value === 'string') return see(value, path);
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return;
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  for (const [key, item] of entries) eachText(item, [...path, key], see);
}
