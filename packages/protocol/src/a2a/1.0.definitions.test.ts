import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The upstream listing that was derived from a2a.proto 1.0.1; it lies beside the repository, not in it. */
interface Definitions {
  enums: Record<string, Record<string, number>>;
  messages: Record<string, Field[]>;
}
interface Field {
  json: string;
  type: string;
  label?: 'repeated' | 'optional';
  required?: boolean;
  oneof?: string;
}
interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema | false>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  contentEncoding?: string;
  minItems?: number;
}

const root = resolve(import.meta.dirname, '../../../..');
const upstream = join(root, '../shared/upstream/a2a-1.0.definitions.json');
const { $defs } = JSON.parse(readFileSync(join(root, 'specs/a2a/1.0/a2a.schema.json'), 'utf8')) as {
  $defs: Record<string, Schema>;
};

/** Required lists that may be empty all the same: §3.1.4, and the example of §8.4.1. */
const MAY_BE_EMPTY = new Set(['ListTasksResponse.tasks', 'AgentCard.skills']);

const listings: Definitions[] = existsSync(upstream) ? [JSON.parse(readFileSync(upstream, 'utf8'))] : [];

test.each(listings.length > 0 ? [] : [upstream])('NOT COMPARED with the proto: %s is not there', () => {
  expect(Object.keys($defs)).toContain('Task');
});

describe.each(listings)('the schema says what the proto says', ({ enums, messages }) => {
  test('messages and enums', () => {
    expect(Object.keys(messages)).toHaveLength(44);
    expect(Object.keys($defs).toSorted()).toEqual(
      [...Object.keys(messages), ...Object.keys(enums), 'Struct', 'Timestamp'].toSorted(),
    );
  });

  test.each(Object.entries(enums))('enum %s', (name, values) => {
    expect($defs[name]?.enum).toEqual(Object.keys(values).filter((value) => !value.endsWith('_UNSPECIFIED')));
  });

  describe.each(Object.entries(messages))('%s', (name, fields) => {
    const { properties = {}, required = [], oneOf = [] } = $defs[name] ?? {};
    const union = fields.filter((field) => field.oneof).map(({ json }) => json);

    test('members', () => {
      const single = fields.filter((field) => !field.oneof).map(({ json }) => json);
      expect(Object.keys(properties).toSorted()).toEqual(single.toSorted());
    });

    test('required members', () => {
      const owed = fields.filter((field) => field.required).map(({ json }) => json);
      expect(required.toSorted()).toEqual(owed.toSorted());
    });

    test('union: each variant requires its member and forbids the others', () => {
      expect(oneOf.map((variant) => variant.required)).toEqual(union.map((member) => [member]));
      const forbidden = oneOf.map((variant) => union.filter((member) => variant.properties?.[member] === false));
      expect(forbidden).toEqual(union.map((own) => union.filter((member) => member !== own)));
    });

    test.each(fields)('$json', ({ json, type, label, required: owed, oneof }) => {
      const holder = oneof ? oneOf.find((variant) => variant.required?.[0] === json)?.properties : properties;
      const schema = holder?.[json];
      const repeated = label === 'repeated';
      expect(shape(repeated && schema ? schema.items : schema)).toBe(type);
      expect(schema && schema.type === 'array').toBe(repeated);
      const filled = repeated && owed && !MAY_BE_EMPTY.has(`${name}.${json}`);
      expect(schema && schema.minItems).toBe(filled ? 1 : undefined);
    });
  });
});

/** The proto type that a schema stands for. */
function shape(schema: Schema | false | undefined): string {
  if (!schema) return 'nothing';
  if (schema.$ref) return schema.$ref.replace('#/$defs/', '');
  if (typeof schema.additionalProperties === 'object') return `map<string, ${shape(schema.additionalProperties)}>`;
  if (schema.contentEncoding === 'base64') return 'bytes';
  return (
    { string: 'string', boolean: 'bool', integer: 'int32' }[schema.type ?? ''] ??
    (schema.type === undefined ? 'Value' : schema.type)
  );
}
