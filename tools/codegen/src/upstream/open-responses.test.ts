/** Our shapes against upstream's own OpenAPI documents, which lie beside the repository, not in it: read as data. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRevisions } from '../read-revisions.ts';
import { differences, type UpstreamSchema } from './differences.ts';

const root = resolve(import.meta.dirname, '../../../..');
const revisions = readRevisions(join(root, 'specs')).filter(({ identity }) => identity.family === 'responses');
const documents = ['2026-01-15', '2026-04-24'].map((revision) => {
  const file = join(root, `../shared/upstream/openresponses-${revision}.openapi.json`);
  const { $defs } = revisions.find(({ identity }) => identity.revision === revision)!.schema!.value;
  return { revision, file, $defs: $defs as Record<string, UpstreamSchema> };
});

/** Where we differ on purpose: what is seen there, and why. */
const MEANT: [string, RegExp][] = [
  ['items, tools and events with a prefix are allowed by the prose', / \/ .*Extension/],
  [
    'what may be left out may be null, as clients send it',
    /^(?:WebSocketResponseCreateEvent|CreateResponseBody|TextParam|FunctionToolParam|JsonSchemaResponseFormatParam)\.(?!schema|name|type)\w+: .* null/,
  ],
  [
    'null is tolerated where the prose shows it, or servers send it',
    /^(?:OutputTextContent|ReasoningBody|Response\w+)\.(?:logprobs|content|encrypted_content): .* null/,
  ],
  ['phase may be null', /^Message\.phase/],
  [
    'one message for all roles, whose `type` may be left out as the prose does, so that output goes back as it is',
    /^(?:User|System|Developer|Assistant)MessageItemParam\.(?:type|role|content|phase): /,
  ],
  [
    'output goes back as it is',
    /^(?:OutputTextContentParam\.logprobs|ReasoningItemParam\.(?:summary|content)|FunctionCallOutput\.output): /,
  ],
  ['a reference says that it is one', /^ItemReferenceParam\.type/],
  ['texts have the limit that they have as input', /\.(?:text|refusal): string\* \/ string\(maxLength 10485760\)\*/],
  ['a schema is an object: `{}`, or `null` alone, is an artefact of their generator', /\.(?:schema|parameters): /],
  ['a format is named', /^JsonSchemaResponseFormatParam\.(?:type|name): /],
  [
    'what the prose forbids is forbidden, not merely a text that cannot be',
    /^WebSocketResponseCreateEvent\.(?:stream|stream_options|background): .* never$/,
  ],
  ['places are checked in neither direction', /^UrlCitationParam\.(?:start|end)_index: /],
  ['an object with a name', /^WebSocketErrorEvent\.error: /],
  ['metadata is what was sent', /^ResponseResource\.metadata: any/],
  ['every part may be a video, as in a message', /\.(?:part|content|summary): .*InputVideoContent/],
  ['every delta may have filler', /^ResponseRefusalDeltaStreamingEvent\.obfuscation/],
  ['written in two definitions here', /^ToolChoiceParam: we have no/],
];

test.each(documents.filter(({ file }) => !existsSync(file)))('NOT COMPARED: $file is not there', ({ $defs }) => {
  expect(Object.keys($defs)).toContain('ResponseResource');
});

describe.each(documents.filter(({ file }) => existsSync(file)))('$revision', ({ file, $defs }) => {
  const { components } = JSON.parse(readFileSync(file, 'utf8')) as {
    components: { schemas: Record<string, UpstreamSchema> };
  };

  test('says what upstream says, but for what is meant to differ', () => {
    const found = differences(components.schemas, $defs);
    expect(found.filter((one) => !MEANT.some(([, pattern]) => pattern.test(one)))).toEqual([]);
  });

  test('a difference is found', () => {
    const { Usage, ...rest } = components.schemas;
    const other = { ...Usage, properties: { ...Usage?.properties, input_tokens: { type: 'string' } } };
    expect(differences({ ...rest, Usage: other, New: {} }, $defs)).toEqual(
      expect.arrayContaining(['Usage.input_tokens: string* / integer*', 'New: we have no New']),
    );
  });
});

test('every difference that is meant is there', () => {
  const found = documents
    .filter(({ file }) => existsSync(file))
    .flatMap(({ file, $defs }) => differences(JSON.parse(readFileSync(file, 'utf8')).components.schemas, $defs));
  const unused = MEANT.filter(([, pattern]) => !found.some((one) => pattern.test(one))).map(([why]) => why);
  expect(found.length === 0 ? [] : unused).toEqual([]);
});
