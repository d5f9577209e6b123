import { unpackExchange } from '@agentproto/recording';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contradictions } from './commands/verify.ts';
import type { RunEntry } from './kit/runner.ts';
import { UsageError } from './kit/usage-error.ts';
import { buildReport } from './report/build.ts';
import { ending } from './report/exit-code.ts';
import type { RunRecord } from './report/judgement.ts';
import {
  cancelExchange,
  finding,
  planned,
  sampleHeader,
  sampleRegistry,
  sampleRun,
} from './report/sample.test.data.ts';
import { createRunLog, runFileSink, readRunFile, type RunLogOptions } from './run-file.ts';

const scoring = { failOn: 'must', allowIncomplete: false } as const;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agentproto-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(
  run: RunRecord,
  more: Partial<RunLogOptions> = {},
): Promise<{ file: string; heard: RunEntry[]; kept: RunRecord }> {
  const file = join(folder, 'run.ndjson');
  await using log = createRunLog({ scoring, sink: runFileSink(file), ...more });
  const heard = [{ header: run.header }, ...run.events].map((entry) => log.listen(entry));
  const kept = { ...log.record(), footer: { durationMs: 1, totals: log.totals() } };
  await log.close(kept.footer, ending(buildReport(kept, scoring, sampleRegistry)));
  return { file, heard, kept };
}

test('what is written is read again', async () => {
  const { file, kept } = await write(sampleRun);
  const read = await readRunFile(file);
  expect(read.problems).toEqual([]);
  expect(read.scoring).toEqual(scoring);
  expect(read.footer?.totals).toEqual({ scenarios: 9, findings: 14, exchanges: 1 });
  expect(buildReport(read, scoring, sampleRegistry)).toEqual(buildReport(kept, scoring, sampleRegistry));
  const exchanges = await Array.fromAsync(read.exchanges());
  expect(exchanges.map(unpackExchange)).toEqual([cancelExchange]);
  expect(read.exchangeIds).toEqual({ count: 1, least: 12, most: 12 });
  expect(contradictions(read, sampleRegistry)).toEqual([]);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(sampleRun.events.length + 2);
  expect(JSON.parse(lines[0]!)).toMatchObject({ type: 'header', format: 'agentproto-run', version: 1, seed: 42 });
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    type: 'footer',
    outcome: 'violation',
    exitCode: 1,
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
  });
});

describe('a file that is not as it was written', () => {
  test('cut: read as far as it goes, and incomplete', async () => {
    const { file } = await write(sampleRun);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.slice(0, 4).join('\n') + '\n{"type":"scen');
    const read = await readRunFile(file);
    expect(read.problems).toMatchObject([
      { kind: 'truncated', message: expect.stringContaining(`${file}: line 5`) as string },
    ]);
    expect(read.events.length + read.exchangeIds.count).toBe(3);
    expect(buildReport(read, scoring, sampleRegistry)).toMatchObject({ outcome: 'incomplete', exitCode: 3 });
  });

  test('edited: a red made green', async () => {
    const { file } = await write(sampleRun);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"violation"', '"pass"'));
    const read = await readRunFile(file);
    expect(read.problems).toMatchObject([{ kind: 'edited', message: expect.stringMatching(/digest/) as string }]);
  });

  test.each([
    [
      '',
      /^.*: expected the header of an agentproto-run file, got nothing; run files are written by --report run=FILE$/,
    ],
    ['{\n  "schemaVersion": 1\n}\n', /line 1: expected the header of an agentproto-run file/],
    ['{"type":"header","format":"agentproto-run","version":1}\n', /line 1: tool: expected an object, got nothing/],
  ])('no run file: %j', async (content, message) => {
    const file = join(folder, 'other');
    await writeFile(file, content);
    await expect(readRunFile(file)).rejects.toThrow(message);
    await expect(readRunFile(file)).rejects.toBeInstanceOf(UsageError);
  });

  test('a line that does not belong', async () => {
    const { file } = await write(sampleRun);
    const [header] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${header}\n{"type":"scenario-end","id":1}\n`);
    await expect(readRunFile(file)).rejects.toThrow(/line 2: id: expected a text, got 1/);
    await writeFile(file, `${header}\n{"type":"surprise"}\n`);
    await expect(readRunFile(file)).rejects.toThrow(/line 2: type: expected plan, scenario-start, .*, got "surprise"/);
    await writeFile(
      file,
      `${header}\n{"type":"revision","scenario":"s","binding":"b","findings":[{"requirement":"A","binding":"b","scenario":"s","verdict":"green"}]}\n`,
    );
    await expect(readRunFile(file)).rejects.toThrow(
      /line 2: findings\[0\]\.verdict: expected violation, .*, got "green"/,
    );
  });

  test('no such file', async () => {
    await expect(readRunFile(join(folder, 'none'))).rejects.toThrow(/none: there is no such file/);
  });
});

test('verify sees a footer that says something else', async () => {
  const { file } = await write(sampleRun);
  const read = await readRunFile(file);
  const green = { ...read, end: { ...read.end!, outcome: 'conforms' as const, exitCode: 0 } };
  expect(contradictions(green, sampleRegistry)).toEqual([
    `${file}: the footer says conforms (exit code 0), its events mean violation (exit code 1)`,
  ]);
  const fewer = { ...read, footer: { ...read.footer!, totals: { scenarios: 7, findings: 14, exchanges: 1 } } };
  expect(contradictions(fewer, sampleRegistry)).toEqual([`${file}: the footer says 7 scenarios, its events hold 9`]);
});

describe('secrets', () => {
  const token = 'tok-4711-äöü"x';
  const text = `you said Bearer ${token}`;
  const run: RunRecord = {
    header: {
      ...sampleHeader,
      target: {
        url: `http://127.0.0.1:4000/?key=${encodeURIComponent(token)}`,
        detected: [{ id: 'a2a@1.0', patch: '1.0.1', evidence: text }],
      },
      options: { note: text },
    },
    events: [
      {
        type: 'plan',
        plays: 1,
        rows: [planned('A2A10-CARD-001', 'card', [], { verdict: 'not-applicable', reason: text })],
      },
      {
        type: 'exchange',
        exchange: {
          ...cancelExchange,
          request: {
            ...cancelExchange.request,
            headers: [
              ['Authorization', `Bearer ${token}`],
              ['X-Api-Key', 'k-0815'],
            ],
          },
          response: {
            atMs: 1,
            status: 401,
            headers: [['X-Echo', token]],
            body: { text: JSON.stringify({ text }) },
            json: { text },
          },
          frames: [{ index: 0, atMs: 1, direction: 'in', kind: 'sse', data: JSON.stringify({ text }), json: { text } }],
          end: { atMs: 2, kind: 'broken', message: text },
        },
      },
      {
        type: 'scenario-end',
        ...{ id: 's', binding: 'card', attempt: 1, startedAtMs: 0, durationMs: 1 },
        findings: [
          finding('A2A10-CARD-002', 'card', 's', 'violation', {
            reason: text,
            failure: { message: text, expected: { text }, actual: [text, 'k-0815'] },
          }),
        ],
      },
      { type: 'stop', outcome: 'error', message: text },
    ],
  };
  const headers = [
    ['Authorization', `Bearer ${token}`],
    ['X-Api-Key', 'k-0815'],
  ] as const;

  test('are in nothing that is written, kept or handed on', async () => {
    const { file, heard, kept } = await write(run, { headers });
    for (const place of [
      await readFile(file, 'utf8'),
      JSON.stringify(heard),
      JSON.stringify(kept),
      JSON.stringify(buildReport(kept, scoring, sampleRegistry)),
    ]) {
      expect(place).not.toContain('4711');
      expect(place).not.toContain('k-0815');
    }
    expect(JSON.stringify(heard)).toContain('you said');
  });

  test('a secret that is also one of our words spoils nothing', async () => {
    const { file } = await write(sampleRun, {
      headers: [
        ['Authorization', 'Bearer violation'],
        ['X-Key', 'JSONRPC'],
      ],
    });
    const read = await readRunFile(file);
    expect(read.problems).toEqual([]);
    expect(buildReport(read, scoring, sampleRegistry)).toMatchObject({ exitCode: 1 });
  });

  test('headers that say nothing about who asks are no secrets', async () => {
    const { heard } = await write(run, {
      headers: [
        ['A2A-Version', 'text'],
        ['Accept', 'said'],
      ],
    });
    expect(JSON.stringify(heard)).toContain('you said');
  });
});

test('a value that is nested too deep does not stop the log', async () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const failure = { message: 'deep', expected: 1, actual: deep };
  const { kept } = await write({
    header: sampleHeader,
    events: [
      {
        type: 'revision',
        scenario: 's',
        binding: 'b',
        findings: [finding('A2A10-CARD-001', 'b', 's', 'violation', { failure })],
      },
    ],
  });
  expect(JSON.stringify(kept)).toContain('nested too deep');
});

test('what cannot be written is told at the end', async () => {
  const log = createRunLog({
    scoring,
    sink: { write: () => Promise.reject(new Error('disk full')), read: () => '', close: async () => {} },
  });
  log.listen({ header: sampleHeader });
  log.listen({ type: 'stop', outcome: 'error', message: 'x' });
  await expect(log.close({ durationMs: 1, totals: log.totals() }, { outcome: 'error', exitCode: 5 })).rejects.toThrow(
    'disk full',
  );
});

test('a run that never began leaves an older file alone', async () => {
  const { file } = await write(sampleRun);
  const before = await readFile(file, 'utf8');
  await createRunLog({ scoring, sink: runFileSink(file) })[Symbol.asyncDispose]();
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('a file that cannot be opened is told at the end, once', async () => {
  await using log = createRunLog({ scoring, sink: runFileSink(folder) });
  log.listen({ header: sampleHeader });
  await expect(log.close({ durationMs: 1, totals: log.totals() }, { outcome: 'error', exitCode: 5 })).rejects.toThrow(
    'EISDIR',
  );
});
