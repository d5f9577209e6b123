import { describe, expect, test } from 'vitest';
import { emitPaths, type OpenApi } from './paths.ts';
import type { Definitions } from './schema.ts';

const $defs: Definitions = {
  Toy: { type: 'object', properties: { size: { $ref: '#/$defs/Size' }, name: { type: 'string' } } },
  Size: { type: 'string', enum: ['small', 'big'] },
};
const answer = (schema: object) => ({ description: 'x', content: { 'application/json': { schema } } });
const get = (schema: object, parameters: object[] = []) => ({
  paths: { '/toys': { get: { operationId: 'list', parameters, responses: { 200: answer(schema) } } } },
});
const paths = (value: object) =>
  emitPaths(
    {
      file: 'openapi.yaml',
      value: { openapi: '3.1.0', info: { title: 'x', version: '1' }, ...value } as OpenApi,
      at: () => '',
    },
    { file: 'toy.schema.json', value: { title: 'Toy', $defs }, at: () => '' },
  );

test('what the message schema defines is the model of that name', async () => {
  const text = await paths(get({ $ref: 'toy.schema.json#/$defs/Toy' }));
  expect(text).toContain('import type * as models from "./models.ts";');
  expect(text).toMatch(/schemas: \{\s+Toy: models\.Toy;\s+\}/);
  expect(text).toContain('"application/json": components["schemas"]["Toy"];');
});

test('a reference to a member is the type of that member', async () => {
  const parameter = (name: string) => ({
    name,
    in: 'query',
    schema: { $ref: `toy.schema.json#/$defs/Toy/properties/${name}` },
  });
  const text = await paths(get({ type: 'object' }, [parameter('size'), parameter('name')]));
  expect(text).toMatch(/query\?: \{\s+size\?: components\["schemas"\]\["Size"\];\s+name\?: string;\s+\}/);
  expect(text).toMatch(/schemas: \{\s+Size: models\.Size;\s+\}/);
});

test("the document's own schemas stay, and without models nothing is imported", async () => {
  const text = await paths({
    ...get({ $ref: '#/components/schemas/Own' }),
    components: { schemas: { Own: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } } } },
  });
  expect(text).not.toContain('import');
  expect(text).toMatch(/Own: \{\s+a: number;\s+\}/);
});

test('what is not there is not said, and what is there is all of it', async () => {
  const text = await paths(get({ type: 'string' }, [{ name: 'size', in: 'query', schema: { type: 'string' } }]));
  expect(text).toMatch(/"\/toys": \{\s+get: operations\["list"\];\s+\};/);
  expect(text).toMatch(/parameters: \{\s+query\?: \{\s+size\?: string;\s+\};\s+\};/);
  expect(text).not.toMatch(/put\?|header\?|cookie\?/);
  // An empty type would take whatever is given.
  expect(await paths(get({ type: 'string' }))).toMatch(/parameters: \{\s+query\?: never;\s+\};/);
});

describe('a mistake is one sentence', () => {
  const faults: [string, object, RegExp][] = [
    [
      'a definition that is not there',
      get({ $ref: 'toy.schema.json#/$defs/Tuy' }),
      /^openapi\.yaml: #\/\$defs\/Tuy leads nowhere\.$/,
    ],
    [
      'a member that is not there',
      get({ $ref: 'toy.schema.json#/$defs/Toy/properties/colour' }),
      /^openapi\.yaml: #\/\$defs\/Toy\/properties\/colour leads nowhere\.$/,
    ],
    [
      'one name for two shapes',
      { ...get({ $ref: 'toy.schema.json#/$defs/Toy' }), components: { schemas: { Toy: { type: 'string' } } } },
      /^openapi\.yaml: components\.schemas\.Toy is a message of the schema as well\.$/,
    ],
    [
      'a reference within the document that leads nowhere',
      get({ $ref: '#/components/schemas/None' }),
      /^openapi\.yaml: Can't resolve \$ref at #\/paths\/~1toys\/get/,
    ],
    ['another OpenAPI', { openapi: '2.0' }, /^openapi\.yaml: .*2\.0/],
  ];
  test.each(faults)('%s', async (_, document, message) => {
    await expect(paths(document)).rejects.toThrow(
      expect.objectContaining({ name: 'SpecError', message: expect.stringMatching(message) }),
    );
  });
});
