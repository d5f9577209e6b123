import type { FastifyRequest } from 'fastify';
import { parseJsonBody } from '../body.ts';
import { badRequest } from './control-error.ts';

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The JSON object of a body. `example` says what was expected. */
export function objectIn({ body, method, url }: FastifyRequest, example: string): Members {
  const at = `${method} ${url.split('?', 1)[0]}`;
  if (!(body instanceof Buffer) || body.length === 0)
    return badRequest(`${at}: expected JSON such as ${example}; got no body`);
  let value: unknown;
  try {
    value = parseJsonBody(body);
  } catch (error) {
    return badRequest(`${at}: expected JSON such as ${example}; ${(error as Error).message}`);
  }
  if (!isObject(value)) return badRequest(`${at}: expected an object such as ${example}; got ${show(value)}`);
  return value;
}

/** Refuses what is not among the names. */
export function onlyThese(given: object, names: readonly string[], at: string): void {
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) badRequest(`${at}: there is no ${show(other)}; expected ${names.join(', ')}`);
}

export interface Query {
  [name: string]: string | undefined;
}

/** The parameters of a query, each at most once. */
export function queryIn({ query, method, url }: FastifyRequest, names: readonly string[]): Query {
  const at = `${method} ${url.split('?', 1)[0]}, query`;
  onlyThese(query as object, names, at);
  for (const [name, value] of Object.entries(query as Members))
    if (typeof value !== 'string')
      badRequest(`${at}: expected ${name} once; got it ${(value as unknown[]).length} times`);
  return query as Query;
}

/** A whole number in a text. */
export function wholeIn(at: string, value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  return badRequest(
    `${at}: expected a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}; got ${show(value)}`,
  );
}

/** An expression that stands as `{ "regex": …, "flags"?: … }`; with `orSlashes` also as `/…/flags`. Other values are what they are. */
export function patternIn(at: string, value: unknown, { orSlashes = false } = {}): unknown {
  if (isObject(value)) {
    onlyThese(value, ['regex', 'flags'], at);
    const { regex, flags = '' } = value;
    if (typeof regex !== 'string' || typeof flags !== 'string')
      badRequest(`${at}: expected a text or {"regex": "…", "flags": "i"}; got ${show(value)}`);
    return expression(at, regex as string, flags as string);
  }
  const [, source, flags] = (orSlashes && typeof value === 'string' && /^\/(.+)\/([a-z]*)$/s.exec(value)) || [];
  return source === undefined ? value : expression(at, source, flags!);
}

function expression(at: string, source: string, flags: string): RegExp {
  // With `g` or `y` one would remember where it was.
  if (!/^[imsuv]*$/.test(flags)) badRequest(`${at}: expected flags among i, m, s, u, v; got ${show(flags)}`);
  try {
    return new RegExp(source, flags);
  } catch (error) {
    return badRequest(`${at}: expected a regular expression; ${(error as Error).message}`);
  }
}

/** What was set, as JSON says it. */
export function told(value: unknown): unknown {
  if (value instanceof RegExp) return { regex: value.source, ...(value.flags !== '' && { flags: value.flags }) };
  if (typeof value === 'function') return '(a function)';
  if (value === Infinity) return 'any';
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, told(one)])) : value;
}
