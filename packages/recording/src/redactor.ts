import { replaceScalars } from './json-scan.ts';
import { isSecretName } from './secret-names.ts';

export const REDACTED = '[redacted]';

/** Shorter values are too common to be looked for: all text would go. */
const MIN_SECRET_LENGTH = 4;

export interface Redactor {
  /**
   * Redacts any text, in place, so that all else keeps its bytes. JSON inside a JSON string is seen too, and
   * so is JSON that was cut off. JSON stays JSON, unless a secret with quotes of its own stands in it.
   */
  text(text: string): string;
  /** A redacted copy of what JSON can say. */
  value<T extends object>(value: T): T;
}

/**
 * What goes: the values of JSON members, query parameters and form fields whose names say that they are
 * secret, the user part of URLs, and the given secrets, also in their JSON, percent and form encodings.
 * An empty value stays empty and a number becomes 0, so that shapes stay. Work is linear in the text;
 * no text makes it throw; twice is the same as once.
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const literals = literalPattern(secrets);

  function plain(text: string): string {
    let out = literals ? text.replace(literals, REDACTED) : text;
    if (out.includes('=')) out = out.replace(PAIR, redactPair);
    if (out.includes('://')) out = out.replace(USER_INFO, `://${REDACTED}@`);
    return out;
  }

  function redactPair(all: string, before: string, name: string, value: string): string {
    if (value === '') return all;
    const secret = isSecretName(unescapePercent(name)) || (value.includes('%') && holdsSecret(unescapePercent(value)));
    return secret ? `${before}${name}=${REDACTED}` : all;
  }

  function holdsSecret(text: string): boolean {
    return literals !== undefined && text.replace(literals, REDACTED) !== text;
  }

  function scan(text: string, depth: number): string {
    return replaceScalars(text, {
      string(value, secret) {
        if (secret) return value && REDACTED;
        const nested = depth < MAX_NESTED && /^\s*[{[]/.test(value) && value.includes('"');
        return nested ? redact(value, depth + 1) : plain(value);
      },
      number: (digits, secret) => (secret || holdsSecret(digits) ? '0' : digits),
    });
  }

  function redact(text: string, depth: number): string {
    if (isJson(text)) {
      const out = scan(text, depth);
      // Else the text is JSON by chance only: a secret with quotes or backslashes of its own stands in it.
      if (!holdsSecret(out)) return out;
    }
    return scan(plain(text), depth);
  }

  return {
    text: (text) => redact(text, 0),
    value: <T extends object>(value: T) => JSON.parse(scan(JSON.stringify(value), 0)) as T,
  };
}

// How often JSON inside a JSON string is opened: tool arguments are JSON in a string, and may hold some more.
const MAX_NESTED = 3;

const PAIR = /(^|[?&;#\s,("'])([\w.~%[\]+-]{1,64})=([^&;#\s"'<>,)]*)/g;
const USER_INFO = /:\/\/[^\s/?#@"'<>\\]{1,256}@/g;

function literalPattern(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set(secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).flatMap(formsOf));
  if (forms.size === 0) return undefined;
  const longestFirst = [...forms].toSorted((a, b) => b.length - a.length);
  // The mark itself comes first, so that a secret which is a part of it cannot grow it.
  const escaped = [REDACTED, ...longestFirst].map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(escaped.join('|'), 'g');
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [secret, json, ascii, ...percentFormsOf(secret)];
}

function percentFormsOf(secret: string): string[] {
  try {
    const percent = encodeURIComponent(secret);
    const lower = percent.replace(/%../g, (escape) => escape.toLowerCase());
    return [percent, lower, percent.replaceAll('%20', '+')];
  } catch {
    // Half a surrogate pair has no UTF-8, so it cannot stand in a URL either.
    return [];
  }
}

function unescapePercent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function isJson(text: string): boolean {
  if (!/^\s*["{[\dtfn-]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
