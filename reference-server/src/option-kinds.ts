/** What the value of an option has to be. */
export interface Kind {
  /** In words, as they stand behind `expected`. */
  readonly expected: string;
  fits(value: unknown): boolean;
  /** It is not told in an error. */
  readonly isSecret?: true;
}

const typed = (type: string, expected: string): Kind => ({ expected, fits: (value) => typeof value === type });

export const BOOLEAN: Kind = typed('boolean', 'true or false');
export const TEXT: Kind = typed('string', 'a text');
export const FUNCTION: Kind = typed('function', 'a function');
export const LIST: Kind = { expected: 'a list', fits: (value) => Array.isArray(value) };
export const OBJECT: Kind = {
  expected: 'an object',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
export const NULL: Kind = { expected: 'null', fits: (value) => value === null };
/** Milliseconds, seconds, bytes: without a fraction or with one, and without end. */
export const AMOUNT: Kind = { expected: 'a number from 0', fits: (value) => typeof value === 'number' && value >= 0 };

export const texts = (expected = 'a list of texts'): Kind => ({
  expected,
  fits: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
});
export const whole = (least = Number.MIN_SAFE_INTEGER, most = Infinity): Kind => ({
  expected: `a whole number${least < 0 ? '' : ` from ${least}`}${most === Infinity ? '' : ` to ${most}`}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
});
export const oneOf = (...values: readonly (string | boolean)[]): Kind => ({
  expected: `one of ${values.join(', ')}`,
  fits: (value) => values.some((one) => one === value),
});
export const either = (...kinds: readonly Kind[]): Kind => ({
  expected: kinds.map(({ expected }) => expected).join(', or '),
  fits: (value) => kinds.some((kind) => kind.fits(value)),
});
/** An object of somebody's own with these functions. */
export const having = (...methods: readonly string[]): Kind => ({
  expected: `an object with ${methods.map((name) => `${name}()`).join(' and ')}`,
  fits: (value) =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
});
export const secret = (kind: Kind): Kind => ({ ...kind, isSecret: true });
