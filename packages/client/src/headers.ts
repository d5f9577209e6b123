export type HeadersGiven = ConstructorParameters<typeof Headers>[0];

/** Headers by their names in lower case. The platform's `Headers` checks and sorts each time that it is read or copied. */
export type HeaderRecord = { readonly [name: string]: string };

/** Throws a TypeError for what is no header. */
export function headerRecord(given: HeadersGiven | undefined): HeaderRecord {
  return given ? Object.fromEntries(new Headers(given)) : {};
}
