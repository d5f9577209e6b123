import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRevisions } from '../read-revisions.ts';

/** JSON Schemas of upstream; they lie beside the repository, not in it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema | false>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
}
type Definitions = Record<string, Schema>;

const root = resolve(import.meta.dirname, '../../../..');
const revisions = readRevisions(join(root, 'specs'));

interface Era {
  revision: string;
  upstream: string;
  /** Unions of upstream whose variants we write in one place: each of them to ours. */
  renamed: Record<string, string>;
  /** Ours that stand in no definition there: results that are unions or arrays, enums and texts that are written in place. */
  own: string[];
}

const ERAS: Era[] = [
  {
    revision: '0.3',
    upstream: 'a2a-0.3.0.schema.json',
    renamed: { FileWithBytes: 'File', FileWithUri: 'File' },
    own: ['File', 'Role', 'SendMessageResult', 'StreamEvent', 'Struct', 'TaskPushNotificationConfigs', 'Timestamp'],
  },
  {
    revision: '0.2',
    upstream: 'a2a-0.2.6.schema.json',
    renamed: { FileWithBytes: 'File', FileWithUri: 'File' },
    own: ['File', 'Role', 'SendMessageResult', 'StreamEvent', 'Struct', 'TaskPushNotificationConfigs', 'Timestamp'],
  },
  {
    revision: '0.1',
    upstream: 'a2a-0.1.0.schema.json',
    renamed: {},
    own: ['Role', 'StreamEvent', 'Struct', 'TaskPushNotification', 'Timestamp'],
  },
];

/** Envelopes of JSON-RPC and its errors, for which the packages have one form for all protocols; bases that others repeat. */
const LEFT_OUT = /(Request|Response|Error|JSONRPCMessage|JSONRPCResult|Base|TransportProtocol)$|^A2A/;

const described = ERAS.map((era): [string, Era, Definitions | undefined] => {
  const file = join(root, '../shared/upstream', era.upstream);
  if (!existsSync(file)) return [era.revision, era, undefined];
  const { $defs, definitions } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Definitions>;
  return [era.revision, era, $defs ?? definitions];
});
const here = described.flatMap(([revision, era, upstream]) =>
  upstream ? [[revision, era, upstream] as [string, Era, Definitions]] : [],
);

test.each(described.filter(([, , upstream]) => !upstream))(
  'NOT COMPARED: %s, whose schema is not there',
  (revision) => {
    expect(Object.keys(ours(revision))).toContain('Task');
  },
);

function ours(revision: string): Definitions {
  const found = revisions.find(({ identity }) => identity.family === 'a2a' && identity.revision === revision);
  return (found?.schema?.value.$defs ?? {}) as Definitions;
}

describe.each(here)('A2A %s says what its JSON Schema says', (revision, { renamed, own }, upstream) => {
  const mine = ours(revision);
  const compared = Object.entries(upstream).filter(([name]) => !LEFT_OUT.test(name));
  const spelled = (name: string) => renamed[name] ?? name;

  test('definitions', () => {
    const kept = Object.keys(mine).filter((name) => !name.startsWith('Proto'));
    expect(kept.toSorted()).toEqual([...new Set([...compared.map(([name]) => spelled(name)), ...own])].toSorted());
  });

  test.each(compared)('%s', (name, theirs) => {
    const definition = mine[spelled(name)]!;
    if (theirs.enum) return void expect(definition.enum?.toSorted()).toEqual(theirs.enum.toSorted());
    if (theirs.anyOf) return void expect(shape(definition, spelled)).toEqual(shape(theirs, spelled));
    const variants = definition.oneOf?.every(({ $ref }) => $ref === undefined) ? definition.oneOf : undefined;
    // A union by the member that is there: upstream has it as one definition, or as one for each variant.
    const variant = variants?.find(({ required = [] }) => theirs.required?.includes(required[0]!));
    const held = variant ? [variant] : (variants ?? []);
    const shapes = (...schemas: Schema[]) =>
      Object.fromEntries(
        schemas
          .flatMap(({ properties = {} }) => Object.entries(properties))
          .flatMap(([member, schema]) => (schema ? [[member, shape(schema, spelled)]] : [])),
      );
    expect(shapes(definition, ...held)).toEqual(shapes(theirs));
    expect([...(definition.required ?? []), ...(variant?.required ?? [])].toSorted()).toEqual(
      (theirs.required ?? []).toSorted(),
    );
  });

  /** What a member holds, in words; null counts for absent, and a schema that is written in place for its definition. */
  function shape(schema: Schema, name: (own: string) => string): unknown {
    if (schema.$ref) {
      const to = name(schema.$ref.replace(/^.*\//, ''));
      const target = own.includes(to) ? mine[to] : undefined;
      return target && !target.oneOf ? shape(target, name) : to;
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (union) {
      const shapes = new Set(union.filter(({ type }) => type !== 'null').map((one) => shape(one, name)));
      return shapes.size === 1 ? [...shapes][0] : [...shapes].toSorted();
    }
    if (schema.const !== undefined) return `"${String(schema.const)}"`;
    if (schema.enum) return schema.enum.toSorted().join(' | ');
    const type = [schema.type].flat().find((one) => one !== 'null') ?? 'anything';
    if (type === 'array') return `${JSON.stringify(shape(schema.items ?? {}, name))}[]`;
    if (type === 'object')
      return typeof schema.additionalProperties === 'object' && Object.keys(schema.additionalProperties).length > 0
        ? `map of ${JSON.stringify(shape(schema.additionalProperties, name))}`
        : 'object';
    return type;
  }
});
