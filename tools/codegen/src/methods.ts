import type { MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/** A row of methods.yaml. */
export interface MethodRow {
  name: string;
  binding?: string;
  http: { verbs: string[]; path: string };
  request: string | null;
  response: string | null;
  stream: boolean;
  events?: string;
  capability?: string;
  section: string;
}

export function emitMethods({ value, at }: SpecFile<MethodRow[]>, schema: MessageSchema | undefined): string {
  value.forEach((row, index) => {
    if (value.findIndex(({ name }) => name === row.name) !== index)
      throw new SpecError(`${at([index])}: ${row.name} is there twice.`);
    for (const key of ['request', 'response', 'events'] as const)
      if (row[key] && !schema?.$defs[row[key]])
        throw new SpecError(
          `${at([index, key])}: ${row.name} names the ${key} ${row[key]}, which the schema does not define.`,
        );
  });
  // Where a method is written is for whoever reads the spec.
  const table = value.map(({ name, section: _, ...row }) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)},\n`);
  return `export const METHODS = {\n${table.join('')}} as const;\n\nexport type MethodName = keyof typeof METHODS;\n`;
}
