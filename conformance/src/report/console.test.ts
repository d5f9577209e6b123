import { describe, expect, test } from 'vitest';
import { buildMergedReport, buildReport } from './build.ts';
import { renderConsole } from './console.ts';
import type { ConsoleOptions } from './console-options.ts';
import { painter } from './paint.ts';
import { cancelExchange, finding, runOf, sampleHeader, sampleRegistry, sampleRun } from './sample.test.data.ts';

const options: ConsoleOptions = {
  width: 80,
  paint: painter(false),
  verbosity: 'normal',
  exchange: (_run, id) => (id === 12 ? cancelExchange : undefined),
};
const policy = { failOn: 'must', allowIncomplete: false } as const;
const report = buildReport(sampleRun, policy, sampleRegistry);

describe('the sample run', () => {
  test.each(['normal', 'verbose', 'quiet'] as const)('%s', async (verbosity) => {
    const text = renderConsole(report, { ...options, verbosity });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot(`./golden/console.${verbosity}.txt`);
  });

  test('with a baseline', async () => {
    const baseline = [
      {
        id: 'A2A10-CANCEL-006',
        reason:
          'The SDK reports the canceled status to the caller of CancelTask only (issue 12); section 3.1.5 is read so by its authors.',
      },
      { id: 'A2A10-CARD-001', reason: 'served late' },
    ];
    const text = renderConsole(buildReport(sampleRun, { ...policy, baseline }, sampleRegistry), options);
    await expect(text).toMatchFileSnapshot('./golden/console.baseline.txt');
  });

  test('at 60 columns nothing is wider', () => {
    const text = renderConsole(report, { ...options, width: 60, verbosity: 'verbose' });
    expect(text.split('\n').filter((line) => line.length > 60)).toEqual([]);
  });

  test('colours change nothing but colours', () => {
    const coloured = renderConsole(report, { ...options, paint: painter(true) });
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderConsole(report, options));
    expect(coloured).toContain('\u001b[31m');
  });
});

test('several runs name theirs', () => {
  const other = {
    ...runOf([finding('A2A10-CARD-001', 'card', 'a2a/one', 'pass')]),
    header: { ...sampleHeader, target: { url: 'http://127.0.0.1:5000', detected: [] } },
  };
  const asked: [number, number][] = [];
  const merged = buildMergedReport([other, sampleRun], policy, sampleRegistry);
  const text = renderConsole(merged, { ...options, exchange: (run, id) => (asked.push([run, id]), undefined) });
  expect(text).toContain('2 runs merged');
  expect(asked).toContainEqual([1, 12]);
});

test('what a target sends does not steer the terminal', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\u202e\nnew line';
  const failure = { message: evil, expected: evil, actual: { [evil]: evil }, exchange: 0 };
  const exchange = {
    id: 0,
    request: { atMs: 0, method: 'GET', url: 'http://x/', headers: [] },
    response: { atMs: 1, status: 200, headers: [], body: { text: evil } },
    frames: [],
    end: { atMs: 2, kind: 'broken' as const, message: evil },
  };
  const text = renderConsole(
    buildReport(
      runOf([finding('A2A10-CARD-001', 'card', 'a2a/one', 'violation', { failure, reason: evil })]),
      policy,
      sampleRegistry,
    ),
    {
      ...options,
      verbosity: 'verbose',
      exchange: () => exchange,
    },
  );
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
});

test('nothing recognised', () => {
  const run = {
    ...runOf([]),
    header: { ...sampleHeader, revisions: {}, target: { url: 'http://127.0.0.1:1', detected: [] } },
  };
  const stopped = {
    ...run,
    events: [
      {
        type: 'stop',
        outcome: 'unreachable',
        message: 'Nothing answers at http://127.0.0.1:1. Tried: GET /.well-known/agent-card.json: connection refused',
      } as const,
    ],
  };
  const text = renderConsole(buildReport(stopped, policy, sampleRegistry), options);
  expect(text).toContain('no protocol recognised');
  expect(text).toMatch(/unreachable: Nothing answers at .*\n? *.*connection\s+refused\. Exit code 4\./);
});
