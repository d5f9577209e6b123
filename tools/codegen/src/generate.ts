import { join } from 'node:path/posix';
import { wholeDocument } from './document.ts';
import { emitErrors } from './errors.ts';
import { keepsAll, keptOf } from './kept.ts';
import { emitMethods } from './methods.ts';
import { emitModels } from './models.ts';
import type { Files } from './output.ts';
import { emitPaths } from './paths.ts';
import { readRevisions } from './read-revisions.ts';
import { emitSince } from './since.ts';
import { emitExtensions, emitFamilies, emitRequirementIds, emitRequirements } from './registry.ts';
import { noticesFor } from './third-party.ts';
import { emitValidators } from './validators.ts';

const BANNER = '// Made by tools/codegen from specs/. Change the spec, then run `pnpm generate`.\n\n';

/** What a package gets, as paths relative to its src/generated. */
export interface Generated {
  /** What goes over the wire: types and small tables. */
  protocol: Files;
  /** What judges it, which is ten times as much: the registry and the validators. */
  rules: Files;
  /** OpenAPI documents that need no other file, as paths relative to the copy of specs/. */
  documents: Files;
  /** The licences of the code of others that is in the rules. */
  notices: string;
}

/** Everything that specs/ says, as TypeScript. */
export async function generate(specs: string): Promise<Generated> {
  const revisions = readRevisions(specs);
  const protocol: Files = new Map();
  const rules: Files = new Map([
    ['requirement-ids.ts', emitRequirementIds(revisions)],
    ['requirements.ts', emitRequirements(revisions)],
    ['extensions.ts', emitExtensions(revisions)],
    ['families.ts', emitFamilies(revisions)],
  ]);
  const documents: Files = new Map();
  const modules = new Set<string>();
  for (const revision of revisions) {
    const { identity, schema, openapi, methods, errors, since, base } = revision;
    const folder = `${identity.family}/${identity.revision}`;
    // One that changes no shape has those of its base.
    const own = [schema, openapi, methods, errors];
    const inherited = base && [base.schema, base.openapi, base.methods, base.errors];
    if (inherited && own.every((file, index) => file === inherited[index])) continue;
    // The validators first: Ajv is the one that says what is wrong with a schema.
    if (schema) rules.set(`${folder}/validators.ts`, await emitValidators(schema, modules));
    const kept = keptOf(revision);
    if (schema) protocol.set(`${folder}/models.ts`, await emitModels(schema, kept));
    if (openapi) {
      const paths = await emitPaths(openapi, schema);
      const same = kept && protocol.get(join(folder, kept.folder, 'paths.ts')) === paths && keepsAll(kept, paths);
      documents.set(`${folder}/openapi.json`, wholeDocument(openapi.value, schema?.value.$defs));
      protocol.set(`${folder}/paths.ts`, same ? `export type * from '${kept.folder}/paths.ts';\n` : paths);
    }
    if (methods) protocol.set(`${folder}/methods.ts`, emitMethods(methods, schema?.value));
    if (errors) protocol.set(`${folder}/errors.ts`, emitErrors(errors, identity));
    if (since) protocol.set(`${folder}/since.ts`, emitSince(since, identity, { schema, methods }));
  }
  for (const files of [protocol, rules]) for (const [path, text] of files) files.set(path, BANNER + text);
  return { protocol, rules, documents, notices: noticesFor(modules) };
}
