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
    return astToString(nodes.map((node) => lean(node)));
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

/**
 * Without what says that something is not there (the methods of a path and the parameters of an operation that do not
 * exist), headers of any name, parameters of a path, which its operations have as well, and what is said of an answer
 * beside what is said of its operation. It is half of the text, and openapi-fetch reads the same of what is left.
 */
function lean<Node extends ts.Node>(root: Node): Node {
  const { transformed } = ts.transform(root, [
    (context) => (node) => {
      const visit = (one: ts.Node): ts.Node | undefined => {
        const made = ts.visitEachChild(one, visit, context);
        if (ts.isPropertySignature(made) && ts.isNumericLiteral(made.name)) ts.setSyntheticLeadingComments(made, []);
        if (!ts.isTypeLiteralNode(made)) return isIdleHeaders(made) ? undefined : made;
        const { members } = made;
        const left = members.filter((member) => !isAbsent(member) && !(inPaths && isNamed(member, 'parameters')));
        // In an empty one every member would be allowed.
        return ts.factory.createTypeLiteralNode(left.length > 0 ? left : members.slice(0, 1));
      };
      const inPaths = ts.isInterfaceDeclaration(node) && node.name.text === 'paths';
      return ts.visitEachChild(node, visit, context);
    },
  ]);
  return transformed[0]!;
}

/** `put?: never` */
function isAbsent(member: ts.TypeElement): boolean {
  return ts.isPropertySignature(member) && !!member.questionToken && member.type?.kind === ts.SyntaxKind.NeverKeyword;
}

/** `headers: { [name: string]: unknown }` */
function isIdleHeaders(node: ts.Node): boolean {
  if (!isNamed(node, 'headers')) return false;
  return !!node.type && ts.isTypeLiteralNode(node.type) && node.type.members.every(ts.isIndexSignatureDeclaration);
}

function isNamed(node: ts.Node, name: string): node is ts.PropertySignature {
  return ts.isPropertySignature(node) && ts.isIdentifier(node.name) && node.name.text === name;
}
