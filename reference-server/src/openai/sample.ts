import type { Json } from '@agentproto/script';

interface JsonSchema {
  type?: string | string[];
  const?: Json;
  enum?: Json[];
  default?: Json;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  format?: string;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};
/** Schemas may refer to themselves. */
const DEPTH = 20;

/** A value that the schema takes: the smallest, as far as the schema is of the common kind. */
export function sample(schema: unknown): Json {
  return valueOf((schema ?? {}) as JsonSchema, (schema ?? {}) as JsonSchema, 0);
}

function valueOf(schema: JsonSchema, root: JsonSchema, depth: number): Json {
  if (depth > DEPTH) return null;
  const inner = (one: JsonSchema): Json => valueOf(one, root, depth + 1);
  if (schema.$ref !== undefined) return inner(lookUp(root, schema.$ref));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice) return inner(choice);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(inner)) as Json;
  switch ([schema.type].flat()[0] ?? (schema.properties ? 'object' : 'string')) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, member]) => [name, inner(member)]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => inner(schema.items ?? {}));
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : schema.exclusiveMinimum + 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return FORMATS[schema.format ?? ''] ?? 'text'.padEnd(schema.minLength ?? 0, '.');
  }
}

function lookUp(root: JsonSchema, ref: string): JsonSchema {
  const steps = ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  const found = steps.reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], root);
  return (found ?? {}) as JsonSchema;
}

/** JSON that the format takes: the text itself if it is, else an example. */
export function formatted(said: string, format: { type: string; schema?: unknown } | null | undefined): string {
  if (!format || format.type === 'text') return said;
  try {
    const value: unknown = JSON.parse(said);
    if (typeof value === 'object' && value !== null) return said;
  } catch {
    // No JSON: an example of it, then.
  }
  return JSON.stringify(format.type === 'json_schema' ? sample(format.schema) : { text: said });
}
