import type { Headers } from '@agentproto/recording';

const API_KEY = 'x-api-key';

/** A credential alone, whichever header carries it; undefined where there is none. */
export function secretIn(headers: Headers): string | undefined {
  const value = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  return value(API_KEY) ?? /^Bearer +(\S+)$/i.exec(value('authorization') ?? '')?.[1];
}

export const asApiKey = (secret: string): Headers => [['X-API-Key', secret]];
export const asBearer = (secret: string): Headers => [['Authorization', `Bearer ${secret}`]];

/** Another way to show the same; undefined where both ways are used already, or neither. */
export function otherwise(headers: Headers): Headers | undefined {
  const names = headers.map(([name]) => name.toLowerCase());
  const secret = secretIn(headers);
  if (secret === undefined || (names.includes(API_KEY) && names.includes('authorization'))) return undefined;
  const rest = headers.filter(([name]) => ![API_KEY, 'authorization'].includes(name.toLowerCase()));
  return [...rest, ...(names.includes(API_KEY) ? asBearer(secret) : asApiKey(secret))];
}

/** Is it a JSON Web Token, and no key? */
export const isJwt = (secret: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret);
