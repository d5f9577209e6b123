export type Json = { [member: string]: unknown };

/** What is being read, for messages; only an error makes a text of it. */
export interface Place {
  toString(): string;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
