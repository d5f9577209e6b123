import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ErrorTables } from './errors.ts';
import type { MethodRow } from './methods.ts';
import type { RequirementRow } from './registry.ts';
import type { MessageSchema } from './schema.ts';
import { readChecked, readSpecFile, SpecError, type SpecFile } from './spec-file.ts';

/** revision.yaml */
export interface Identity {
  family: string;
  revision: string;
  title: string;
  source?: string;
  patches?: string[];
  prefix: string;
  default?: boolean;
}

/** One specs/<family>/<revision>/ folder. Only its identity is owed; the rest comes as it is written. */
export interface Revision {
  folder: string;
  identity: Identity;
  schema?: SpecFile<MessageSchema>;
  methods?: SpecFile<MethodRow[]>;
  errors?: SpecFile<ErrorTables>;
  requirements?: SpecFile<RequirementRow[]>;
}

/** Every folder of the form specs/<family>/<revision>/ that has a revision.yaml, in the order of their names. */
export function readRevisions(specs: string): Revision[] {
  return folders(specs)
    .flatMap((family) => folders(join(specs, family)).map((revision) => join(specs, family, revision)))
    .map((folder) => readRevision(folder, specs));
}

function readRevision(folder: string, specs: string): Revision {
  const identity = readChecked<Identity>(join(folder, 'revision.yaml'), 'revision', specs);
  if (!identity)
    throw new SpecError(`${folder}: there is no revision.yaml; specs/README.md says what belongs into it.`);
  const { family, revision } = identity.value;
  if (revision !== basename(folder) || family !== basename(join(folder, '..')))
    throw new SpecError(`${identity.file}: says ${family}/${revision}, which is not the name of its folder.`);

  const schemas = readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .toSorted();
  if (schemas.length > 1) throw new SpecError(`${folder}: expected one *.schema.json, got ${schemas.join(', ')}.`);
  const schema = schemas[0] && (readSpecFile(join(folder, schemas[0]), specs) as SpecFile<MessageSchema>);
  const methods = readChecked<MethodRow[]>(join(folder, 'methods.yaml'), 'methods', specs);
  const errors = readChecked<ErrorTables>(join(folder, 'errors.yaml'), 'errors', specs);
  const requirements = readChecked<RequirementRow[]>(join(folder, 'requirements.yaml'), 'requirements', specs);
  return {
    folder,
    identity: identity.value,
    ...(schema && { schema }),
    ...(methods && { methods }),
    ...(errors && { errors }),
    ...(requirements && { requirements }),
  };
}

function folders(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}
