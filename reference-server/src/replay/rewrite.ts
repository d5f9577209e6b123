import type { FixturePiece } from '@agentproto/recording/fixture';

/** A place in a text, and what comes there instead. */
export interface Change {
  start: number;
  end: number;
  text: string;
}

/**
 * The pieces of an answer with changes made, wherever the wire has cut it: what a change replaces goes into the piece in which it begins.
 * @param find is shown the text that the pieces make together, and says the changes in their order
 */
export function rewritten(
  pieces: readonly FixturePiece[],
  find: (text: string) => readonly Change[],
): readonly FixturePiece[] {
  // What is no text stands between texts, and nothing goes over it.
  const joined = pieces.map((piece) => ('text' in piece ? piece.text : '\0')).join('');
  const changes = find(joined);
  if (changes.length === 0) return pieces;
  let at = 0;
  let next = 0;
  return pieces.map((piece) => {
    if (!('text' in piece)) {
      at += 1;
      return piece;
    }
    const end = at + piece.text.length;
    let text = '';
    let from = at;
    // What an earlier piece has begun to replace.
    const before = changes[next - 1];
    if (before && before.end > from) from = Math.min(before.end, end);
    for (let change = changes[next]; change && change.start < end; change = changes[++next]) {
      text += joined.slice(from, change.start) + change.text;
      from = Math.min(change.end, end);
    }
    text += joined.slice(from, end);
    at = end;
    return { ...piece, text };
  });
}

/** Everywhere, one text for another. */
export function replacing(text: string, from: string, to: string): Change[] {
  const changes: Change[] = [];
  for (let start = text.indexOf(from); start >= 0; start = text.indexOf(from, start + from.length))
    changes.push({ start, end: start + from.length, text: to });
  return changes;
}

/**
 * The `id` of every JSON-RPC answer in a text, which is one JSON document, or has one on each line, behind `data:` or not
 * (JSON-RPC 2.0, 5: it is that of the request); of each in a batch (6).
 * @param ids what comes instead of which, both as JSON
 */
export function answeringIds(text: string, ids: ReadonlyMap<string, string>): Change[] {
  if (![...ids].some(([from, to]) => from !== to)) return [];
  const whole = /^\s*[{[]/.test(text) && !/[}\]]\s*\n\s*[{[]/.test(text);
  const documents = whole ? [{ start: 0, end: text.length }] : linesOf(text);
  return documents
    .flatMap((document) => callsIn(text, document))
    .flatMap(({ start, end }) => {
      const member = topLevelMember(text, start, end, 'id');
      const now = member && ids.get(text.slice(member.start, member.end));
      return now === undefined ? [] : [{ ...member!, text: now }];
    });
}

interface Span {
  start: number;
  end: number;
}

/** Itself, or the objects of the list that it is. */
function callsIn(text: string, { start, end }: Span): Span[] {
  let from = start;
  while (from < end && /\s/.test(text[from]!)) from++;
  if (text[from] !== '[') return [{ start, end }];
  const calls: Span[] = [];
  let depth = 0;
  let begun = 0;
  for (let at = from; at < end; at++) {
    const char = text[at]!;
    if (char === '"') at = closingQuote(text, at, end);
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 2) begun = at;
    } else if (char === '}' || char === ']') {
      if (depth === 2) calls.push({ start: begun, end: at + 1 });
      depth -= 1;
    }
  }
  return calls;
}

function linesOf(text: string): Span[] {
  const lines: Span[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const skip = /^(?:data:)?\s*/.exec(match[0])![0].length;
    lines.push({ start: match.index + skip, end: match.index + match[0].length });
  }
  return lines;
}

/** Where the value of a member of the object stands that begins at `start`; nothing for an object or a list. */
function topLevelMember(text: string, start: number, end: number, name: string): Omit<Change, 'text'> | undefined {
  let depth = 0;
  let key: string | undefined;
  for (let at = start; at < end; at++) {
    const char = text[at]!;
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === ',') key = undefined;
    else if (char === '"') {
      const close = closingQuote(text, at, end);
      if (depth === 1 && key === undefined) key = text.slice(at + 1, close);
      else if (depth === 1 && key === name) return { start: at, end: close + 1 };
      at = close;
    } else if (depth === 1 && key === name && /[\w-]/.test(char)) {
      const [value = ''] = /^[\w.+-]+/.exec(text.slice(at, Math.min(end, at + 64))) ?? [];
      return { start: at, end: at + value.length };
    }
    if (depth === 0) return undefined;
  }
  return undefined;
}

function closingQuote(text: string, open: number, end: number): number {
  for (let at = open + 1; at < end; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return end;
}
