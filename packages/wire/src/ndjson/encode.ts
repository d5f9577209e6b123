import { WireError } from '../wire-error.ts';

/**
 * `value` as one line with its LF. Throws `WireError` (`bad-field`) for what JSON cannot say: no value at
 * all, NaN and the infinities, a gap in an array, a bigint, a cycle. `JSON.stringify` would write null for
 * some of them. Members that are undefined are left out.
 */
export function encodeNdjsonLine(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
    // Only a null can stand for what was lost, and most lines have none.
    if (text?.includes('null')) JSON.stringify(value, refuseLoss);
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw new WireError('bad-field', `expected a value that JSON can say: ${why}`, { cause });
  }
  if (text === undefined) throw new WireError('bad-field', `expected a JSON value, got ${typeof value}`);
  return `${text}\n`;
}

function refuseLoss(this: unknown, key: string, value: unknown): unknown {
  const isLost = typeof value === 'number' ? !Number.isFinite(value) : Array.isArray(this) && isNothing(value);
  if (!isLost) return value;
  const got = typeof value === 'number' ? value : typeof value;
  const where = key === '' ? '' : `${Array.isArray(this) ? `[${key}]` : key}: `;
  throw new WireError('bad-field', `${where}expected a JSON value, got ${got}`);
}

function isNothing(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}
