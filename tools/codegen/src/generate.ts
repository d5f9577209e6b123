import { emitErrors } from './errors.ts';
import { emitMethods } from './methods.ts';
import { emitModels } from './models.ts';
import type { Files } from './output.ts';
import { emitPaths } from './paths.ts';
import { readRevisions } from './read-revisions.ts';
import { emitExtensions, emitFamilies, emitRequirementIds, emitRequirements } from './registry.ts';
import type { Revision } from './revision.ts';
import { emitValidators } from './validators.ts';

const BANNER = '// Made by tools/codegen from specs/. Change the spec, then run `pnpm generate`.\n\n';

/** Everything that specs/ says, as TypeScript: paths relative to packages/protocol/src/generated. */
export async function generate(specs: string): Promise<Files> {
  const revisions = readRevisions(specs);
  const files: Files = new Map([
    ['requirement-ids.ts', emitRequirementIds(revisions)],
    ['requirements.ts', emitRequirements(revisions)],
    ['extensions.ts', emitExtensions(revisions)],
    ['families.ts', emitFamilies(revisions)],
  ]);
  for (const revision of revisions)
    for (const [name, text] of await emitRevision(revision))
      files.set(`${revision.identity.family}/${revision.identity.revision}/${name}`, text);
  for (const [path, text] of files) files.set(path, BANNER + text);
  return files;
}

async function emitRevision({ identity, schema, openapi, methods, errors }: Revision): Promise<Files> {
  const files: Files = new Map();
  // The validators first: Ajv is the one that says what is wrong with a schema.
  if (schema) files.set('validators.ts', await emitValidators(schema)).set('models.ts', await emitModels(schema));
  if (openapi) files.set('paths.ts', await emitPaths(openapi, schema));
  if (methods) files.set('methods.ts', emitMethods(methods, schema?.value));
  if (errors) files.set('errors.ts', emitErrors(errors, identity));
  return files;
}
