/**
 * The text of `pad`: words of seven digits (base 36) that count from 0, each with a space after it. Characters
 * `from` up to `to`. It is ASCII, and what is lost, doubled or out of order shows.
 */
export function filler(from: number, to: number): string {
  const first = Math.floor(from / WORD);
  let words = '';
  for (let i = first; i * WORD < to; i++) words += `${i.toString(36).padStart(WORD - 1, '0')} `;
  return words.slice(from - first * WORD, to - first * WORD);
}

const WORD = 8;
