import { isNameMap, isSecretMember } from './secret-names.ts';

export interface ScalarReplacer {
  /** Gets the value of a string, escapes resolved, and whether it stands under a secret member. */
  string(value: string, secret: boolean): string;
  /** Gets the digits of a number. */
  number(digits: string, secret: boolean): string;
}

interface Level {
  /** Everything inside is secret. */
  secret: boolean;
  /** The members' names are names of things, so an object below one of them is judged by its own members. */
  names: boolean;
}

const QUOTE = '"';
const TOP: Level = { secret: false, names: false };

/**
 * Replaces strings and numbers in a text of JSON and copies every other byte. The text may be cut off, or hold
 * JSON among other things: what looks like a member is taken for one. A string also ends with its line, as
 * JSON's do, so that a stray quote misleads no further. Looks at each character a few times at most.
 */
export function replaceScalars(text: string, replace: ScalarReplacer): string {
  const token = /["{}[\]]|-?\d[\d.eE+-]*/g;
  const colon = /\s*:/y;
  const levels: Level[] = [];
  const out: string[] = [];
  let copied = 0;
  let member: Level | undefined;
  let lineEnd = -1;

  function put(from: number, to: number, replacement: string): void {
    out.push(text.slice(copied, from), replacement);
    copied = to;
  }

  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    const at = match.index;
    const level = levels.at(-1) ?? TOP;
    const secret = level.secret || member?.secret === true;
    if (found === QUOTE) {
      if (lineEnd < at) lineEnd = indexOrEnd(text, '\n', at);
      const end = stringEnd(text, at, lineEnd);
      const closed = end > at + 1 && text[end - 1] === QUOTE;
      const value = unescaped(text.slice(at + 1, closed ? end - 1 : end));
      colon.lastIndex = end;
      const isKey = colon.test(text);
      const replacement = replace.string(value, secret && !isKey);
      if (replacement !== value) put(at, end, JSON.stringify(replacement).slice(0, closed ? undefined : -1));
      token.lastIndex = isKey ? colon.lastIndex : end;
      member = isKey ? { secret: isSecretMember(value), names: isNameMap(value) } : undefined;
    } else if (found === '{' || found === '[') {
      levels.push(below(level, member, found));
      member = undefined;
    } else if (found === '}' || found === ']') {
      levels.pop();
      member = undefined;
    } else {
      const replacement = replace.number(found, secret);
      if (replacement !== found) put(at, at + found.length, replacement);
      member = undefined;
    }
  }
  return copied === 0 ? text : out.join('') + text.slice(copied);
}

function below(level: Level, member: Level | undefined, bracket: string): Level {
  const secret = level.secret || (member?.secret === true && !level.names);
  // A list of name maps is one too: `security: [{ apiKey: [] }]`.
  const names = member ? member.names : level.names && bracket === '{';
  // A text of brackets alone is as deep as it is long: no object for each.
  return secret === level.secret && names === level.names ? level : { secret, names };
}

/** The index after the closing quote, or where the string breaks off. */
function stringEnd(text: string, start: number, lineEnd: number): number {
  let end = start;
  do end = indexOrEnd(text, QUOTE, end + 1);
  while (end < lineEnd && isEscaped(text, start, end));
  return end < lineEnd ? end + 1 : lineEnd;
}

function isEscaped(text: string, start: number, at: number): boolean {
  let before = at - 1;
  while (before > start && text[before] === '\\') before--;
  return (at - before) % 2 === 0;
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at === -1 ? text.length : at;
}

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
