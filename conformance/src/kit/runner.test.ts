import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { expect, test } from 'vitest';
import { httpTarget } from '../recorder/loopback.test.data.ts';
import { runSuite, type RunEntry, type RunOptions } from './runner.ts';

async function eventsOf(quirk: string | undefined, options: Partial<RunOptions> = {}): Promise<RunEntry[]> {
  const quirks = QUIRKS.filter(({ name }) => name === quirk);
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'], quirks });
  const entries: RunEntry[] = [];
  const command = { name: 'test', version: '0' };
  await runSuite(
    {
      target: server.url,
      protocols: ['a2a@1.0'],
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs: 5_000,
      deadlineMs: 280_000,
      seed: 1,
      command,
      ...options,
    },
    (entry) => void entries.push(entry),
  );
  return entries;
}

const ofType = <Type extends string>(entries: readonly RunEntry[], type: Type) =>
  entries.filter((entry): entry is Extract<RunEntry, { type: Type }> => 'type' in entry && entry.type === type);

test('a clean run plays what it planned, once', async () => {
  const entries = await eventsOf(undefined);
  const [plan] = ofType(entries, 'plan');
  const ends = ofType(entries, 'scenario-end');
  expect(ends).toHaveLength(plan!.plays);
  expect(ends.every(({ attempt }) => attempt === 1)).toBe(true);
  expect(
    ends
      .flatMap(({ findings }) => findings)
      .filter(({ verdict }) => verdict === 'violation' || verdict === 'warning' || verdict === 'harness-error'),
  ).toEqual([]);
});

test('what nearly every scenario sees red is confirmed once for each binding', async () => {
  const ends = ofType(await eventsOf('a2a.model.kind'), 'scenario-end');
  const reds = (attempt: number) =>
    ends.filter(
      (end) =>
        end.attempt === attempt &&
        end.findings.some(({ requirement, verdict }) => requirement === 'A2A10-DM-013' && verdict === 'warning'),
    );
  expect(reds(1).length).toBeGreaterThan(20);
  expect(
    reds(2)
      .map(({ binding }) => binding)
      .sort(),
  ).toEqual(['HTTP+JSON', 'JSONRPC']);
});

test('a scenario is played as often as was said, and what comes and goes is measured', async () => {
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'] });
  let cards = 0;
  // Every third card has no tag: what comes and goes on any machine alike.
  await using front = await httpTarget((request, response) => {
    void fetch(new URL(request.url!, server.url)).then(async (answer) => {
      if (request.url!.endsWith('agent-card.json') && (cards += 1) % 3 !== 0)
        response.setHeader('ETag', answer.headers.get('etag') ?? '');
      for (const name of ['content-type', 'cache-control']) response.setHeader(name, answer.headers.get(name) ?? '');
      response.writeHead(answer.status).end(await answer.text());
    });
  });
  const entries = await eventsOf(undefined, { target: front.url, only: ['A2A10-CARD-008'], repeat: 5 });
  const ends = ofType(entries, 'scenario-end');
  const [plan] = ofType(entries, 'plan');
  expect(ends).toHaveLength(plan!.plays * 5);
  const measured = ofType(entries, 'revision').flatMap(({ findings }) => findings);
  expect(measured).toContainEqual(
    expect.objectContaining({
      requirement: 'A2A10-CARD-008',
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^flaky: held in [1-4] of 5 plays \(\d0 %\), red in [1-4]$/) as string,
    }),
  );
});

test('rows that are left out are not spoken of, though others that were played see them', async () => {
  const entries = await eventsOf('a2a.model.kind', { only: ['A2A10-CARD-*'] });
  const spoken = new Set(
    ofType(entries, 'scenario-end')
      .flatMap(({ findings }) => findings)
      .map(({ requirement }) => requirement),
  );
  expect([...spoken].every((id) => id.startsWith('A2A10-CARD-'))).toBe(true);
  expect(spoken.size).toBeGreaterThan(5);
});

test('a run that is stopped says so, and blames nobody', async () => {
  const entries = await eventsOf(undefined, { deadlineMs: 40 });
  expect(ofType(entries, 'stop')).toMatchObject([
    { outcome: expect.stringMatching(/incomplete|unreachable/) as string },
  ]);
  expect(
    ofType(entries, 'scenario-end')
      .flatMap(({ findings }) => findings)
      .filter(({ verdict }) => verdict === 'violation' || verdict === 'warning'),
  ).toEqual([]);
});
