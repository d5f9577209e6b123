/**
 * Embeddings without a model, the same on every machine: a hashing vectorizer. A text becomes lower-case words without
 * accents; each word, its stem (common English endings off), and the stem's pieces of three letters are features.
 * A feature is hashed (FNV-1a, 32 bits) to a place and a sign, counts are damped (1 + ln), and the vector has length 1. Words
 * weigh more than pieces; the commonest words of English weigh next to nothing. What shares words or stems is alike; what only means the same is not.
 */

/** Where nobody asks for another number. */
export const DIMENSIONS = 256;

/** The longest vector that can be asked for: that of OpenAI's large model. */
export const MOST_DIMENSIONS = 3_072;

const WEIGHTS = { word: 1, stem: 2, piece: 0.35, common: 0.05 };

const COMMON = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my ' +
    'no not of on or our so some such than that the their them then there these they this to was we were what when ' +
    'where which who why will with would you your'
  ).split(' '),
);

/** The longest first; what is left has three letters at least. */
const ENDINGS = ['ational', 'ization', 'fulness', 'ingly', 'edly', 'ness', 'ment', 'ings', 'ies', 'ing', 'ers', 'er']
  .concat(['ed', 'es', 'ly', 's', 'e', 'y'])
  .toSorted((a, b) => b.length - a.length);

/** A vector of length 1; of a text without words, all zero. */
export function vectorOf(text: string, dimensions = DIMENSIONS): Float32Array {
  const counts = new Map<string, number>();
  const add = (feature: string, weight: number) => counts.set(feature, (counts.get(feature) ?? 0) + weight);
  for (const word of wordsIn(text)) {
    if (COMMON.has(word)) {
      add(`w ${word}`, WEIGHTS.common);
      continue;
    }
    const stem = stemOf(word);
    add(`w ${word}`, WEIGHTS.word);
    add(`s ${stem}`, WEIGHTS.stem);
    const framed = ` ${stem} `;
    for (let at = 0; at + 3 <= framed.length; at++) add(`p ${framed.slice(at, at + 3)}`, WEIGHTS.piece);
  }
  const sums = new Float64Array(dimensions);
  for (const [feature, count] of counts) {
    const hash = fnv1a(feature);
    // The sign keeps features that fall together from adding up.
    const sign = (hash & 0x8000_0000) === 0 ? 1 : -1;
    sums[hash % dimensions]! += sign * (count > 1 ? 1 + Math.log(count) : count);
  }
  const length = Math.hypot(...sums);
  return Float32Array.from(sums, (sum) => (length === 0 ? 0 : sum / length));
}

/** How alike two vectors of one size are: 1 for the same, 0 for nothing in common. */
export function likeness(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (const [at, value] of one.entries()) sum += value * other[at]!;
  return sum;
}

/** 32-bit floats, the little end first, in base64, as OpenAI writes them. */
export function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

const wordsIn = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

function stemOf(word: string): string {
  const ending = ENDINGS.find((one) => word.endsWith(one) && word.length - one.length >= 3);
  const stem = ending === undefined ? word : word.slice(0, -ending.length);
  // "stopping" and "stop".
  return ending !== undefined && /([^aeiouls])\1$/.test(stem) ? stem.slice(0, -1) : stem;
}

function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash;
}
