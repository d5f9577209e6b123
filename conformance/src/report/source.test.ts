import { families, requirementsOf, type FamilyRevisionId } from '@agentproto/rules';
import { expect, test } from 'vitest';
import { sourceOf } from './source.ts';

test.each([
  ['a2a', '1.0', '3.1.2, 11.7', 'https://github.com/a2aproject/A2A/blob/v1.0.1/docs/specification.md#312-'],
  ['a2a', '1.0.0', '3.1.2, 11.7', 'https://github.com/a2aproject/A2A/blob/v1.0.0/docs/specification.md#312-'],
  ['a2a', '0.3', '7.5-7.8, 8.2', 'https://github.com/a2aproject/A2A/blob/v0.3.0/docs/specification.md#75-'],
  ['a2a', '1.0', 'proto Artifact', 'https://github.com/a2aproject/A2A/blob/v1.0.1/specification/a2a.proto'],
  ['chat', 'docs', 'server: Error Handling', 'docs/core/server.md#error-handling'],
  ['chat', 'dcaf-2.1', 'server: Error Handling', 'docs/core/server.md#error-handling'],
  ['responses', 'openai', 'Items are streamable', 'https://www.openresponses.org/specification#items-are-streamable'],
  ['responses', 'wayflow', 'app.py', '/agentserver/app.py'],
])('%s@%s, section %s', (family, revision, section, url) => {
  expect(sourceOf({ family, revision, section }).url).toContain(url);
});

test('a section that has no place of its own leads to the whole', () => {
  expect(sourceOf({ family: 'a2a', revision: '0.3', section: 'a2akit' }).url).toBe(
    families.a2a.revisions['0.3'].source,
  );
  expect(sourceOf({ family: 'mine', revision: '1', section: '1' })).toEqual({ title: 'mine@1' });
});

/** Where a product is the source, or the text has no headings that could be named. */
const WHOLE = /^(a2akit|fasta2a|WayFlow|tests|Transport|Streaming HTTP Responses|JSON-RPC)/;

test('a rule of a user is not laid to the protocol', () => {
  const own = { id: 'MY-TONE-001', family: 'a2a', revision: '1.0' };
  expect(sourceOf({ ...own, section: 'tone.scenario.ts' })).toEqual({ title: 'a rule of your own' });
  expect(sourceOf({ ...own, section: 'https://wiki.example.com/tone' }).url).toBe('https://wiki.example.com/tone');
});

test('every section that a row names leads to its place', () => {
  const revisions = Object.values(families).flatMap(({ revisions: some }) =>
    Object.values<{ id: FamilyRevisionId; source: string }>(some),
  );
  const lost = revisions.flatMap(({ id, source }) =>
    requirementsOf(id)
      .filter((row) => row.revision !== 'openai' && !WHOLE.test(row.section) && sourceOf(row).url === source)
      .map((row) => `${id} ${row.id} ${row.section}`),
  );
  expect(lost).toEqual([]);
});
