import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emitErrors } from './errors.ts';
import { emitMethods } from './methods.ts';
import { emitModels } from './models.ts';
import { list, writeFiles, type Files } from './output.ts';
import { emitExtensions, emitFamilies, emitRequirements } from './registry.ts';
import { readRevisions, type Revision } from './revision.ts';
import { SpecError } from './spec-file.ts';
import { emitValidators } from './validators.ts';

const BANNER = '// Made by tools/codegen from specs/. Change the spec, then run `pnpm generate`.\n\n';

/** Everything that specs/ says, as TypeScript: paths relative to packages/protocol/src/generated. */
export async function generate(specs: string): Promise<Files> {
  const revisions = readRevisions(specs);
  const files: Files = new Map([
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

async function emitRevision({ identity, schema, methods, errors }: Revision): Promise<Files> {
  const files: Files = new Map();
  if (schema) files.set('models.ts', emitModels(schema.value)).set('validators.ts', await emitValidators(schema));
  if (methods) files.set('methods.ts', emitMethods(methods, schema?.value));
  if (errors) files.set('errors.ts', emitErrors(errors, identity));
  return files;
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '../../..');
  const specs = join(root, 'specs');
  const protocol = join(root, 'packages/protocol');
  try {
    const generated = writeFiles(join(protocol, 'src/generated'), await generate(specs));
    const copied = writeFiles(
      join(protocol, 'specs'),
      new Map(list(specs).map((path) => [path, readFileSync(join(specs, path), 'utf8')])),
    );
    console.log(
      `generate: ${generated.length} of the generated files and ${copied.length} of the copied specs changed`,
    );
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
