import type { ErrorRow, ErrorTables, Identity } from './revision.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

export function emitErrors({ value, file, at }: SpecFile<ErrorTables>, { patches = [] }: Identity): string {
  const { domain, jsonRpc } = value;
  for (const patch of patches)
    if (!value.patches[patch]) throw new SpecError(`${file}: has no table for patch ${patch}.`);
  for (const [patch, rows] of Object.entries(value.patches)) {
    if (!patches.includes(patch))
      throw new SpecError(`${at(['patches', patch])}: revision.yaml does not name patch ${patch}.`);
    const all = [...jsonRpc, ...rows];
    for (const row of rows)
      if (all.some((other) => other !== row && (other.name === row.name || other.code === row.code)))
        throw new SpecError(
          `${at(['patches', patch, rows.indexOf(row)])}: name ${row.name} or code ${row.code} is there twice.`,
        );
  }
  const byPatch = Object.fromEntries(Object.entries(value.patches).map(([patch, rows]) => [patch, byName(rows)]));
  return [
    ...(domain === undefined ? [] : [`export const ERROR_DOMAIN = ${JSON.stringify(domain)};\n`]),
    `/** The standard errors of JSON-RPC 2.0, by name. */\nexport const JSON_RPC_ERRORS = ${JSON.stringify(byName(jsonRpc), null, 2)} as const;\n`,
    `/** The protocol's own errors: patch version, then name. */\nexport const ERRORS = ${JSON.stringify(byPatch, null, 2)} as const;\n`,
    'export type Patch = keyof typeof ERRORS;\n\nexport type ErrorName = keyof (typeof ERRORS)[Patch];\n',
  ].join('\n');
}

const byName = (rows: ErrorRow[]) => Object.fromEntries(rows.map(({ name, ...row }) => [name, row]));
