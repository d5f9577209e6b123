/** The files of each revision agree with each other. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createConfig, lint, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRevisions, type Revision } from './revision.ts';
import { refName, type SchemaObject } from './schema.ts';

type Content = Record<string, { schema: { $ref?: string } }>;
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { $ref?: string; content?: Content }>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

const specs = resolve(import.meta.dirname, '../../../specs');
const revisions = readRevisions(specs).map((revision): [string, Revision] => [
  revision.folder.slice(specs.length + 1),
  revision,
]);
const withOpenApi = revisions.filter(([, { folder }]) => existsSync(join(folder, 'openapi.yaml')));
const complete = withOpenApi.filter(([, { schema, methods, errors }]) => schema && methods && errors);

const order = (a: { at: string }, b: { at: string }) => a.at.localeCompare(b.at);
const snake = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

test('a2a/1.0 has all of its files', () => {
  expect(complete.map(([name]) => name)).toContain('a2a/1.0');
  expect(revisions.find(([name]) => name === 'a2a/1.0')?.[1].requirements).toBeDefined();
});

const config = await createConfig({
  rules: {
    struct: 'error',
    'no-unresolved-refs': 'error',
    'operation-operationId-unique': 'error',
    'operation-parameters-unique': 'error',
    'path-parameters-defined': 'error',
    'no-undefined-server-variable': 'error',
  },
});
const problems = (found: Awaited<ReturnType<typeof lint>>) =>
  found.map(({ message, location }) => `${location[0]?.pointer}: ${message}`);

const withResponses = (responses: unknown): string =>
  JSON.stringify({ openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { '/x': { get: { responses } } } });

test('the OpenAPI validator takes a good document and refuses a broken one', async () => {
  const good = await lintFromString({ source: withResponses({ 200: { description: 'fine' } }), config });
  const broken = await lintFromString({ source: withResponses({ 200: 5 }), config });
  expect(problems(good)).toEqual([]);
  expect(problems(broken)).toEqual([
    '#/paths/~1x/get/responses/200: Expected type `Response` (object) but got `integer`',
  ]);
});

test.each(withOpenApi)(
  '%s: openapi.yaml is valid OpenAPI 3.1, every reference leads somewhere',
  async (_, revision) => {
    const file = join(revision.folder, 'openapi.yaml');
    expect(readFileSync(file, 'utf8')).toMatch(/^openapi: 3\.1\./m);
    expect(problems(await lint({ ref: file, config }))).toEqual([]);
  },
);

describe.each(complete)('%s', (_, { folder, schema, methods, errors }) => {
  const text = readFileSync(join(folder, 'openapi.yaml'), 'utf8');
  const { paths, ...rest } = parse(text) as OpenApi;

  test('openapi.yaml has the operations of methods.yaml, with their shapes, and no more', () => {
    const inMethods = (methods?.value ?? []).flatMap(({ name, http, request, response, stream }) =>
      http.verbs.map((verb) => ({
        at: `${verb} ${http.path}`,
        name,
        members: Object.keys(schema?.value.$defs[request ?? '']?.properties ?? {}).toSorted(),
        response,
        stream,
        failure: '#/components/responses/Failure',
      })),
    );
    const inOpenApi = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([verb]) => verb !== 'parameters')
        .map(([verb, operation]) => {
          const content = Object.entries(operation.responses['200']?.content ?? {});
          const [type = '', answer] = content[0] ?? [];
          expect(new Set(content.map(([, { schema: shape }]) => shape.$ref)).size).toBe(1);
          return {
            at: `${verb.toUpperCase()} ${path}`,
            name: operation.operationId.replace(/ByGet$/, ''),
            members: membersSent(operation, path),
            response: answer?.schema.$ref
              ? refName(answer.schema.$ref.replace(basename(schema?.file ?? ''), ''))
              : null,
            stream: type === 'text/event-stream',
            failure: operation.responses.default?.$ref,
          };
        }),
    );
    expect(inOpenApi.toSorted(order)).toEqual(inMethods.toSorted(order));
  });

  test('the reason of an error is its name in upper snake case, without "Error"', () => {
    const rows = Object.values(errors?.value.patches ?? {}).flat() as { name: string; reason?: string }[];
    expect(rows.map(({ reason }) => `${reason}_ERROR`)).toEqual(rows.map(({ name }) => snake(name)));
  });

  test('all patches know the same errors under the same codes', () => {
    const tables = Object.values(errors?.value.patches ?? {}).map((rows) => rows.map(({ name, code }) => [name, code]));
    expect(tables).toEqual(tables.map(() => tables[0]));
  });

  test('openapi.yaml names the domain of errors.yaml', () => {
    expect(text).toContain(`domain: { const: ${errors?.value.domain} }`);
  });

  /** What reaches the server: members in the path, the query and the body, which is one for all media types. */
  function membersSent({ parameters = [], requestBody }: Operation, path: string): string[] {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const [body, ...others] = new Set(Object.values(requestBody?.content ?? {}).map(({ schema: shape }) => shape.$ref));
    expect(others).toEqual([]);
    const inBody = body ? Object.keys((resolveRef(body) as SchemaObject).properties ?? {}) : [];
    return [...new Set([...inPath, ...inQuery, ...inBody])].toSorted();
  }

  function resolveRef(ref: string): unknown {
    const [document, pointer = ''] = ref.split('#');
    const root: unknown = document ? schema?.value : rest;
    const steps = pointer.split('/').slice(1);
    return steps.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], root);
  }
});
