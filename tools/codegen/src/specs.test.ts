/** The files of each revision agree with each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRevisions } from './read-revisions.ts';
import type { Revision } from './revision.ts';
import { wholeDocument } from './document.ts';
import { refName, type SchemaObject } from './schema.ts';
import { taggedUnionOf } from './tagged-union.ts';

interface Body {
  $ref?: string;
  content?: Record<string, { schema: { $ref?: string } }>;
}
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string }[];
  requestBody?: Body;
  responses: Record<string, Body>;
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
const described = withOpenApi.filter(([, { schema, methods }]) => schema && methods);
const withErrors = revisions.filter(([, { errors, base }]) => errors && errors !== base?.errors);
/** OpenAPI has no words for what goes over a WebSocket, or through one door for all. */
const isOverHttp = ({ binding }: { binding?: string }) => binding !== 'WebSocket' && binding !== 'JSONRPC';
const STREAMS = ['text/event-stream', 'application/x-ndjson'];

const order = (a: { at: string }, b: { at: string }) => a.at.localeCompare(b.at);
const snake = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

test('every revision that extends none has its files', () => {
  const whole = revisions.filter(([, { base }]) => !base).map(([name]) => name);
  expect(whole).toEqual(expect.arrayContaining(['a2a/1.0', 'a2a/0.1', 'chat/docs', 'responses/2026-04-24']));
  // JSON-RPC alone has nothing that OpenAPI could say.
  const overHttp = whole.filter((name) =>
    revisions.find(([other]) => other === name)?.[1].methods?.value.some(isOverHttp),
  );
  expect(described.map(([name]) => name)).toEqual(expect.arrayContaining(overHttp));
  expect(whole.filter((name) => !revisions.find(([other]) => other === name)?.[1].requirements)).toEqual([]);
});

test.each([
  ['chat/docs', 'EventType'],
  ['responses/2026-04-24', 'StreamEventType'],
  ['responses/openai', 'StreamEventType'],
])('%s: an enumeration of event types names the types of the events', (revision, types) => {
  const { $defs } = revisions.find(([name]) => name === revision)![1].schema!.value;
  expect($defs[types]?.enum).toEqual(
    Object.keys(taggedUnionOf('StreamEvent', $defs.StreamEvent?.oneOf ?? [], $defs).cases),
  );
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
const problems = (found: Awaited<ReturnType<typeof lintFromString>>) =>
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
    const text = readFileSync(join(revision.folder, 'openapi.yaml'), 'utf8');
    expect(text).toMatch(/^openapi: 3\.1\./m);
    expect(
      problems(
        await lintFromString({ source: wholeDocument(parse(text) as object, revision.schema?.value.$defs), config }),
      ),
    ).toEqual([]);
  },
);

describe.each(described)('%s', (_, { folder, schema, methods }) => {
  const text = readFileSync(join(folder, 'openapi.yaml'), 'utf8');
  const { paths, ...rest } = parse(text) as OpenApi;

  test('openapi.yaml has the operations of methods.yaml, with their shapes, and no more', () => {
    const overHttp = (methods?.value ?? []).filter(isOverHttp);
    const inMethods = overHttp.flatMap(({ name, http, request, response, stream, events = null }) =>
      http.verbs.map((verb) => ({
        at: `${verb} ${http.path}`,
        name,
        members: Object.keys(schema?.value.$defs[request ?? '']?.properties ?? {}).toSorted(),
        response,
        stream,
        events,
        failure: '#/components/responses/Failure',
      })),
    );
    const inOpenApi = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([verb]) => verb !== 'parameters')
        .map(([verb, operation]) => {
          const content = Object.entries(contentOf(operation.responses['200'] ?? operation.responses['201']));
          const [[type, answer] = ['', undefined], ...others] = content;
          // An answer that can be asked for as a stream has a shape for its events.
          const events = STREAMS.includes(type) ? [] : others.filter(([other]) => STREAMS.includes(other));
          expect(
            new Set(
              [answer, ...others.filter((one) => !events.includes(one)).map(([, one]) => one)].map(
                (one) => one?.schema.$ref,
              ),
            ).size,
          ).toBe(1);
          return {
            at: `${verb.toUpperCase()} ${path}`,
            name: operation.operationId.replace(/ByGet$/, ''),
            members: membersSent(operation, path),
            response: nameOf(answer),
            stream: STREAMS.includes(type),
            events: nameOf(events[0]?.[1]),
            failure: operation.responses.default?.$ref,
          };
        }),
    );
    expect(inOpenApi.toSorted(order)).toEqual(inMethods.toSorted(order));
  });

  const nameOf = (answer: { schema: { $ref?: string } } | undefined): string | null =>
    answer?.schema.$ref ? refName(answer.schema.$ref.replace(/^[^#]*/, '')) : null;

  /** What reaches the server: members in the path, the query and the body, which is one for all media types. */
  function membersSent({ parameters = [], requestBody }: Operation, path: string): string[] {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const [body, ...others] = new Set(Object.values(contentOf(requestBody)).map(({ schema: shape }) => shape.$ref));
    expect(others).toEqual([]);
    const inBody = body ? Object.keys((resolveRef(body) as SchemaObject).properties ?? {}) : [];
    return [...new Set([...inPath, ...inQuery, ...inBody])].toSorted();
  }

  function contentOf(body: Body | undefined): NonNullable<Body['content']> {
    const target = body?.$ref ? (resolveRef(body.$ref) as Body) : body;
    return target?.content ?? {};
  }

  function resolveRef(ref: string): unknown {
    const [document, pointer = ''] = ref.split('#');
    const root: unknown = document ? schema?.value : rest;
    const steps = pointer.split('/').slice(1);
    return steps.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], root);
  }
});

describe.each(withErrors)('%s', (_, { errors }) => {
  test('the reason of an error is its name in upper snake case, without "Error"', () => {
    const all = Object.values(errors?.value.patches ?? {}).flat() as { name: string; reason?: string }[];
    const rows = all.filter(({ reason }) => reason !== undefined || errors?.value.domain !== undefined);
    expect(rows.map(({ reason }) => `${reason}_ERROR`)).toEqual(rows.map(({ name }) => snake(name)));
  });

  test('all patches know the same errors under the same codes', () => {
    const tables = Object.values(errors?.value.patches ?? {}).map((rows) => rows.map(({ name, code }) => [name, code]));
    expect(tables).toEqual(tables.map(() => tables[0]));
  });
});

describe.each(withErrors.filter(([, { errors }]) => errors?.value.domain !== undefined))(
  '%s',
  (_, { folder, errors }) => {
    test('openapi.yaml names the domain of errors.yaml', () => {
      expect(readFileSync(join(folder, 'openapi.yaml'), 'utf8')).toContain(
        `domain: { const: ${errors?.value.domain} }`,
      );
    });
  },
);
