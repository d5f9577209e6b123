import { expect, test } from 'vitest';
import { painter } from './paint.ts';
import { createProgress } from './progress.ts';
import { ended, finding, sampleHeader, sampleRun } from './sample.test.data.ts';

function heard(options: { live: boolean; verbose?: boolean }) {
  const written: string[] = [];
  const progress = createProgress({
    write: (text) => written.push(text),
    paint: painter(false),
    width: 80,
    verbose: false,
    ...options,
  });
  progress.listen({ header: sampleHeader });
  return { progress, written };
}

test('without a terminal: where, and what is red', () => {
  const { progress, written } = heard({ live: false });
  for (const event of sampleRun.events) progress.listen(event);
  progress.done();
  expect(written.join('')).toBe(`judging a2a@1.0 (1.0.1) at http://127.0.0.1:4000
2/7 a2a/stream/cancel JSONRPC: red A2A10-CANCEL-006
3/7 a2a/stream/cancel HTTP+JSON: red A2A10-CANCEL-006
4/7 a2a/stream/completed JSONRPC: red A2A10-STREAM-001
6/7 a2a/errors/details JSONRPC: red A2A10-ERR-009
`);
});

test('without a terminal and with a known number of plays: the quarters', () => {
  const { progress, written } = heard({ live: false });
  const plan = { type: 'plan' as const, rows: [], plays: 8 };
  progress.listen(plan);
  for (let i = 0; i < 8; i++)
    progress.listen(ended(`s${i}`, 'JSONRPC', [finding('A2A10-CARD-001', 'JSONRPC', `s${i}`, 'pass')]));
  expect(written.slice(1)).toEqual(['2/8\n', '4/8\n', '6/8\n']);
});

test('verbose: every play', () => {
  const { progress, written } = heard({ live: false, verbose: true });
  for (const event of sampleRun.events) progress.listen(event);
  expect(written).toHaveLength(10);
  expect(written.at(-2)).toBe('7/7 a2a/stream/cancel JSONRPC (again, alone): red A2A10-CANCEL-006\n');
});

test('on a terminal: one line that goes away', () => {
  const { progress, written } = heard({ live: true });
  for (const event of sampleRun.events) progress.listen(event);
  progress.done();
  expect(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n') && text.length <= 80 + 5)).toBe(
    true,
  );
  expect(written.at(-2)).toContain('7/7  4 red');
  expect(written.at(-1)).toBe('\r\u001b[2K');
});
