/** Headers that say nothing about who asks. */
const OPEN_HEADERS = /^(accept(-[a-z]+)?|content-type|user-agent|a2a-(version|extensions)|x-a2a-extensions)$/i;

/** A header that the user gave may show who asks: it is kept secret, and left out where nobody in particular is to ask. */
export function isCredential(header: string): boolean {
  return !OPEN_HEADERS.test(header);
}
