import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inherit } from './inherit.ts';
import type { MethodRow } from './methods.ts';
import type { OpenApi } from './paths.ts';
import type { Changes, ErrorTables, Identity, RequirementRow, Revision, SinceRow } from './revision.ts';
import type { MessageSchema } from './schema.ts';
import { readChecked, readSpecFile, SpecError, type SpecFile } from './spec-file.ts';

/** Every folder of the form specs/<family>/<revision>/, in the order of their names. */
export function readRevisions(specs: string): Revision[] {
  const done = new Map<string, Revision>();
  const under = new Set<string>();
  const read = (folder: string): Revision => {
    const known = done.get(folder);
    if (known) return known;
    if (under.has(folder)) throw new SpecError(`${folder}: extends itself.`);
    under.add(folder);
    const own = readRevision(folder, specs);
    const revision = own.identity.extends ? inherit(own, read(join(folder, own.identity.extends))) : own;
    done.set(folder, revision);
    return revision;
  };
  return folders(specs)
    .flatMap((family) => folders(join(specs, family)).map((revision) => join(specs, family, revision)))
    .map(read);
}

function readRevision(folder: string, specs: string): Revision {
  const identity = readChecked<Identity>(join(folder, 'revision.yaml'), 'revision', specs);
  if (!identity)
    throw new SpecError(`${folder}: there is no revision.yaml; specs/README.md says what belongs into it.`);
  const { family, revision } = identity.value;
  if (revision !== basename(folder) || family !== basename(join(folder, '..')))
    throw new SpecError(`${identity.file}: says ${family}/${revision}, which is not the name of its folder.`);

  const schema = readSchema(folder, specs);
  const methods = readChecked<MethodRow[]>(join(folder, 'methods.yaml'), 'methods', specs);
  const openapi = readSpecFile(join(folder, 'openapi.yaml'), specs) as SpecFile<OpenApi> | undefined;
  const errors = readChecked<ErrorTables>(join(folder, 'errors.yaml'), 'errors', specs);
  const since = readChecked<SinceRow[]>(join(folder, 'since.yaml'), 'since', specs);
  const requirements = readChecked<RequirementRow[]>(join(folder, 'requirements.yaml'), 'requirements', specs);
  const changes = readChecked<Changes>(join(folder, 'changes.yaml'), 'changes', specs);
  if (changes && !identity.value.extends)
    throw new SpecError(`${changes.file}: there is nothing to change; revision.yaml says no \`extends\`.`);
  return {
    folder,
    identity: identity.value,
    ...(schema && { schema }),
    ...(methods && { methods }),
    ...(openapi && { openapi }),
    ...(errors && { errors }),
    ...(since && { since }),
    ...(requirements && { requirements }),
    ...(changes && { changes }),
  };
}

/** All `*.schema.json` of a folder, as one. */
function readSchema(folder: string, specs: string): SpecFile<MessageSchema> | undefined {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .toSorted()
    .map((file) => readSpecFile(join(folder, file), specs) as SpecFile<MessageSchema>);
  return files.length < 2 ? files[0] : files.reduce(merged);
}

function merged(one: SpecFile<MessageSchema>, other: SpecFile<MessageSchema>): SpecFile<MessageSchema> {
  for (const name of Object.keys(other.value.$defs))
    if (one.value.$defs[name])
      throw new SpecError(`${other.at(['$defs', name])}: ${name} is defined in another file, too.`);
  return { ...one, value: { ...one.value, $defs: { ...one.value.$defs, ...other.value.$defs } } };
}

function folders(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}
