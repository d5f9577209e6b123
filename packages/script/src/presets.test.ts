import { describe, expect, test } from 'vitest';
import { PRESETS, textScript } from './presets.ts';

const steps = (text: string): unknown => textScript(text)?.script.steps;

test.each([
  ['@chunks 2', [{ text: 'chunk-1 ' }, { text: 'chunk-2 ' }]],
  ['@slow', [{ status: 'Working' }, { sleep: 1_000 }, { text: 'Done' }]],
  ['@slow 3s', [{ status: 'Working' }, { sleep: 3_000 }, { text: 'Done' }]],
  ['@slow 1.5s', [{ status: 'Working' }, { sleep: 1_500 }, { text: 'Done' }]],
  ['@slow 250ms', [{ status: 'Working' }, { sleep: 250 }, { text: 'Done' }]],
  ['@input Which?', [{ end: 'input-required', text: 'Which?' }]],
  ['@auth', [{ end: 'auth-required', text: 'Please sign in' }]],
  ['@fail boom', [{ end: 'failed', text: 'boom' }]],
  ['@reject', [{ end: 'rejected', text: 'Rejected' }]],
  ['@direct pong', [{ reply: [{ text: 'pong' }] }]],
  [
    '@tool get_weather {"city":"Zurich"}',
    [{ tool: { by: 'client', calls: [{ name: 'get_weather', args: { city: 'Zurich' } }] } }],
  ],
  ['@approve pay', [{ tool: { by: 'approval', calls: [{ name: 'pay', args: {} }] } }]],
  ['@pad 5MB', [{ pad: { bytes: 5_000_000 } }]],
  ['@pad 1.5KiB 3', [{ pad: { bytes: 1_536, chunks: 3 } }]],
  ['@crash', [{ throw: 'Crashed on request' }]],
  ['@busy', [{ busy: 1_000 }]],
  ['@busy 250ms', [{ busy: 250 }]],
  ['@hold', [{ status: 'Working' }, { hold: { until: 'cancel' } }]],
  ['@hold go', [{ status: 'Working' }, { hold: { until: 'signal', signal: 'go' } }]],
  ['  @fail two\nlines ', [{ end: 'failed', text: 'two\nlines' }]],
  ['@script [{"text":\n"a"}]', [{ text: 'a' }]],
])('%s', (text, expected) => {
  expect(steps(text)).toEqual(expected);
});

test('every preset has a usage that begins with its name, and stands in the table above', () => {
  for (const [name, { usage, does }] of Object.entries(PRESETS)) {
    expect(usage.split(' ')[0]).toBe(`@${name}`);
    expect(does).not.toBe('');
    expect(() => steps(`@${name}`)).not.toThrow(TypeError);
  }
  expect(steps('@chunks')).toHaveLength(10);
});

test.each([
  'hello',
  '',
  '@',
  '@nobody there',
  '@constructor',
  '@fail: boom',
  '@Slow',
  'see @slow 3s',
  '@slowly',
  '@scripted []',
])('plain text: %j', (text) => {
  expect(textScript(text)).toBeUndefined();
});

describe('a preset that cannot be read says so', () => {
  test.each([
    ['@slow turtle', '@slow: expected a time such as 3s or 250ms; got "turtle"'],
    ['@slow 3', '@slow: expected a time such as 3s or 250ms; got "3"'],
    ['@slow 61s', '@slow: expected a time such as 3s or 250ms, from 1 to 60000 in the smallest unit; got "61s"'],
    ['@pad', '@pad: expected a size such as 5MB, 64KiB or 100B; got ""'],
    ['@pad 5GB', '@pad: expected a size such as 5MB, 64KiB or 100B; got "5GB"'],
    [
      '@pad 11MiB',
      '@pad: expected a size such as 5MB, 64KiB or 100B, from 1 to 10485760 in the smallest unit; got "11MiB"',
    ],
    ['@pad 1MB 2 3', '@pad: expected a size and a number of chunks; got "1MB 2 3"'],
    ['@pad 2B 3', 'steps[0].pad.chunks: expected a whole number from 1 to 2; got 3'],
    ['@chunks many', '@chunks: expected a whole number from 1 to 1000; got "many"'],
    ['@chunks 1001', '@chunks: expected a whole number from 1 to 1000; got "1001"'],
    ['@tool', "@tool: expected a tool's name; got nothing"],
    ['@tool add [1]', '@tool: expected a JSON object of arguments; got an array of 1'],
    ['@approve add {"a"}', '@approve, line 1, column 5: expected : (JSON); got "}"'],
    ['@hold on please', '@hold: expected nothing, or a signal\'s name; got "on please"'],
    ['@script', '@script, line 1, column 1: expected a value (JSON); got the end of the text'],
    ['@script {"steps":[{"ned":1}]}', /^steps\[0\]: expected exactly one of .*; got "ned" \(did you mean "end"\?\)$/],
  ])('%s', (text, message) => {
    expect(() => textScript(text)).toThrow(message);
  });
});
