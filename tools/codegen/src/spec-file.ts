import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Ajv2020, type AnySchemaObject, type ErrorObject } from 'ajv/dist/2020.js';
import { LineCounter, parseDocument, type Document } from 'yaml';

/** Bad data in specs/: one sentence for each fault, each with file and line. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

type Path = readonly (string | number)[];

/** A parsed YAML (or JSON) file that knows where each of its values stands. */
export interface SpecFile<T = unknown> {
  file: string;
  value: T;
  /** `specs/a2a/1.0/methods.yaml:12` for the value at `path`, or for its nearest parent that exists. */
  at(path: Path): string;
}

const ajv = new Ajv2020({ allErrors: true, verbose: true });

/** Reads `file`; undefined where there is none. */
export function readSpecFile(file: string, specs: string): SpecFile | undefined {
  if (!existsSync(file)) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const name = relative(dirname(specs), file);
  if (document.errors.length > 0)
    throw new SpecError(document.errors.map((error) => `${name}: ${error.message}`).join('\n'));
  return {
    file: name,
    value: document.toJS(),
    at: (path) => `${name}:${lines.linePos(offsetOf(document, path)).line}`,
  };
}

/** Reads `file` and checks it against `specs/<format>.schema.json`. */
export function readChecked<T>(file: string, format: string, specs: string): SpecFile<T> | undefined {
  const read = readSpecFile(file, specs);
  if (!read) return undefined;
  const schemaFile = join(specs, `${format}.schema.json`);
  const validate =
    ajv.getSchema(format) ??
    ajv.addSchema(JSON.parse(readFileSync(schemaFile, 'utf8')) as AnySchemaObject, format).getSchema(format);
  if (!validate?.(read.value)) {
    const faults = (validate?.errors ?? [])
      .filter(({ schemaPath }) => !schemaPath.includes('/oneOf/'))
      .map((error) => {
        const path = error.instancePath.split('/').slice(1);
        return `${read.at(path)}: ${labelOf(path, read.value)}${reasonOf(error)}`;
      });
    throw new SpecError([...new Set(faults)].join('\n'));
  }
  return read as SpecFile<T>;
}

function reasonOf({ keyword, message, params, parentSchema, data }: ErrorObject): string {
  const words = (parentSchema as { $comment?: string } | undefined)?.$comment;
  if (keyword === 'additionalProperties') return `has a member ${params.additionalProperty} that is not known here`;
  if (keyword === 'enum') return `must be one of ${params.allowedValues.join(', ')}, got ${JSON.stringify(data)}`;
  if ((keyword === 'oneOf' || keyword === 'pattern') && words) return `must have ${words}`;
  return message ?? keyword;
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** What a reader looks for: the id or name of the row, then the member within it. */
function labelOf(path: string[], value: unknown): string {
  const row = Array.isArray(value)
    ? (value[Number(path[0])] as { id?: unknown; name?: unknown } | undefined)
    : undefined;
  const name = row?.id ?? row?.name;
  const member = path.slice(row ? 1 : 0).join('.');
  return [name, member]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => `${String(part)} `)
    .join('');
}
