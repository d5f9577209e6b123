import { describe, expect, test } from 'vitest';
import { entriesFor, formatBaseline, parseBaseline, REASON_PLACEHOLDER } from './baseline.ts';
import { UsageError } from './kit/usage-error.ts';

const known = ['A2A10-STREAM-006', 'A2A10-CANCEL-006'];
const parse = (source: string) => parseBaseline(source, 'base.yaml', known);

test('entries with all fields', () => {
  const source = `# known
- id: A2A10-STREAM-006
  binding: JSONRPC
  target: http://127.0.0.1:*
  reason: The SDK sends one more frame (section 3.1.2)
  issue: 12
  until: 2026-12-31
  flaky: true
- { id: A2A10-CANCEL-006, reason: short }
`;
  expect(parse(source)).toEqual([
    {
      id: 'A2A10-STREAM-006',
      binding: 'JSONRPC',
      target: 'http://127.0.0.1:*',
      reason: 'The SDK sends one more frame (section 3.1.2)',
      issue: '12',
      until: '2026-12-31',
      flaky: true,
    },
    { id: 'A2A10-CANCEL-006', reason: 'short' },
  ]);
});

test.each(['', '# nothing yet\n', '[]', 'null'])('an empty file: %j', (source) => {
  expect(parse(source)).toEqual([]);
});

describe('what is wrong is named with its place', () => {
  test.each([
    ['- id: A2A10-STREAM-006\n  reason: [', /^base\.yaml:2: expected YAML/],
    ['id: A2A10-STREAM-006', 'base.yaml:1: expected a list of entries, `- id: …` each'],
    [
      '- A2A10-STREAM-006',
      'base.yaml:1: entry 1: expected `id`, `reason` and what else applies, found "A2A10-STREAM-006"',
    ],
    [
      '\n- id: A2A10-STREAM-006',
      'base.yaml:2: entry 1 (A2A10-STREAM-006): `reason` is missing; expected a sentence that says why the red is accepted',
    ],
    ['- reason: x', 'base.yaml:1: entry 1: `id` is missing; expected a requirement id'],
    [
      '- id: A2A10-STREAM-006\n  reason: ""',
      'base.yaml:2: entry 1 (A2A10-STREAM-006): `reason`: expected a sentence that says why the red is accepted, found ""',
    ],
    [
      '- id: A2A10-STREAM-006\n  reason:',
      'base.yaml:2: entry 1 (A2A10-STREAM-006): `reason`: expected a sentence that says why the red is accepted, found null',
    ],
    [
      `- id: A2A10-STREAM-006\n  reason: ${JSON.stringify(REASON_PLACEHOLDER)}`,
      /the placeholder that --write-baseline left for you to fill$/,
    ],
    [
      '- id: A2A10-STREAM-006\n  reason: x\n  until: soon',
      'base.yaml:3: entry 1 (A2A10-STREAM-006): `until`: expected a day such as 2026-12-31, found "soon"',
    ],
    [
      '- id: A2A10-STREAM-006\n  reason: x\n  until: 2026-02-30',
      /`until`: expected a day such as 2026-12-31, found "2026-02-30"$/,
    ],
    [
      '- id: A2A10-STREAM-006\n  reason: x\n  flaky: true',
      'base.yaml:1: entry 1 (A2A10-STREAM-006): `flaky` without `until`: expected the last day on which it is accepted, such as 2026-12-31',
    ],
    ['- id: A2A10-STREAM-006\n  reason: x\n  flaky: sometimes', /`flaky`: expected true or false, found "sometimes"$/],
    [
      '- id: A2A10-STREAM-006\n  reson: x',
      'base.yaml:2: entry 1 (A2A10-STREAM-006): unknown field `reson`; did you mean reason?; expected id, binding, target, reason, issue, until, flaky',
    ],
    [
      '- id: A2A10-STREM-006\n  reason: x',
      'base.yaml:1: entry 1 (A2A10-STREM-006): unknown requirement id; did you mean A2A10-STREAM-006?',
    ],
    [
      '- id: A2A10-STREAM-006\n  reason: x\n- id: A2A10-STREAM-006\n  reason: y',
      'base.yaml:3: entry 2 (A2A10-STREAM-006): says the same as entry 1',
    ],
    ['- *nothing', /^base\.yaml:1: /],
    ['- { id: { a: 1 }, reason: x }', /`id`: expected a requirement id, found a map$/],
  ])('%j', (source, message) => {
    expect(() => parse(source)).toThrow(UsageError);
    expect(() => parse(source)).toThrow(message);
  });
});

test('a written file is read again once its reasons are filled', () => {
  const entries = [{ id: 'A2A10-STREAM-006', binding: 'HTTP+JSON', reason: 'has: a colon and # a hash' }];
  expect(parse(formatBaseline(entries))).toEqual(entries);
  expect(parse(formatBaseline([]))).toEqual([]);
  expect(() => parse(formatBaseline([{ id: 'A2A10-STREAM-006', reason: REASON_PLACEHOLDER }]))).toThrow('placeholder');
});

test('entries for a target', () => {
  const entries = [
    { id: 'A', reason: 'x' },
    { id: 'B', reason: 'x', target: 'https://*.example.com*' },
  ];
  expect(entriesFor(entries, 'https://a.example.com/rpc').map(({ id }) => id)).toEqual(['A', 'B']);
  expect(entriesFor(entries, 'http://127.0.0.1:1').map(({ id }) => id)).toEqual(['A']);
});
