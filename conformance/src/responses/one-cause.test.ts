import { QUIRKS } from '@agentproto/reference-server/quirks';
import { expect, test } from 'vitest';
import { fixtures } from '../self/fixtures.ts';
import { isRed, sight } from '../self/sight.ts';

/** What a server does that several rows could be held against it for, and the one that is. All scenarios are played. */
const CAUSES: readonly [cause: string, protocol: string, quirk: string, row: string][] = [
  ['keeps nothing', 'responses@openai', 'responses.get.knows-nothing', 'OAI-GET-001'],
  ['refuses unknown ids with 400', 'responses@openai', 'responses.get.unknown-is-a-400', 'OAI-GET-002'],
  ['streams nothing that is kept', 'responses@openai', 'responses.get.never-streams', 'OAI-GET-004'],
  ['leaves members of every response out', 'responses@openai', 'responses.shape.lacks-members', 'RESP-SCHEMA-001'],
  ['answers with null', 'responses@openai', 'responses.shape.is-null', 'RESP-SCHEMA-001'],
  ['leaves tools aside', 'responses@2026-04-24', 'responses.shape.leaves-tools-aside', 'RESP-SCHEMA-002'],
  ['refuses everything', 'responses@2026-04-24', 'responses.ext.wants-a-member-of-its-own', 'RESP-EXT-011'],
  ['ends streams without output', 'responses@2026-04-24', 'responses.stream.ends-without-output', 'RESP-STREAM-012'],
  ['gives each item one id', 'responses@2026-04-24', 'responses.item.all-have-one-id', 'RESP-ITEM-013'],
  ['shows nothing that is at work', 'responses@openai', 'responses.background.cannot-be-polled', 'OAI-BG-002'],
  ['changes the id in its stream', 'responses@openai', 'responses.stream.id-changes', 'RESP-STREAM-014'],
  ['has no end in its streams', 'responses@openai', 'responses.stream.never-ends', 'RESP-STREAM-011'],
  ['calls its streams JSON', 'responses@openai', 'responses.stream.is-called-json', 'RESP-STREAM-001'],
  ['forgets at OpenAI', 'responses@openai', 'responses.chain.forgets-everything', 'RESP-PREV-001'],
  ['refuses in another form', 'responses@openai', 'responses.error.is-a-detail', 'RESP-ERR-001'],
  ['numbers no events', 'responses@openai', 'responses.stream.has-no-numbers', 'RESP-STREAM-010'],
  ['goes on from nothing', 'responses@2026-04-24', 'responses.chain.passes-over-every-id', 'RESP-PREV-001'],
];

test.each(CAUSES)('one that %s breaks one row, %s', async (_cause, protocol, name, row) => {
  const fixture = fixtures.find(({ protocols }) => protocols.length === 1 && protocols[0] === protocol)!;
  const quirk = QUIRKS.filter((one) => one.name === name);
  expect(quirk).toHaveLength(1);
  const { findings, applied } = await sight(fixture, quirk, { patienceMs: 2_000 });
  expect(applied).toBeGreaterThan(0);
  expect([...new Set(findings.filter(isRed).map(({ requirement }) => requirement))]).toEqual([row]);
});
