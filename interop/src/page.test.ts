import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { page } from './page.ts';
import { PAGE, readResults } from './record.ts';
import type { Result } from './result.ts';

test('the page in the docs is what the lanes have written', async () => {
  expect(await readFile(PAGE, 'utf8')).toBe(page(await readResults()));
});

test('what is red of several clients of theirs is told once, and what one does not get through', () => {
  const red = { id: 'A2A10-CLI-009', verdict: 'warning', bindings: ['client'], reason: '§8.6.2: why.', known: true };
  const of = (name: string, causes: (typeof red)[], more: object = {}) => ({
    name,
    protocol: 'a2a@1.0',
    passed: 3,
    causes,
    ...more,
  });
  const judged = [of('JSONRPC', [red]), of('HTTP+JSON', [red], { stops: 'It reads no card.' }), of('gRPC', [])];
  const result: Result = { lane: 'x', system: 'X', version: '1.0', command: 'run x', ours: [], theirs: [], judged };
  const lines = page([result]).split('\n');
  const all = 'judged JSONRPC: 3 pass, 1 red; judged HTTP+JSON: 3 pass, 1 red; judged gRPC: 3 pass, 0 red';
  expect(lines).toContain(`| X | 1.0 | \`run x\` |  | ${all} |  |`);
  expect(lines).toContain('| A2A10-CLI-009 | warning | JSONRPC, HTTP+JSON | §8.6.2: why. |');
  expect(lines).toContain('HTTP+JSON does not get through a scenario. It reads no card.');
});

test('a failed step and what is not offered are told apart, and only the latter does not count', () => {
  const result: Result = {
    lane: 'x',
    system: 'X',
    version: '1.0',
    command: 'run x',
    note: 'It dies of a cancel.',
    suite: { passed: 3, causes: [], unjudged: ['A2A10-SEND-001'], leftOut: { 'a2a/cancel/unknown': 'It dies of it.' } },
    ours: [
      {
        binding: 'JSONRPC',
        deviations: ['unknown-event'],
        steps: [
          { name: 'send', result: 'ok', saw: 'COMPLETED' },
          { name: 'stream', result: 'failed', saw: 'cut | off' },
          { name: 'subscribe', result: 'not offered', saw: 'no streaming' },
        ],
      },
    ],
    theirs: [],
  };
  const lines = page([result]).split('\n');
  expect(lines).toContain('| X | 1.0 | `run x` | 1 of 2 JSONRPC |  | 3 pass, 0 red |');
  expect(lines).toContain('| stream | **failed**: cut \\| off |');
  expect(lines).toContain('| subscribe | **not offered**: no streaming |');
  expect(lines).toContain('| told as deviations | unknown-event |');
  expect(lines).toContain('It dies of a cancel.');
  expect(lines).toContain('Could not be told: A2A10-SEND-001.');
  expect(lines).toContain('Not played: `a2a/cancel/unknown`. It dies of it.');
});
