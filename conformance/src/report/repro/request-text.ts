import type { Headers } from '@agentproto/recording';
import { REDACTED } from '@agentproto/recording';

/** Made by whoever sends; the rest is part of what was asked. */
const OWN = /^(host|connection|content-length|transfer-encoding|accept-encoding|user-agent|upgrade|sec-websocket-.*)$/i;

/** A piece of a text: as it is, or something that is known only when it runs. */
export type Piece = { text: string } | { variable: string };

/** A credential that is not written down: the environment has to bring it. */
export interface Secret {
  variable: string;
  what: string;
}

/** Cuts a text at the values that have names. */
export function pieces(text: string, names: ReadonlyMap<string, string>): Piece[] {
  if (names.size === 0) return [{ text }];
  const values = [...names.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(`(${values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`);
  return text
    .split(pattern)
    .map((part) => (names.has(part) ? { variable: names.get(part)! } : { text: part }))
    .filter((piece) => !('text' in piece) || piece.text !== '');
}

/** The headers to send, and what of them is secret. */
export function headersToSend(headers: Headers): { headers: [string, Piece[]][]; secrets: Secret[] } {
  const secrets: Secret[] = [];
  const sent = headers
    .filter(([name]) => !OWN.test(name))
    .map(([name, value]): [string, Piece[]] => {
      if (!value.includes(REDACTED)) return [name, [{ text: value }]];
      const isBearer = /^bearer /i.test(value);
      const variable = isBearer ? 'AGENTPROTO_TOKEN' : name.toUpperCase().replaceAll(/\W/g, '_');
      secrets.push({ variable, what: isBearer ? 'the bearer token' : `the value of ${name}` });
      return [
        name,
        value
          .split(REDACTED)
          .flatMap((text, index) => [...(index > 0 ? [{ variable }] : []), ...(text ? [{ text }] : [])]),
      ];
    });
  return { headers: sent, secrets };
}

/** The part of an address after its origin. */
export function pathOf(url: string): string {
  return URL.canParse(url) ? url.slice(new URL(url).origin.length) : url;
}

/** On one line, in a comment. */
export function comment(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
