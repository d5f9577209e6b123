import type { Headers } from './exchange.ts';
import { isSecretName } from './secret-names.ts';

/** Whatever is shorter is too common to be looked for elsewhere. */
const SHORTEST = 8;

/** What a client showed to be let in, without its scheme. Not its cookies: many of them are no secrets, but words. */
export function credentialsIn(headers: Headers): string[] {
  return headers
    .filter(([name]) => isSecretName(name) && !/cookie/i.test(name))
    .flatMap(([, value]) => {
      const [, scheme, token] = /^([A-Za-z]+) +(\S+)$/.exec(value.trim()) ?? [];
      if (scheme?.toLowerCase() !== 'basic') return [token ?? value.trim()];
      const password = Buffer.from(token!, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
      return [token!, password];
    })
    .filter((one) => one.length >= SHORTEST && !isWord(one));
}

/** `anonymous`, `secret-key`: texts have such words, too. */
const isWord = (text: string): boolean => text.length < 20 && /^[a-z_-]+$/i.test(text);
