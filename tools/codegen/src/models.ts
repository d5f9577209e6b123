import { unionOf } from './exactly-one.ts';
import { messagesOf, refName, type MessageSchema, type Schema, type SchemaObject } from './schema.ts';
import { SpecError } from './spec-file.ts';
import { isTagged } from './tagged-union.ts';

/**
 * TypeScript types for every definition, under the names of the protocol. Our own emitter: the dialect is small, and
 * json-schema-to-typescript gives `Part1` and `ImplicitOAuthFlow1`, a root interface, and `{[k]: unknown}` for any value.
 */
export function emitModels({ $defs }: MessageSchema): string {
  const definitions = Object.entries($defs).map(([name, schema]) => doc(schema) + definition(name, schema));
  const models = `/** Every message by its name. */\nexport interface Models {\n${messagesOf($defs)
    .map((name) => `  ${name}: ${name};\n`)
    .join('')}}\n`;
  return [...definitions, models, 'export type MessageName = keyof Models;\n'].join('\n');
}

function definition(name: string, schema: SchemaObject): string {
  if (schema.enum)
    return `export const ${plural(name)} = ${JSON.stringify(schema.enum)} as const;\nexport type ${name} = (typeof ${plural(name)})[number];\n`;
  if (!schema.oneOf && schema.properties) return `export interface ${name} ${members(name, schema)}\n`;
  return `export type ${name} = ${typeOf(name, schema)};\n`;
}

function typeOf(name: string, schema: Schema | true): string {
  if (schema === false) return 'never';
  if (schema === true) return 'unknown';
  if (schema.$ref) return refName(schema.$ref);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return either(name, schema.anyOf);
  if (Array.isArray(schema.type))
    return either(
      name,
      schema.type.map((type) => ({ ...schema, type })),
    );
  if (schema.oneOf && isTagged(schema.oneOf)) return either(name, schema.oneOf);
  if (schema.oneOf) {
    unionOf(name, schema.oneOf);
    const union = schema.oneOf.map((variant) => members(name, variant)).join(' | ');
    return schema.properties ? `${members(name, schema)} & (${union})` : union;
  }
  switch (schema.type) {
    case undefined:
      return 'unknown';
    case 'object':
      return schema.properties
        ? members(name, schema)
        : `{ [key: string]: ${typeOf(name, schema.additionalProperties ?? true)} }`;
    case 'array':
      return schema.items ? `${parenthesised(typeOf(name, schema.items))}[]` : 'unknown[]';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      throw new SpecError(`${name}: the generator knows no type ${JSON.stringify(schema.type)}.`);
  }
}

const either = (name: string, variants: SchemaObject[]): string =>
  variants.map((variant) => typeOf(name, variant)).join(' | ');

function members(name: string, { properties = {}, required = [], additionalProperties }: SchemaObject): string {
  const lines = Object.entries(properties).map(
    ([key, schema]) => `${doc(schema, '  ')}  ${key}${required.includes(key) ? '' : '?'}: ${typeOf(name, schema)};\n`,
  );
  if (additionalProperties === true) lines.push('  [key: string]: unknown;\n');
  return `{\n${lines.join('')}}`;
}

const parenthesised = (type: string): string => (type.includes(' ') ? `(${type})` : type);

function doc(schema: Schema, indent = ''): string {
  const text = [schema && schema.description, schema && schema.deprecated && '@deprecated'].filter(Boolean).join(' ');
  return text ? `${indent}/** ${text} */\n` : '';
}

/** `TaskState` -> `TASK_STATES` */
const plural = (name: string): string => `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}S`;
