import { expect, test } from 'vitest';
import { asMarkdown, asText } from '../commands/diff.ts';
import type { Finding } from '../kit/result.ts';
import { buildReport } from './build.ts';
import { compare } from './compare.ts';
import type { RunRecord } from './judgement.ts';
import { ended, finding, runOf, sampleHeader, sampleRegistry } from './sample.test.data.ts';

const report = (run: RunRecord) => buildReport(run, { failOn: 'must', allowIncomplete: false }, sampleRegistry);
const red = (id: string, message: string): Finding =>
  finding(id, 'JSONRPC', 'a2a/one', 'violation', { failure: { message } });
const green = (id: string): Finding => finding(id, 'JSONRPC', 'a2a/one', 'pass');
const unknown = (id: string): Finding => finding(id, 'JSONRPC', 'a2a/one', 'inconclusive', { reason: 'too late' });

const before = report(
  runOf(
    [
      green('A2A10-CARD-001'),
      red('A2A10-CARD-002', 'x | y'),
      red('A2A10-SUB-001', 'a'),
      green('A2A10-STREAM-001'),
      unknown('A2A10-STREAM-005'),
    ],
    {
      extra: [ended('a2a/slow', 'JSONRPC', [], 100)],
    },
  ),
);
const after = report(
  runOf(
    [
      red('A2A10-CARD-001', 'gone'),
      green('A2A10-CARD-002'),
      red('A2A10-SUB-001', 'b'),
      unknown('A2A10-STREAM-001'),
      green('A2A10-STREAM-005'),
    ],
    {
      extra: [ended('a2a/slow', 'JSONRPC', [], 900)],
    },
  ),
);

test('what changed, by kind', () => {
  expect(compare(before, after)).toEqual({
    newlyRed: [{ id: 'A2A10-CARD-001', binding: 'JSONRPC', before: 'pass', after: 'violation: gone' }],
    newlyGreen: [{ id: 'A2A10-CARD-002', binding: 'JSONRPC', before: 'violation: x | y', after: 'pass' }],
    newlyUnknown: [{ id: 'A2A10-STREAM-001', binding: 'JSONRPC', before: 'pass', after: 'inconclusive: too late' }],
    newlyKnown: [{ id: 'A2A10-STREAM-005', binding: 'JSONRPC', before: 'inconclusive: too late', after: 'pass' }],
    otherReason: [{ id: 'A2A10-SUB-001', binding: 'JSONRPC', before: 'violation: a', after: 'violation: b' }],
    timing: [{ scenario: 'a2a/slow', binding: 'JSONRPC', beforeMs: 100, afterMs: 900 }],
    outcome: { before: 'violation', after: 'violation' },
  });
});

test('as text and as Markdown', async () => {
  await expect(asText(compare(before, after))).toMatchFileSnapshot('./golden/diff.txt');
  await expect(asMarkdown(compare(before, after))).toMatchFileSnapshot('./golden/diff.md');
  expect(asText(compare(before, before))).toBe('nothing newly red or green; still violation\n');
});

test('other rules are no change of the target', () => {
  const other = { ...after, tool: { ...after.tool, version: '0.3.0' } };
  expect(() => compare(before, other)).toThrow('the first run is by agentproto-conformance 0.2.0, the second by 0.3.0');
  expect(() => compare(before, { ...after, revisions: { 'a2a@1.0': '1.0.2' } })).toThrow(
    'judges a2a@1.0 by 1.0.1, the second by 1.0.2',
  );
  expect(() => compare(before, { ...after, revisions: { 'chat@docs': 'docs' } })).toThrow(
    'expected a protocol that both judge',
  );
  expect(sampleHeader.tool.version).toBe('0.2.0');
});
