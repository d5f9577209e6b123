import { ServerOptionsError } from './options-error.ts';

/** Throws a ServerOptionsError for what is neither a text nor an expression; with `orFunction` a function will do, too. */
export function checkPattern(at: string, value: unknown, { orFunction = false } = {}): void {
  if (value === undefined || typeof value === 'string' || value instanceof RegExp) return;
  if (orFunction && typeof value === 'function') return;
  throw new ServerOptionsError(
    `${at}: expected a text or an expression${orFunction ? ', or a function' : ''}; got ${JSON.stringify(value)}`,
  );
}

export function checkTestId(at: string, value: unknown): void {
  if (value === undefined || typeof value === 'string') return;
  throw new ServerOptionsError(
    `${at}: expected what the request has in X-Test-Id, a text; got ${JSON.stringify(value)}`,
  );
}
