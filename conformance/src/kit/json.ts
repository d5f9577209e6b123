/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Json = Record<string, unknown>;

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const record = (value: unknown): Json | undefined => (isRecord(value) ? value : undefined);
export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** Every text in a value, with its dotted path and the name of the member that it is. */
export function walkStrings(
  value: unknown,
  visit: (text: string, path: string, key: string) => void,
  path = '',
  key = '',
): void {
  if (typeof value === 'string') visit(value, path, key);
  else if (Array.isArray(value))
    value.forEach((element, index) => walkStrings(element, visit, `${path}[${index}]`, key));
  else if (isRecord(value))
    for (const [name, member] of Object.entries(value))
      walkStrings(member, visit, path ? `${path}.${name}` : name, name);
}
