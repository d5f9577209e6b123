import openapiTS, { astToString, type SchemaObject } from 'openapi-typescript';
import ts from 'typescript';
import { mapValues } from './for-ajv.ts';
import { refName, type MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/** openapi.yaml, as far as it is looked into here. */
export interface OpenApi {
  components?: { schemas?: Record<string, SchemaObject> };
}

/** Marks a schema that is one of our models. */
const MODEL = 'x-model';

/**
 * `paths` and `operations` as openapi-fetch wants them. A reference into the message schema becomes the model of that
 * name, so that what goes over HTTP has one type and not two.
 */
export async function emitPaths(
  openapi: SpecFile<OpenApi>,
  schema: SpecFile<MessageSchema> | undefined,
): Promise<string> {
  const models = new Set<string>();
  const document = localized(openapi.value);
  const schemas = { ...document.components?.schemas };
  for (const name of models) {
    if (schemas[name])
      throw new SpecError(`${openapi.file}: components.schemas.${name} is a message of the schema as well.`);
    schemas[name] = { type: 'object', [MODEL]: name };
  }
  try {
    const nodes = await openapiTS(
      {
        openapi: '3.1.0',
        info: { title: '', version: '' },
        ...document,
        components: { ...document.components, schemas },
      },
      {
        silent: true,
        inject: models.size > 0 ? "import type * as models from './models.ts';" : '',
        transform: (part) =>
          MODEL in part ? ts.factory.createTypeReferenceNode(`models.${String(part[MODEL])}`) : undefined,
      },
    );
    return astToString(nodes);
  } catch (error) {
    throw new SpecError(`${openapi.file}: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** `part` with each reference into the message schema made one into this document. */
  function localized<T>(part: T): T {
    if (Array.isArray(part)) return part.map(localized) as T;
    if (typeof part !== 'object' || part === null) return part;
    const { $ref } = part as { $ref?: unknown };
    const [, pointer] = (typeof $ref === 'string' && /^[^#]*(#\/\$defs\/.+)$/.exec($ref)) || [];
    return pointer === undefined
      ? (mapValues(part as Record<string, unknown>, localized) as T)
      : (referred(pointer) as T);
  }

  /** What `#/$defs/Name` or `#/$defs/Name/properties/member` leads to. */
  function referred(pointer: string): unknown {
    const [name = '', ...steps] = refName(pointer).split('/');
    const target = steps.reduce<unknown>(
      (node, step) => (node as Record<string, unknown> | undefined)?.[step],
      schema?.value.$defs[name],
    );
    if (target === undefined) throw new SpecError(`${openapi.file}: ${pointer} leads nowhere.`);
    if (steps.length > 0) return localized(target);
    models.add(name);
    return { $ref: `#/components/schemas/${name}` };
  }
}
