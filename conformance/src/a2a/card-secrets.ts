import { specialHost } from '../recorder/addresses.ts';
import { walkStrings } from '../kit/json.ts';

/** Forms that only secrets have: private keys, and tokens whose makers gave them a prefix or a form of their own. */
const SECRET =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(sk|rk)-[\w-]{20,}|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/;
/** Members whose texts are secrets whatever they look like. */
const SECRET_MEMBER = /(^|_|[a-z])(password|passwd|client_?secret|api_?key|access_?token|private_?key)$/i;

/** Where a card tells what nobody should know, each with its path and without the secret. */
export function secretsIn(card: unknown, known: readonly string[] = []): string[] {
  const found: string[] = [];
  walkStrings(card, (text, path, key) => {
    // A signature and the names of schemes are public by their nature.
    if (path.startsWith('signatures')) return;
    if (known.some((secret) => secret.length >= 8 && text.includes(secret)) || SECRET.test(text)) found.push(path);
    else if (SECRET_MEMBER.test(key) && text !== '' && !/^https?:/.test(text)) found.push(path);
  });
  return found;
}

/** Addresses in a card that nobody outside can reach, beside those at which the target itself was found. */
export function internalAddressesIn(card: unknown, own: URL): string[] {
  const found: string[] = [];
  walkStrings(card, (text, path) => {
    for (const [address] of text.matchAll(/\b(?:https?|wss?|grpcs?):\/\/[^\s"'<>)]+/g)) {
      const url = URL.parse(address);
      if (url && url.hostname !== own.hostname && specialHost(url.hostname)) found.push(`${path}: ${url.host}`);
    }
  });
  return found;
}
