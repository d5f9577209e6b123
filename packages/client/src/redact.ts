/** Takes out of a text what must not be shown. */
export type Redact = (text: string) => string;

/** A header value that is shorter stands in every other sentence. */
const SHORTEST = 8;

/** Credentials that say what they are, whoever they belong to. */
const NAMED =
  /\b(bearer|basic)\s+[\w.~+/=-]{8,}|\b((?:api[-_]?key|token|secret|password)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi;

/** Servers repeat what they refuse: the values that were sent with a request, and what looks like credentials. */
export function redactor(secrets: () => Iterable<string>): Redact {
  return (text) =>
    [...secrets()]
      .filter((secret) => secret.length >= SHORTEST)
      .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
      .replace(NAMED, (_, scheme?: string, name?: string) => `${scheme ? `${scheme} ` : name}[redacted]`);
}
