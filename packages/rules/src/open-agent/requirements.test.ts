import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { families, requirementsOf, type FamilyRevisionId } from '../index.ts';
import { is as is07, validate } from './0.7.ts';
import { is as isReadme } from './readme.ts';

const IDS = ['open-agent@0.7', 'open-agent@readme'] as const;
const ids = (id: FamilyRevisionId) => requirementsOf(id).map((row) => row.id);

test('`open-agent` alone means the document of 0.7', () => {
  expect(families['open-agent'].default).toBe('0.7');
});

test('0.7 has 109 rules; the README shares 70 of them, and has 15 of its own', () => {
  const [own, readme] = IDS.map(ids) as [string[], string[]];
  expect([own.length, readme.length, readme.filter((id) => !own.includes(id)).length]).toEqual([109, 85, 15]);
});

test.each(IDS)('a MUST of %s is never our own', (id) => {
  const own = requirementsOf(id).filter(({ level, basis }) => level === 'must' && basis !== 'implied');
  expect(own).toEqual([]);
});

test('every contradiction that a text of the specs names is there', () => {
  const read = (path: string) => readFileSync(new URL(`../../../../specs/open-agent/${path}`, import.meta.url), 'utf8');
  const known = new Set([...read('0.7/contradictions.yaml').matchAll(/^- id: (OAA-X\d\d)$/gm)].map(([, id]) => id));
  expect(known.size).toBe(23);
  for (const file of [
    '0.7/account.schema.json',
    '0.7/agents.schema.json',
    '0.7/auth.schema.json',
    '0.7/runs.schema.json',
    '0.7/openapi.yaml',
    'readme/changes.yaml',
    'readme/runs.schema.json',
  ])
    for (const [name] of read(file).matchAll(/OAA-X\d\d/g)) expect(known).toContain(name);
});

describe('shapes', () => {
  const started = {
    event: 'RunStarted',
    run_id: 'r',
    content: '',
    content_type: 'str',
    created_at: 1,
    session_id: 's',
  };

  test('all seven events, by the name of the member that each revision has', () => {
    expect(is07('RunEvent', started)).toBe(true);
    expect(is07('RunEvent', { event: 'ToolRequest', type: 'ToolRequest', tool: 'search', input: {} })).toBe(true);
    expect(
      is07('RunEvent', {
        event: 'CostSummary',
        run_id: 'r',
        created_at: 1,
        session_id: 's',
        cost: { input_tokens: 1, output_tokens: 2, microdollars: 3 },
      }),
    ).toBe(true);
    expect(is07('RunEvent', { ...started, session_id: undefined })).toBe(false);
    expect(isReadme('RunEvent', { type: 'RunResponse', content: 'Hi', from: 'Ada' })).toBe(true);
    expect(isReadme('RunEvent', { event: 'RunResponse', content: 'Hi' })).toBe(false);
  });

  test('what is wrong is said once, with its place', () => {
    const key = { id: 'x', name: 'k', created_at: '2026-01-01T00:00:00Z', is_active: true, last_used_at: null };
    expect(validate('ApiKeyInfo', key)).toEqual([expect.objectContaining({ pointer: '/id', expected: 'a UUID' })]);
    expect(validate('ApiKeyInfo', { ...key, id: crypto.randomUUID() })).toEqual([]);
  });
});
