/** Text for a terminal: harmless, wrapped, cut. */

// Control characters, and the ones that change the direction of writing: what a target sends must not steer a terminal.
// oxlint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** On one line, with nothing in it that a terminal would obey. */
export function plain(text: string): string {
  return text.replace(STEERING, (found) => (/^[\t\n\r]+$/.test(found) ? ' ' : '\ufffd'));
}

/** At most `width` characters; what is left out shows as `…`. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Lines of at most `width` characters, broken between words; a longer word is broken inside. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of plain(text).split(' ')) {
    if (word === '') continue;
    if (line && line.length + 1 + word.length <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line) lines.push(line);
    for (; word.length > width; word = word.slice(width)) lines.push(word.slice(0, width));
    line = word;
  }
  if (line) lines.push(line);
  return lines;
}

/** Items one after the other, `separator` behind each but the last; none is broken at a space. */
export function wrapItems(items: readonly string[], separator: string, width: number): string[] {
  const kept = items.map((item, index) =>
    `${item}${index < items.length - 1 ? separator : ''}`.replaceAll(' ', '\u00a0'),
  );
  return wrap(kept.join(' '), width).map((line) => line.replaceAll('\u00a0', ' ').trimEnd());
}

/** A value as compact JSON, at most `width` characters. */
export function shown(value: unknown, width: number): string {
  if (value === undefined) return 'nothing';
  return cut(plain(JSON.stringify(value) ?? String(value)), width);
}

/** `12 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** `1 row`, `3 rows`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The first few of many, with how many are left out. */
export function few(names: readonly string[], limit = 3): string {
  return names.length <= limit
    ? names.join(', ')
    : `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}
