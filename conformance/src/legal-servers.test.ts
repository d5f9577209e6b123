import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { expect, test } from 'vitest';
import { runSuite } from './kit/runner.ts';
import { buildMergedReport } from './report/build.ts';
import { createRunLog } from './run-file.ts';

/**
 * Kinds of servers that their protocols leave room for. To turn nothing red is not enough: with nothing wrong, whoever
 * runs the suite in CI must get exit code 0, so that what a server need not do may not stay unknown.
 */
const KINDS: readonly [kind: string, protocol: string, profile: string, quirks: readonly string[]][] = [
  ['as it is', 'a2a@1.0', 'echo', []],
  ['only ever answers with messages', 'a2a@1.0', 'script', ['a2a.legal.only-messages']],
  ['only ever answers with messages', 'a2a@1.0', 'echo', ['a2a.legal.only-messages']],
  ['makes a task of everything', 'a2a@1.0', 'script', ['a2a.legal.only-tasks']],
  ['keeps no history', 'a2a@1.0', 'script', ['a2a.legal.keeps-no-history']],
  ['makes no contexts', 'a2a@1.0', 'script', ['a2a.legal.makes-no-contexts']],
  ['cannot be canceled', 'a2a@1.0', 'script', ['a2a.legal.cannot-be-canceled']],
  ['sends one byte a chunk', 'a2a@1.0', 'script', ['a2a.legal.one-byte-a-chunk']],
  ['answers late', 'a2a@1.0', 'script', ['a2a.legal.answers-late']],
  ['is slow and steady', 'a2a@1.0', 'script', ['a2a.legal.steady-and-slow']],
  // Of the earlier eras; 0.2 is 0.3 over one of its bindings, and 0.1 has tasks alone.
  ['as it is', 'a2a@0.3', 'echo', []],
  ['only ever answers with messages', 'a2a@0.3', 'script', ['a2a.legal.only-messages']],
  ['only ever answers with messages', 'a2a@0.3', 'echo', ['a2a.legal.only-messages']],
  ['makes a task of everything', 'a2a@0.3', 'script', ['a2a.legal.only-tasks']],
  ['keeps no history', 'a2a@0.3', 'script', ['a2a.legal.keeps-no-history']],
  ['cannot be canceled', 'a2a@0.3', 'script', ['a2a.legal.cannot-be-canceled']],
  ['sends comments between events', 'a2a@0.3', 'script', ['a2a.legal.comments']],
  ['answers late', 'a2a@0.3', 'script', ['a2a.legal.answers-late']],
  ['is slow and steady', 'a2a@0.3', 'script', ['a2a.legal.steady-and-slow']],
  ['as it is', 'a2a@0.2', 'echo', []],
  ['only ever answers with messages', 'a2a@0.2', 'script', ['a2a.legal.only-messages']],
  ['as it is', 'a2a@0.1', 'echo', []],
  ['makes no contexts', 'a2a@0.1', 'script', ['a2a.legal.makes-no-contexts']],
  ['keeps no history', 'a2a@0.1', 'script', ['a2a.legal.keeps-no-history']],
  ['cannot be canceled', 'a2a@0.1', 'script', ['a2a.legal.cannot-be-canceled']],
  ['sends comments between events', 'a2a@0.1', 'script', ['a2a.legal.comments']],
  ['answers late', 'a2a@0.1', 'script', ['a2a.legal.answers-late']],
  ['is slow and steady', 'a2a@0.1', 'script', ['a2a.legal.steady-and-slow']],
  ['as it is', 'chat@docs', 'echo', []],
  ['sends one byte a chunk', 'chat@docs', 'script', ['chat.legal.one-byte-a-chunk']],
  ['answers late', 'chat@docs', 'script', ['chat.legal.answers-late']],
  ['is slow and steady', 'chat@docs', 'script', ['chat.legal.steady-and-slow']],
  ['says no more than `done` at the end', 'chat@docs', 'script', ['chat.legal.bare-done']],
  ['as it is', 'responses@2026-04-24', 'echo', []],
  [
    'has neither a WebSocket nor compaction',
    'responses@2026-04-24',
    'script',
    ['responses.legal.no-socket', 'responses.legal.no-compaction'],
  ],
  ['sends one byte a chunk', 'responses@2026-04-24', 'script', ['responses.legal.one-byte-a-chunk']],
  ['queues everything first', 'responses@2026-04-24', 'script', ['responses.legal.queued-first']],
  [
    'has more of everything',
    'responses@2026-04-24',
    'script',
    [
      'responses.legal.more-members',
      'responses.legal.extension-events',
      'responses.legal.extension-item',
      'responses.legal.comments',
      'responses.legal.crlf',
    ],
  ],
  ['as it is', 'responses@2026-01-15', 'echo', []],
  ['as it is', 'responses@openai', 'echo', []],
  ['creates responses alone', 'responses@openai', 'script', ['responses.legal.few-operations']],
  ['as it is', 'responses@wayflow', 'echo', []],
  // A SHOULD, which warns.
  ['knows no 405', 'chat@docs', 'script', ['chat.error.method-is-an-unknown-path']],
];

test.each(KINDS)('one that %s, %s, profile %s', async (_kind, protocol, profile, names) => {
  const quirks = QUIRKS.filter(({ name }) => names.includes(name));
  expect(quirks).toHaveLength(names.length);
  await using server = await createReferenceServer({ protocols: [protocol], quirks });
  const scoring = { failOn: 'must', allowIncomplete: false } as const;
  await using log = createRunLog({ headers: [], scoring });
  const footer = await runSuite(
    {
      target: server.urls[protocol] ?? server.url,
      protocols: [protocol],
      profile,
      only: [],
      skip: [],
      headers: [],
      concurrency: 8,
      timeoutMs: 5_000,
      deadlineMs: 280_000,
      seed: 1,
      command: { name: 'test', version: '0.0.0' },
    },
    (entry) => void log.listen(entry),
  );
  const report = buildMergedReport([{ ...log.record(), footer }], scoring);
  const unknown = report.requirements.flatMap(({ id, bindings }) =>
    Object.entries(bindings).flatMap(([binding, { verdict, reason }]) =>
      ['violation', 'inconclusive', 'blocked', 'harness-error'].includes(verdict)
        ? [`${id} ${binding}: ${verdict} (${reason ?? ''})`]
        : [],
    ),
  );
  expect(unknown).toEqual([]);
  expect(report.stopped?.message).toBeUndefined();
  expect(report.exitCode).toBe(0);
  for (const { applied } of server.quirks) expect(applied).toBeGreaterThan(0);
});
