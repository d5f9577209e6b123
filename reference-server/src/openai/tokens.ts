/** A token has four characters here. */
export const CHARS = 4;
export const tokensOf = (chars: number): number => Math.ceil(chars / CHARS);
