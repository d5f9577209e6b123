import type { MethodRow } from './methods.ts';
import type { OpenApi } from './paths.ts';
import type { MessageSchema } from './schema.ts';
import type { SpecFile } from './spec-file.ts';

/** revision.yaml */
export interface Identity {
  family: string;
  revision: string;
  title: string;
  source?: string;
  /** Section to reference, relative to `source`. */
  sections?: { [section: string]: string };
  patches?: string[];
  prefix: string;
  default?: boolean;
  /** `../docs`: the revision of the same family on top of which this one is read. */
  extends?: string;
}

/** One specs/<family>/<revision>/ folder. Only its identity is owed; the rest comes as it is written. */
export interface Revision {
  folder: string;
  identity: Identity;
  /** Its own definitions and those that it inherits. */
  schema?: SpecFile<MessageSchema>;
  /** Its own file, else that which it inherits. */
  methods?: SpecFile<MethodRow[]>;
  /** Its own, else that which it inherits, read over its own definitions. */
  openapi?: SpecFile<OpenApi>;
  errors?: SpecFile<ErrorTables>;
  /** Its own alone: patches are a revision's. */
  since?: SpecFile<SinceRow[]>;
  /** The rows that it brings; those that it inherits are not repeated. */
  requirements?: SpecFile<RequirementRow[]>;
  /** What it changes of what it inherits. */
  changes?: SpecFile<Changes>;
  base?: Revision;
}

/** A row of requirements.yaml; exactly one of `check`, `untestable` and `pending` is there. */
export interface RequirementRow {
  id: string;
  level: string;
  basis: string;
  section: string;
  binding: string[];
  statement: string;
  same?: string[];
  capability?: string[];
  stimulus?: string[];
  since: string;
  check?: string;
  untestable?: string;
  pending?: string;
}

interface Change {
  reason: string;
  dropped?: true;
}

/** changes.yaml */
export interface Changes {
  definitions?: (Change & { name: string })[];
  /** Why none of the inherited rows holds. */
  noRequirements?: string;
  requirements?: (Change & { id: string } & Partial<Omit<RequirementRow, 'id'>>)[];
}

/** A row of errors.yaml. */
export interface ErrorRow {
  name: string;
  code: number;
}

/** errors.yaml */
export interface ErrorTables {
  domain?: string;
  jsonRpc: ErrorRow[];
  patches: Record<string, ErrorRow[]>;
}

/** A row of since.yaml: what came with a patch. */
export interface SinceRow {
  patch: string;
  definition?: string;
  member?: string;
  method?: string;
  optional?: true;
}
